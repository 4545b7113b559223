#!/usr/bin/env bash
# tests/runtime/verbs.sh - ps, pause, resume, update, events: what they do to a container, and options of create and run.
source "$(dirname "$0")/bundles.sh"
needs root python3
bundle B
start_box() { br run --detach --bundle B "$BOX" -- "$@" </dev/null >/dev/null 2>&1; wait_until is_now running; }
end_box() { br delete --force "$BOX"; }
pid() { br state "$BOX" | jq .pid; }
group_file() { cat "/sys/fs/cgroup/"*"/$BOX/$1" "/sys/fs/cgroup/$BOX/$1" 2>/dev/null | head -n 1; }

# ---- ps
start_box sh -c 'sleep 601 & exec sleep 602'
expect_output "ps has the columns of ps -ef" "UID PID PPID C STIME TTY TIME CMD" bash -c 'bundle-run --root "$STATES" ps "$BOX" | head -n 1 | tr -s " "'
expect_output "and a line for each process" "sleep 601 sleep 602" bash -c 'bundle-run --root "$STATES" ps "$BOX" | grep -o "sleep .*" | sort | tr "\n" " " | sed "s/ $//"'
expect_output "as ps(1) has them" "$(ps -o user=,ppid=,tty=,args= -p "$(pid)" | tr -s ' ')" \
    bash -c 'bundle-run --root "$STATES" ps "$BOX" | awk -v pid="$(bundle-run --root "$STATES" state "$BOX" | jq .pid)" "\$2 == pid {print \$1, \$3, \$6, \$8, \$9}"'
expect_output "ps --format json is an array of pids" "true 2" bash -c 'bundle-run --root "$STATES" ps -f json "$BOX" | jq -r "\"\(index('"$(pid)"') != null) \(length)\""'
expect_output "options behind the id are ps(1)'s" "PID COMMAND" bash -c 'bundle-run --root "$STATES" ps "$BOX" -o pid,comm | head -n 1 | xargs'
expect_error "which must show the pid" 1 "*no column PID*" br ps "$BOX" -o comm
expect_error "a format it doesn't have" 1 "*--format yaml*table or json*" br ps -f yaml "$BOX"

# ---- kill
expect_error "an unknown signal" 1 "*unknown signal 'TREM'*TERM*" br kill "$BOX" TREM
check "a signal by number, of real time, and in any case" bash -c 'for s in 0 18 SIGCONT cont rtmin+3 RTMAX-1; do bundle-run --root "$STATES" kill "$BOX" $s || exit 1; [[ $s != r* && $s != R* ]] || exit 0; done'
end_box
change B '.linux.namespaces |= map(select(.type != "pid"))'
start_box sh -c 'trap "" TERM; setsid sleep 603 & setsid sleep 604 & while :; do sleep 0.2; done'
wait_until bash -c '(($(bundle-run --root "$STATES" ps -f json "$BOX" | jq length) >= 3))'
check "without a pid namespace of its own, KILL" br kill "$BOX" KILL
expect_output "reaches every process" "[]" bash -c 'for i in $(seq 100); do [[ $(bundle-run --root "$STATES" ps -f json "$BOX") == "[]" ]] && break; sleep 0.05; done; bundle-run --root "$STATES" ps -f json "$BOX"'
end_box
expect_status "run without a pid namespace takes in its orphans" 7 box B run -- sh -c '(sleep 0.1 &) ; (sleep 605 &) ; sleep 0.3; exit 7' </dev/null
check "and leaves none" nothing_left
expect_status "or leaves them to the machine: --no-subreaper" 8 box B run --no-subreaper -- sh -c '(sleep 606 &) ; exit 8' </dev/null
check "where they are ended, too" nothing_left
change B '.linux.namespaces += [{type: "pid"}]'

# ---- pause
mkfifo B/rootfs/tmp/ticks
exec 8<>B/rootfs/tmp/ticks
start_box sh -c 'while :; do echo tick >/tmp/ticks; sleep 0.01; done'
ticks() { local count=0; while read -r -t "$1" -u 8 _; do ((++count)); ((count < 3)) || break; done; echo "$count"; }
expect_output "it is at work" 3 ticks 10
check "pause" br pause "$BOX"
expect_output "it is paused" paused status
while read -r -t 0.1 -u 8 _; do :; done
expect_output "and does nothing any more" 0 ticks 0.5
check "resume" br resume "$BOX"
expect_output "it is running" running status
expect_output "and at work again" 3 ticks 10
br pause "$BOX"
check "kill -9 of a paused container ends it" br kill "$BOX" KILL
check "at once" wait_until is_now stopped
end_box
start_box sleep 607
br pause "$BOX"
check "delete --force of a paused container" br delete --force "$BOX"
check "leaves nothing" nothing_left
exec 8>&-

# ---- update
start_box sleep 608
check "update sets limits" br update --pids-limit 33 --cpu-share 512 --memory 48M "$BOX"
if have cgroup1; then
    expect_output "the group has them" "33 512 50331648" echo "$(group_file pids.max) $(group_file cpu.shares) $(group_file memory.limit_in_bytes)"
else
    expect_output "the group has them" "33 20 50331648" echo "$(group_file pids.max) $(group_file cpu.weight) $(group_file memory.max)"
fi
expect_output "and so has the config on record" "33 512 50331648" jq -r '.linux.resources | "\(.pids.limit) \(.cpu.shares) \(.memory.limit)"' "$STATES/$BOX/config.json"
check "what isn't named stays" br update --pids-limit 34 "$BOX"
expect_output "as it was" "34 50331648" jq -r '.linux.resources | "\(.pids.limit) \(.memory.limit)"' "$STATES/$BOX/config.json"
expect_error "an amount that is none" 1 "*--memory*bla*" br update --memory bla "$BOX"
expect_error "a limit that can't be set is told, with the file" 1 "*update*cpuset*" br update --pids-limit 35 --cpuset-cpus 4000 "$BOX"
expect_output "and nothing is changed then" "34 34" echo "$(group_file pids.max) $(jq .linux.resources.pids.limit "$STATES/$BOX/config.json")"
expect_error "a document that isn't one" 1 "*stdin*memory/limit*integer*" bash -c 'echo "{\"memory\": {\"limit\": \"1M\"}}" | bundle-run --root "$STATES" update -r - "$BOX"'
expect_error "a limit below what is in use, if that is to be looked at" 1 "*rejecting memory limit 4096*" \
    bash -c 'echo "{\"memory\": {\"limit\": 4096, \"checkBeforeUpdate\": true}}" | bundle-run --root "$STATES" update -r - "$BOX"'
expect_match "--kernel-memory is taken, and ignored with a warning" "*ignored*" bash -c 'bundle-run --root "$STATES" update --kernel-memory 1M "$BOX" 2>&1'
if [[ -e /sys/fs/resctrl/schemata ]]; then
    skip "a cache schema needs Intel's RDT" "this machine has it"
else
    expect_error "a cache schema needs Intel's RDT" 1 "*l3 cache schema is not enabled*" br update --l3-cache-schema L3:0=f "$BOX"
fi

# ---- events
expect_output "events --stats is one document" "stats $BOX 1 34" bash -c 'bundle-run --root "$STATES" events --stats "$BOX" | jq -r "\"\(.type) \(.id) \(.data.pids.current) \(.data.pids.limit)\""'
expect_output "with what it uses" "true true true" \
    bash -c 'bundle-run --root "$STATES" events --stats "$BOX" | jq -r ".data | \"\(.cpu.usage.total > 0) \(.memory.usage.usage > 0) \(.memory.raw | length > 5)\""'
timeout 30 "$BELL_BIN/bundle-run" --root "$STATES" events --interval 100ms "$BOX" >stream & events=$!
check "a stream comes every interval" wait_until bash -c '(($(jq -c "select(.type == \"stats\")" stream | wc -l) >= 3))'
br kill "$BOX" KILL
wait $events
expect_output "and ends when the container ends" 0 echo $?
expect_error "there are none of a stopped one" 1 "*container with id $BOX is not running*" br events "$BOX"
end_box
expect_error "an interval of nothing" 1 "*interval must be greater than 0*" br events --interval 0s "$BOX"
change B '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
start_box sh -c 'read -r _ </tmp/ticks; (head -c 100m /dev/zero | tail -n 1 >/dev/null); sleep 609'
timeout 60 "$BELL_BIN/bundle-run" --root "$STATES" events --interval 1m "$BOX" >stream & events=$!
# It listens once it has an eventfd (v1) or an inotify (v2).
listens() { local pid; for pid in $events $(<"/proc/$events/task/$events/children"); do readlink "/proc/$pid/fd/"*; done 2>/dev/null | grep -q 'eventfd\|inotify'; }
wait_until listens
sleep 0.2
echo go >B/rootfs/tmp/ticks
check "oom is told" wait_until grep -q '"type":"oom"' stream
expect_output "as runc tells it" '{"type":"oom","id":"'"$BOX"'"}' head -n 1 stream
end_box
wait $events
change B 'del(.linux.resources.memory)'

# ---- the log
br --debug --log log --log-format json run --bundle B "$BOX" -- true </dev/null
expect_output "--debug puts lines of that level into the log" "debug debug" bash -c 'jq -r .level log | xargs'
br --log log2 --log-format json run --bundle B "$BOX" -- nothing </dev/null 2>err
expect_output "an error stands in the log in one line" "error" jq -r .level log2
expect_match "in the words that docker and podman look for" '*executable file not found in $PATH*' jq -r .msg log2
expect_error "a form of log it doesn't have" 1 "*--log-format*xml*" br --log-format xml list
expect_match "--version is told as engines read it" "bundle-run version [0-9]*spec: 1.*libseccomp: *" bundle-run --version
expect_output "-v, too" "$(bundle-run --version)" bundle-run -v

# ---- what goes along
expect_output "--preserve-fds hands descriptors on" words bash -c 'bundle-run --root "$STATES" run --bundle B --preserve-fds 1 "$BOX" -- sh -c "cat <&3" 3< <(echo words)'
expect_error "one that isn't open is told" 1 "*preserved-fd 0 (of 1)*" bash -c 'exec 3>&-; bundle-run --root "$STATES" run --bundle B --preserve-fds 1 "$BOX" -- true'
expect_output "so are the sockets of LISTEN_FDS, with their number" "1 1 words" \
    bash -c 'exec 3< <(echo words); LISTEN_FDS=1 LISTEN_PID=$$ exec bundle-run --root "$STATES" run --bundle B "$BOX" -- sh -c "echo \$LISTEN_FDS \$LISTEN_PID \$(cat <&3)"'
expect_output "those for another process aren't" "" \
    bash -c 'exec 3< <(echo words); LISTEN_FDS=1 LISTEN_PID=1 exec bundle-run --root "$STATES" run --bundle B "$BOX" -- sh -c "echo \$LISTEN_FDS"'
cat >take-pidfd <<'P'
import array, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(1)
connection, _ = server.accept()
_, control, _, _ = connection.recvmsg(100, socket.CMSG_SPACE(4))
descriptor = array.array("i", control[0][2][:4])[0]
print([line.split()[1] for line in open(f"/proc/self/fdinfo/{descriptor}") if line.startswith("Pid:")][0])
P
python3 take-pidfd "$WORK/socket" >taken & taker=$!
wait_until test -S socket
br create --bundle B --pid-file pid --pidfd-socket "$WORK/socket" "$BOX" -- true </dev/null
wait $taker
expect_output "--pidfd-socket gets a pidfd of the first process" "$(<pid)" cat taken
end_box
if grep -q session /proc/keys 2>/dev/null || grep -qw keyring /proc/keys 2>/dev/null; then
    keys="grep -c '_ses.$BOX:' /proc/keys"
    change B '.linux.maskedPaths = []'
    expect_output "the container has a session keyring of its own" 1 box B run -- sh -c "$keys"
    # Of another name: the kernel lists the last one for a moment after its end.
    expect_output "unless --no-new-keyring" 0 br run --bundle B --no-new-keyring "$BOX-keys" -- sh -c "grep -c '_ses.$BOX-keys:' /proc/keys; true"
    start_box sleep 610
    expect_output "which exec joins" 1 br exec "$BOX" sh -c "$keys"
    end_box
else
    skip "the container has a session keyring of its own" "this kernel shows no /proc/keys"
fi

# ---- who makes cgroups
change B 'del(.linux.resources.devices, .linux.resources.pids) | .linux.resources |= with_entries(select(.value != {}))'
br --cgroup-manager disabled run --detach --bundle B "$BOX" -- sleep 611 </dev/null
expect_output "--cgroup-manager disabled: it stays where its caller is" "$(</proc/self/cgroup)" cat "/proc/$(pid)/cgroup"
expect_error "there is nothing to freeze then" 1 "*pause $BOX*no cgroup*" br pause "$BOX"
expect_error "nothing to limit" 1 "*no cgroup of its own*" br update --pids-limit 5 "$BOX"
expect_error "nothing to count" 1 "*no cgroup of its own*" br events --stats "$BOX"
expect_output "ps knows its processes all the same" 1 bash -c 'bundle-run --root "$STATES" ps -f json "$BOX" | jq length'
end_box
change B '.linux.resources.pids = {limit: 20}'
expect_error "a limit can't be kept without" 1 "*limits are asked for*disabled*" br --cgroup-manager disabled run --bundle B "$BOX" -- true
expect_error "a manager that isn't one" 1 "*--cgroup-manager*cgroupfd*cgroupfs*" br --cgroup-manager cgroupfd list
expect_error "--rootless is one of three words" 1 "*--rootless*yes*auto*" br --rootless yes list
check "at the end nothing is left" nothing_left
