#!/usr/bin/env bash
# tests/tools/chain.sh - tools one after the other: the whole container, one narration, and nothing handed on by mistake.
source "$(dirname "$0")/../harness.sh"
needs python3 busybox
if have root; then _need_user; else mkdir user; fi
rootfs R
as_user cp -r R user/R

# The long chain of the README.
# shellcheck disable=SC2054 # lists of namespaces have commas
chain=(--new user,pid,mount,uts,ipc --hostname box -- bind-mounter --defaults user/R -- root-pivot user/R -- priv-drop --caps none --)
rootless() { as_user ns-enter "${chain[@]}" "$@"; }
# shellcheck disable=SC2054
root_chain=(--pids 20 -- ns-enter --new pid,mount,uts,ipc,net,cgroup --hostname box --
    bind-mounter --defaults R -- root-pivot R -- priv-drop --caps none --)
as_root() { cgroup-setter --name "/$UNIQUE" "${root_chain[@]}" "$@"; }
look='echo "$(hostname) $$ $(cat /marker) $(grep CapEff /proc/self/status | cut -f2)"'

with userns expect_output "the long chain as an ordinary user" "box 1 marker 0000000000000000" rootless sh -c "$look"
with "root cgroup1" expect_output "the long chain as root" "box 1 marker 0000000000000000" as_root sh -c "$look"
with "root cgroup1" expect_match "with its limit" "*sh: can't fork*" bash -c "$(declare -p root_chain); $(declare -f as_root)
    as_root sh -c 'i=0; while [ \$i -lt 25 ]; do sleep 1 & i=\$((i + 1)); done' 2>&1; true"
with userns expect_status "the program's exit status comes through all of them" 42 rootless sh -c 'exit 42'
with "root cgroup1" expect_status "as root, too" 42 as_root sh -c 'exit 42'
with userns expect_output "stdin comes through all of them" words rootless cat < <(echo words)
with userns expect_output "only the payload and what it starts are processes there" "1" \
    rootless sh -c 'set -- /proc/[0-9]*; echo $#'
with userns expect_error "an error of a later tool is told by that tool" 125 "priv-drop: capability nothing: unknown*" \
    as_user ns-enter --new user,mount -- root-pivot user/R -- priv-drop --caps nothing -- true
with userns expect_status "what isn't there at the end is 127" 127 rootless nothing

# ---- narration
numbers() { grep -oE '^ *[0-9]+ [a-z]+-[a-z]+' | awk '{print $1}' | tr '\n' ' '; }
if have userns; then
    as_user ns-enter --explain "${chain[@]}" true 2>narration
    expect_output "the steps are numbered through the whole chain" "$(seq -s ' ' "$(grep -cE '^ *[0-9]+ [a-z]' narration)") " \
        bash -c "$(declare -f numbers); numbers <narration"
    expect_output "in the order of the tools" "ns-enter bind-mounter root-pivot priv-drop" \
        bash -c "grep -oE '^ *[0-9]+ [a-z]+-[a-z]+' narration | awk '{print \$2}' | uniq | paste -s -d ' '"
    expect_output "the last line is the payload's beginning" 1 bash -c 'tail -n 1 narration | grep -c "execve(.*true"'
    expect_output "no line is wider than 80 columns" "" bash -c 'grep -E ".{81}" narration || true'
    as_user ns-enter --explain=json "${chain[@]}" true 2>json
    check "--explain=json: each line is an object" python3 -c 'import json; [json.loads(line) for line in open("json")]'
    expect_output "the payload's environment shows nothing of it" $'A=1\nPATH=/bin' \
        as_user env -i A=1 PATH=/bin "${_user_bin:-$BELL_BIN}/ns-enter" --explain "${chain[@]}" env
    exec 7</ 9</etc/passwd
    expect_output "the payload gets descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" \
        rootless sh -c 'cd /proc/self/fd; echo *'
    exec 7<&- 9<&-
fi

# ---- a dry run of everything
snapshot() { cat /proc/self/mountinfo; find R user/R -printf '%p %m %U %T@\n' | sort; find /sys/fs/cgroup -maxdepth 2 -name "$UNIQUE*"; hostname; }
before=$(snapshot)
with userns expect_match "--dry-run tells the whole chain" "*clone3(*sethostname(\"box\")*pivot_root(*execve(*" \
    as_user sh -c '"$@" 2>&1' sh ns-enter --dry-run "${chain[@]}" touch /made
with "root cgroup1" expect_match "as root, too" "*pids.max*clone3(*pivot_root(*execve(*" \
    bash -c '"$@" 2>&1' sh cgroup-setter --dry-run --name "/$UNIQUE" "${root_chain[@]}" touch /made
if [[ $(snapshot) == "$before" ]]; then _ok "and changes nothing"; else _not_ok "and changes nothing" "$(diff <(echo "$before") <(snapshot))"; fi

# ---- step by step
cat >pressing.py <<'EOF'
# Runs a command on a terminal and presses Enter whenever it waits; prints how often, and what the command printed last.
import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
out, presses, end = b"", 0, time.time() + 20
while time.time() < end:
    if select.select([terminal], [], [], 0.3)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    elif presses < 100:
        os.write(terminal, b"\n")
        presses += 1
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(presses, status, out.decode().strip().splitlines()[-1].strip())
EOF
with userns expect_match "--step waits for Enter before each step, in each tool" "[3-9] 0 end" \
    as_user python3 pressing.py ns-enter --step --new user,uts --hostname box -- priv-drop --caps none -- echo end
