#!/usr/bin/env bash
# tests/tools/cgroup-setter.sh - a budget on this host's cgroups (v1, or v1 with v2 beside it); v2 alone: tests/lab.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
if have root; then _need_user; else mkdir user; fi
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"linux":{"resources":{"pids":{"limit":9},"z":1}}}'; }
group=/$UNIQUE
# limited FILE LIMITS...: what the kernel has in the file, seen from inside.
value='value() { for each in /sys/fs/cgroup/*/'"$group"'/$1; do cat "$each"; break; done; }; '
limited() { cgroup-setter --name "$group" "${@:2}" -- sh -c "$value value $1"; }

# ---- limits are written
if have root cgroup1; then
    expect_output "pids" 20 limited pids.max --pids 20
    expect_output "no limit is one, too" max limited pids.max --pids max
    expect_output "memory, in words of people" 67108864 limited memory.limit_in_bytes --memory 64M
    expect_output "a soft limit of memory" 33554432 limited memory.soft_limit_in_bytes --memory-reservation 32M
    expect_output "processors' time: half a processor of each 100 ms" 50000 limited cpu.cfs_quota_us --cpus 0.5
    expect_output "and the period of it" 100000 limited cpu.cfs_period_us --cpus 0.5
    expect_output "quota and period" 20000 limited cpu.cfs_quota_us --cpu-quota 20ms --cpu-period 50ms
    expect_output "the weight of processors' time" 512 limited cpu.shares --cpu-shares 512
    expect_output "which processors" 0 limited cpuset.cpus --cpuset-cpus 0
    expect_match "devices: only those that are allowed" "c 1:3 rwm*" limited devices.list --device-deny a --device-allow 'c 1:3 rwm'
    expect_output "--device-defaults: those every container has" "1 0 1" bash -c 'echo $(
        cgroup-setter --name "$1" --device-deny a --device-defaults -- sh -c "grep -c \"^c 1:3 rwm\" \"\$0\"; grep -c \"^c 10:\" \"\$0\"; grep -c \"^b .:. m\" \"\$0\"" /sys/fs/cgroup/devices"$1"/devices.list)' - "$group"
    expect_match "the payload is in the group in every hierarchy" "+([0-9])" \
        cgroup-setter --name "$group" --pids 5 -- sh -c "grep -c ':$group\$' /proc/self/cgroup"
    expect_output "all of them" "$(grep -c . /proc/self/cgroup)" \
        cgroup-setter --name "$group" --pids 5 -- sh -c "grep -c ':$group\$' /proc/self/cgroup"
    check "without a name there is a group of its own" cgroup-setter --pids 5 -- grep -q cgroup-setter- /proc/self/cgroup

    # ---- limits hold
    expect_match "no more processes than that" "*@([Cc]annot|can't) fork*" \
        cgroup-setter --name "$group" --pids 3 -- sh -c '(sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait) 2>&1; true'
    expect_error "no more memory than that, and it is told why" 137 "*out of memory (the limit is --memory)*" \
        cgroup-setter --name "$group" --memory 16M --swap 16M -- python3 -c 'b"x" * (1 << 28)'
    expect_error "a device that isn't allowed can't be opened" 2 "*Operation not permitted*" \
        cgroup-setter --name "$group" --device-deny a --device-allow 'c 1:3 rwm' -- sh -c 'echo x >/dev/null && read -r x </dev/zero'

    # ---- the process and its group
    groups() { find /sys/fs/cgroup -type d -name "$UNIQUE*"; }
    expect_output "the group is gone afterwards" "" groups
    expect_status "the program's exit status is ours" 42 cgroup-setter --name "$group" --pids 5 -- sh -c 'exit 42'
    expect_status "a program that a signal ends is told as the shell tells it" 143 \
        cgroup-setter --name "$group" --pids 5 -- sh -c 'kill -TERM $$'
    expect_status "a program that isn't there is 127" 127 cgroup-setter --name "$group" --pids 5 -- nothing
    expect_output "and the group of that is gone" "" groups
    check "what the program left running goes with the group" \
        cgroup-setter --name "$group" --pids 5 -- sh -c 'setsid sleep 1000 >/dev/null 2>&1 & echo $! >left'
    expect_output "the group is gone, and the process" "" bash -c "$(declare -f groups); groups; ps -o pid= -p \$(<left); true"
    cgroup-setter --name "$group" --pids 5 -- sh -c 'trap "exit 7" TERM; touch ready; while :; do sleep 0.05; done' &
    wait_until test -e ready
    kill -TERM $!
    expect_status "a signal is handed on" 7 wait $!
    expect_output "and the group is gone" "" groups

    # ---- kept, shown, removed
    check "--keep leaves the group" cgroup-setter --name "$group" --pids 7 --keep -- true
    expect_match "--show tells its limits" "*v1*pids*$group*processes*7*" cgroup-setter --show --name "$group"
    check "--remove removes it" cgroup-setter --remove "$group"
    expect_output "from every hierarchy" "" groups
    expect_error "what isn't there can't be removed" 125 "cgroup-setter: cgroup $group: there is none" cgroup-setter --remove "$group"
    expect_match "--show alone tells what this host has" "*version*controllers*memory*" cgroup-setter --show

    # ---- live
    cgroup-setter --name "$group" --pids 9 -- sleep 1000 &
    supervisor=$!
    wait_until grep -q . "/proc/$supervisor/task/$supervisor/children"
    read -r pid <"/proc/$supervisor/task/$supervisor/children"
    wait_until grep -qx sleep "/proc/$pid/comm"
    check "--target changes a limit of a running process" cgroup-setter --target "$pid" --pids 30
    expect_output "it is the kernel's" 30 cat "/sys/fs/cgroup/pids$group/pids.max"
    printf '{"ociVersion":"1.0.2","id":"a","status":"running","pid":%s,"bundle":"/","x":1}' "$pid" >state
    expect_output "--target - takes a state, and prints it again" "$(<state)" cgroup-setter --target - --pids 31 <state
    expect_output "it is the kernel's, too" 31 cat "/sys/fs/cgroup/pids$group/pids.max"
    expect_match "--show --target" "*$group*31*" cgroup-setter --show --target "$pid"
    check "--freeze stops it" cgroup-setter --target "$pid" --freeze
    check "all of it" wait_until grep -q FROZEN "/sys/fs/cgroup/freezer$group/freezer.state"
    check "--thaw lets it go on" cgroup-setter --target "$pid" --thaw
    expect_output "it goes on" THAWED cat "/sys/fs/cgroup/freezer$group/freezer.state"
    # ---- live: a view of it being spent
    watch() { timeout 20 cgroup-setter --watch --interval 0.1 "$@"; }
    expect_match "--watch: a line a look, without escape codes" "memory */* cpu */* processes 1/31 *events: *" \
        bash -c "timeout 1 cgroup-setter --watch --interval 0.1 --target $pid | head -n 2 | tail -n 1 | grep -v $'\e'"
    expect_output "--watch --json: an object a look, with the limits" '["'"$group"'",1,31]' \
        bash -c "timeout 1 cgroup-setter --watch --interval 0.1 --json --name $group | head -n 1 | jq -c '[.group, .pids, .pidsLimit]'"
    expect_output "many looks" yes bash -c "(($(watch --json --target "$pid" | head -n 5 | wc -l) == 5)) && echo yes"
    # ./on_pty COMMAND...: on a terminal of 80x24, Ctrl-C after a second; what was drawn, then what the terminal is like.
    cat >on_pty <<'PTY'
import fcntl, os, pty, select, struct, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
before, out, end = termios.tcgetattr(fd), b"", time.time() + 20
asked = False
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            got = os.read(fd, 65536)
        except OSError:
            break
        if not got:
            break
        out += got
    if not asked and out.count(b"processes") >= 3:
        os.write(fd, b"\x03")
        asked = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(out.decode().replace("\r", "").replace("\x1b", "ESC") + f"\nstatus {status}\n")
PTY
    expect_match "on a terminal the view is drawn over itself, and Ctrl-C ends it" "*ESC\[[67]A*memory*processes*status 0" \
        python3 on_pty cgroup-setter --watch --interval 0.1 --target "$pid"
    drawn=$OUT
    expect_output "no line is wider than 80 columns" "" bash -c 'sed "s/ESC\[[0-9]*[A-Zm]//g" <<<"$1" | grep -E ".{81}" || true' sh "$drawn"
    refute "nothing of the terminal is changed: no other screen, no hidden cursor" grep -qF 'ESC[?' <<<"$drawn"
    cgroup-setter --target "$pid" --pids 1
    expect_match "a full budget is drawn in colour" "*ESC\[31m##############################ESC\[0m\] 100%*" \
        python3 on_pty cgroup-setter --watch --interval 0.1 --target "$pid"
    expect_match "without, where NO_COLOR is set" "*\[##############################\] 100%*" \
        env NO_COLOR=1 python3 on_pty cgroup-setter --watch --interval 0.1 --target "$pid"
    cgroup-setter --target "$pid" --pids 31
    expect_error "--watch only looks" 125 "*--watch only looks*" watch --pids 5 --target "$pid"
    expect_error "--json belongs to --watch" 125 "*belong to --watch*" cgroup-setter --json --show
    expect_error "as often as a terminal can show" 125 "*must be from 0.1 to 3600 seconds*" cgroup-setter --watch --interval 0.01
    expect_error "a group that isn't there can't be watched" 125 "*$group-none: there is none*" watch --name "$group-none"
    watch --name "$group" >looks &
    watcher=$!
    expect_error "a group that has processes isn't removed" 125 "*process $pid is still in it*hint:*kill $pid*" cgroup-setter --remove "$group"
    expect_error "nor taken by another program" 125 "cgroup-setter: cgroup *$group exists and has processes*" \
        cgroup-setter --name "$group" --pids 5 -- true
    kill -TERM "$supervisor"
    wait "$watcher"
    expect_output "--watch ends when the group goes" 0 echo $?
    wait 2>/dev/null
    expect_output "nothing is left" "" groups

    # ---- what can be wrong
    expect_error "a file of v2 that isn't there is told" 125 "cgroup-setter: *no.such*" cgroup-setter --name "$group" --unified no.such=1 -- true
    expect_error "a value that the kernel refuses is told" 125 "cgroup-setter: write */cpuset.cpus: Numerical result out of range*" \
        cgroup-setter --name "$group" --cpuset-cpus 4096 -- true
    expect_output "no group is left of what failed" "" groups
    expect_error "the root group has no limits" 125 "cgroup-setter: the root cgroup can't be limited*" cgroup-setter --name / --pids 5 -- true
else
    skip "limits are written, and hold" "$REASON"
fi
with cgroup1 expect_error "an ordinary user is told the way in" 125 \
    "cgroup-setter: *Permission denied*hint: this cgroup isn't yours*Delegate=yes*" as_user cgroup-setter --pids 5 -- true
expect_error "no limit is told" 125 "cgroup-setter: no limit is given*" cgroup-setter -- true
expect_error "a size that is none is told" 125 "*--memory*64Q*" cgroup-setter --memory 64Q -- true
expect_error "no processor at all is too little" 125 "*--cpus 0: must be at least 0.01*" cgroup-setter --cpus 0 -- true
expect_error "no process at all, too" 125 "*--pids*0*" cgroup-setter --pids 0 -- true
expect_error "--freeze needs a running process" 125 "*--freeze and --thaw act on a running process*" cgroup-setter --name "$group" --freeze -- true

# ---- describe
describe() { config | cgroup-setter "$@" | jq -c "$field"; }
field=.linux.resources
expect_output "described: limits, and what was there stays" \
    '{"pids":{"limit":9},"z":1,"memory":{"limit":67108864},"cpu":{"quota":50000,"period":100000}}' describe --memory 64M --cpus 0.5
field=.linux.resources.pids
expect_output "described: the new limit counts" '{"limit":20}' describe --pids 20
field='[.linux.cgroupsPath,.linux.resources.devices,.linux.resources.unified,.x]'
expect_output "described: the path, devices, files of v2" \
    '["/a",[{"allow":false,"type":"a","access":"rwm"},{"allow":true,"type":"c","major":1,"minor":3,"access":"rw"}],{"memory.high":"1"},{"y":[1]}]' \
    describe --name /a --device-deny a --device-allow 'c 1:3 rw' --unified memory.high=1
expect_match "--explain tells what changed" "*/linux/resources/pids/limit: 9 -> 20*" \
    bash -c "$(declare -f config); config | cgroup-setter --explain --pids 20 2>&1 >/dev/null"
with "root cgroup1" expect_match "--dry-run tells, and changes nothing" '*/pids.max", "20")*execve(*' \
    bash -c "cgroup-setter --dry-run --name $group --pids 20 -- true 2>&1"
