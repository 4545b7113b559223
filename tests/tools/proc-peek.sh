#!/usr/bin/env bash
# tests/tools/proc-peek.sh - what is shown of a process is what the kernel and the usual programs say of it.
source "$(dirname "$0")/../harness.sh"
needs jq unshare setpriv

# contained COMMAND...: becomes the command with new pid, mount, uts and ipc namespaces, in a new user namespace.
container=(unshare --user --map-root-user --pid --fork --mount-proc --uts --ipc --)
contained() { "${container[@]}" "$@"; }
# json FILTER PROC-PEEK'S ARGUMENTS...: what jq makes of its JSON.
json() { local filter=$1; shift; proc-peek --json "$@" | jq -r "$filter"; }

# ---- which process
expect_match "without a word it shows the shell that started it" "$$: bash *" bash -c "exec proc-peek --root $$"
expect_match "the default is the parent" '[0-9]*: sh -c *' sh -c 'proc-peek; true'
expect_match "--self is the process that the chain has become" '[0-9]*: proc-peek --self*' proc-peek --self
expect_match "a title fits the screen, whatever the command line is" '*...' \
    bash -c 'proc-peek $$ --root a b c 2>/dev/null | head -n 1; true' "$(printf 'x%.0s' {1..300})"
expect_error "a number that no process has is told" 125 "proc-peek: no process 4194305*" proc-peek 4194305
expect_error "a word that is no number is told" 125 "proc-peek: 'sh' is no process number*" proc-peek sh
expect_error "zero is no process" 125 "proc-peek: '0' is no process number*" proc-peek 0
expect_status "of several processes the others are shown though one is gone" 125 proc-peek --root $$ 4194305
case $OUT in "$$: bash"*) _ok "and they are" ;; *) _not_ok "and they are" "$OUT" ;; esac
expect_error "a typo gets the nearest option" 125 "*unknown option '--mount'*did you mean '--mounts'*" proc-peek --mount
expect_error "it runs no program" 125 "*'-- PROGRAM' has no meaning for proc-peek*" proc-peek -- true
expect_error "a tree has no sections" 125 "*--tree goes with*" proc-peek --tree --caps

# ---- a state on stdin
state() { printf '{"ociVersion":"1.0.2","id":"box","status":"%s","bundle":"/b"%s}' "$1" "$2"; }
started=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
state running ",\"pid\":$$,\"pidStartTime\":$started" >good
state running ",\"pid\":$$,\"pidStartTime\":1" >reused
state stopped "" >ended
expect_match "the container of a state is drawn" "$$: bash*" proc-peek --target - --root <good
expect_error "a number that was used again isn't taken for it" 125 "*not the container's any more*" proc-peek --target - <reused
expect_error "a container without a process is told" 125 "*box is stopped*" proc-peek --target - <ended
expect_error "an empty pipe is told" 125 "*stdin is empty*" proc-peek --target - </dev/null

# ---- two processes side by side
sleep 1000 & left=$!
prlimit --core=0:0 nice -n 3 sleep 1000 & right=$!
wait_until grep -q sleep "/proc/$left/comm"
wait_until grep -q sleep "/proc/$right/comm"
expect_match "--diff: a process is the same as itself" "the same *namespaces, root, *scheduling*" proc-peek --diff $left $left
expect_status "and as one started the same way" 0 proc-peek --diff $left $left
expect_status "two that differ: status 1, as diff" 1 proc-peek --diff $left $right
diffs() { proc-peek --diff "$@" --json | jq -c '[.differences[] | [.section, .name, .left, .right]]'; }
expect_output "what differs is told, and nothing else" '[["scheduling","nice","0","3"]]' \
    bash -c "$(declare -f diffs); diffs $left $right | jq -c 'map(select(.[0] != \"limits\"))'"
expect_output "with a process that is a state's" 1 bash -c "proc-peek --diff --target - $right <good >/dev/null; echo \$?"
expect_output "self is proc-peek" proc-peek bash -c "proc-peek --diff self $right --json | jq -r .left.name"
expect_error "one process can't be compared" 125 "*--diff compares two processes, not 1*" proc-peek --diff $left
expect_error "one that isn't there is told" 125 "proc-peek: no process 4194305*" proc-peek --diff $left 4194305
expect_error "sections and --diff don't go together" 125 "*--diff goes with two processes*" proc-peek --diff --caps $left $right
if have root; then
    ns-enter --new mount,uts -- bind-mounter --tmpfs /mnt -- priv-drop --caps kill --no-new-privs -- sleep 1000 & other=$!
    wait_until grep -q sleep "/proc/$other/comm"
    expect_output "namespaces, mounts, capabilities, no_new_privs: each is seen" "mount uts /mnt effective permitted bounding no_new_privs" \
        bash -c "$(declare -f diffs); diffs $left $other | jq -r 'map(select(.[3] != .[2] and .[0] != \"limits\" and (.[0] != \"mounts\" or .[1] == \"/mnt\")))[][1]' | tr '\n' ' ' | sed 's/ \$//'"
    expect_match "as a table, in ASCII" "*namespaces *mount *mnt:\[*\]*mounts */mnt *-* tmpfs*privileges *no_new_privs *no *yes*the same *user*" \
        bash -c "proc-peek --diff $left $other | cat; true"
    expect_error "what isn't ours to look at can't be compared" 125 "*can't be told*" as_user proc-peek --diff $left $left
    kill $other
fi
kill $left $right
wait 2>/dev/null

# ---- the same as others say
expect_output "the capabilities are those of /proc" "$(awk '/^CapEff/ {print $2}' /proc/self/status)" \
    bash -c 'declare -i set=0; for cap in $(proc-peek --json | jq -r ".capabilities.effective[]"); do
        set+=$((1 << $(grep -w "#define $cap" /usr/include/linux/capability.h | tr -s " \t" " " | cut -d" " -f3))); done
        printf "%016x" $set; true'
expect_output "the mounts are as many as in mountinfo" "$(wc -l </proc/self/mountinfo)" json '.mounts | length' --self
expect_output "the tree of mounts has a line for each" "$(($(wc -l </proc/self/mountinfo) + 1))" \
    bash -c 'proc-peek --mounts --self | wc -l'
expect_output "the limits are those of prlimit" "$(ulimit -Sn)" \
    json '.rlimits[] | select(.type == "RLIMIT_NOFILE").soft' --self
expect_output "its group is that of /proc" "$(cut -d: -f3- /proc/self/cgroup | sort -u)" \
    bash -c 'proc-peek --json --self | jq -r ".cgroups[].path" | sort -u'
expect_output "every namespace is that of its link" "$(readlink /proc/self/ns/{user,pid,mnt,net,uts,ipc,cgroup} | tr -dc '0-9\n')" \
    json '.namespaces[] | select(.type != "time").id' --self
expect_match "a limit that isn't yours is shown beside yours" "*RLIMIT_CORE *7B*" \
    bash -c 'exec 3>&1; (ulimit -Sc 0; sleep 5 & echo $! >pid); (ulimit -Sc unlimited; true); prlimit --pid "$(cat pid)" --core=7:7
             proc-peek --limits "$(cat pid)"; kill "$(cat pid)"' </dev/null

# ---- a container
with userns expect_match "what isn't its parent's is named" "*not the machine's: user pid mount*uts ipc*" contained proc-peek --self
with userns expect_match "in its pid namespace it is the first" "1: proc-peek --self*" contained proc-peek --self
with userns expect_match "without a visible parent it shows itself" "1: proc-peek*" contained proc-peek
with userns expect_output "a mapped id has its numbers on both sides" "0 $(id -u) 1" \
    contained sh -c 'proc-peek --json --self | jq -r ".uidMappings[0] | \"\(.containerID) \(.hostID) \(.size)\""'
with userns expect_match "a power in a user namespace counts only there" "*all 41, over what its user namespace owns*" \
    unshare --user --map-root-user proc-peek --self
with userns expect_match "dropped capabilities are counted by name" "*effective     kill (1 of *" \
    unshare --user --map-root-user setpriv --bounding-set -all,+kill --inh-caps=-all proc-peek --caps --self
with userns expect_match "no_new_privs is told" "*can't gain new ones (no_new_privs)*" setpriv --no-new-privs proc-peek --caps --self
with userns expect_match "an old /proc in a new pid namespace is told" "*/proc shows an outer pid namespace*" \
    unshare --user --map-root-user --pid --fork proc-peek --self
with userns expect_error "and its numbers are not taken for ours" 125 "*process 1 can't be found: /proc shows another pid namespace*" \
    unshare --user --map-root-user --pid --fork proc-peek 1
with userns expect_match "a moved clock is told" "*clocks*86400s*" \
    unshare --user --map-root-user --time --monotonic 86400 --fork proc-peek --self
with userns expect_match "a bind mount shows what it is a part of" "*/mnt *[[]$WORK/in[]]*ro*" \
    unshare --user --map-root-user --mount sh -c 'mkdir in; mount --bind in /mnt; mount -o remount,bind,ro /mnt; proc-peek --mounts --self'

# ---- the tree
"${container[@]}" sleep 20 2>/dev/null &
starter=$!
child_of_starter() { sleeper=$(cat "/proc/$starter/task/$starter/children" 2>/dev/null) && [[ -n $sleeper ]] && grep -qs sleep "/proc/${sleeper% }/comm"; }
wait_until child_of_starter
sleeper=${sleeper% }
expect_match "the tree draws a box where namespaces change" "*[[]+ user mount uts ipc]*$starter unshare*[[]+ pid]*$sleeper sleep*" \
    proc-peek --tree
expect_output "the tree of one process is what is below it" "[+ pid]
\`-- $sleeper sleep" proc-peek --tree "$sleeper"
kill -KILL "$sleeper"
wait 2>/dev/null
for _ in 1 2 3 4 5; do sleep 20 & done
# Until then they are copies of this shell.
all_sleep() { local pid; for pid in $(jobs -p); do [[ $(<"/proc/$pid/comm") == sleep ]] || return; done; }
wait_until all_sleep
expect_match "many of the same kind are one line" "*5 x sleep (*" proc-peek --tree $$
expect_status "with --all each has its own" 1 bash -c "proc-peek --tree --all $$ | grep ' x sleep'"
kill %1 %2 %3 %4 %5
wait 2>/dev/null

# ---- what can't be read
with root expect_match "another user's process is shown as far as it goes" "*program       (not readable: another user's process)*" \
    as_user proc-peek $$
with root expect_match "and its namespaces are said to be unreadable" "*(not readable: another user's process)*" as_user proc-peek --ns $$
with root expect_output "and are null in JSON" null as_user bash -c "proc-peek --json $$ | jq .namespaces"
with root expect_error "no /proc at all is told" 125 "*no proc file system is mounted*bind-mounter --proc*" \
    unshare --mount sh -c 'mount -t tmpfs tmpfs /proc; proc-peek'
with root expect_error "processes hidden by hidepid are told" 125 "*no process $$*hidepid*" \
    unshare --mount bash -c "mount -t proc -o hidepid=2 proc /proc; setpriv --reuid=12345 --regid=12345 --clear-groups proc-peek $$"
bash -c 'sleep 0.05 & echo $! >pid; exec sleep 1' &
wait_until bash -c 'grep -q "State:.Z" "/proc/$(cat pid)/status"' 2>/dev/null
expect_match "a zombie is shown as what it is" "*a zombie*(none: it has ended)*" bash -c 'proc-peek "$(cat pid)"'
wait

# ---- names that mean harm
evil=$'evil\e[31m\n\xff"\\'
bash -c 'exec -a "$0" sleep 20' "$evil" &
wait_until grep -q evil "/proc/$!/cmdline"
expect_match "a command line can't drive the terminal" '*evil\\x1b\[31m\\n*' proc-peek --root $!
expect_output "nor break the JSON" $'evil\e[31m\n\xef\xbf\xbd"\\' json '.args[0]' $!
kill $!
wait 2>/dev/null
check "processes that come and go break nothing" bash -c '
    (for ((i = 0; i < 400; ++i)); do /bin/true; done) & for ((i = 0; i < 10; ++i)); do
    proc-peek --tree >/dev/null && proc-peek --json | jq -e .pid >/dev/null || exit 1; done; wait'

# ---- the manner
expect_match "--explain names the files that are read" "*read /proc/*/status*read /proc/*/uid_map*" bash -c 'proc-peek --explain 2>&1 >/dev/null'
expect_status "an overview fits a screen of 24 lines" 0 bash -c '(($(proc-peek --self | wc -l) <= 24))'
expect_status "and one of 80 columns" 1 bash -c "proc-peek --self | grep -v '^program\|^directory' | grep -E '.{81}'"
expect_status "outside of a terminal everything is ASCII" 1 bash -c "LC_ALL=C.UTF-8 proc-peek --all --self | grep -P '[^\x00-\x7f]'"
with python3 expect_match "on a UTF-8 terminal lines are drawn as lines" "*├── /*" on_terminal env LC_ALL=C.UTF-8 proc-peek --mounts --self
with python3 expect_match "unless --ascii" "*|-- /*" on_terminal env LC_ALL=C.UTF-8 proc-peek --mounts --ascii --self
