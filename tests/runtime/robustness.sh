#!/usr/bin/env bash
# tests/runtime/robustness.sh - killed at any moment, out of everything, all at once: either a whole container or nothing.
source "$(dirname "$0")/bundles.sh"
needs root python3
bundle B
groups() { ls -d /sys/fs/cgroup/*/"$BOX"* /sys/fs/cgroup/"$BOX"* 2>/dev/null; }
# orphans: processes of a runtime that isn't there any more become children of the test.
orphans() { pgrep -f "^[^ ]*bundle-run --root $STATES" || pgrep -P $$ -x sleep; }

# ---- killed
left=0 made=0
kills=$(rounds 200) creates=$(rounds 64) boxes=$(rounds 20)
longest=200    # a create takes that many times 0.1 ms
[[ -z ${BELL_LAB-} ]] || longest=8000
for ((i = 0; i < kills; ++i)); do
    "$BELL_BIN/bundle-run" --root "$STATES" create --bundle B "$BOX" -- sleep 60 </dev/null >/dev/null 2>&1 & victim=$!
    sleep "$(printf '0.%04d' $((RANDOM % longest)))"
    kill -KILL $victim 2>/dev/null
    { wait $victim; } 2>/dev/null && ((++made))
    br delete --force "$BOX" >/dev/null 2>err || { ((++left)); cat err >>errors; }
    [[ -z $(groups) && -z $(ls -A "$STATES") ]] || { ((++left)); groups >>errors; ls -A "$STATES" >>errors; }
done
expect_output "$kills times SIGKILL during create, and delete --force leaves nothing" 0 echo $left
[[ $left == 0 ]] || sed 's/^/    /' errors | head -20
moments="the moments were such that some came up and some didn't ($made did)"
if [[ ${BELL_LAB-} ]]; then skip "$moments" "in the lab the clock runs too unevenly to choose them"
else check "$moments" test "$made" -gt 0 -a "$made" -lt "$kills"; fi
gone() { ! orphans >/dev/null; }
check "no process is left of them" wait_until gone

# In the midst of a long work, and without a group by which init could be found.
bundle slow
change slow 'del(.linux.cgroupsPath) | .mounts += [range(20000) | {destination: "/dev/m/\(.)", type: "tmpfs", source: "tmpfs", options: ["size=4k"]}]'
slow_create() { exec "$BELL_BIN/bundle-run" --root "$STATES" --cgroup-manager disabled create --bundle slow "$BOX" -- true </dev/null; }
init_is_there() { init=$(pgrep -P $victim); }
is_gone() { [[ ! -e /proc/$init ]]; }
started=${EPOCHREALTIME/./}
(slow_create)
whole=$((${EPOCHREALTIME/./} - started))
br delete --force "$BOX"
slow_create & victim=$!
if wait_until init_is_there; then
    kill -KILL $victim
    started=${EPOCHREALTIME/./}
    wait_until is_gone
    check "init dies with a runtime that is killed while it works" test $((${EPOCHREALTIME/./} - started)) -lt $((whole / 2))
fi
{ wait $victim; } 2>/dev/null
br delete --force "$BOX"
check "and its record goes" test -z "$(ls -A "$STATES")"
if command -v strace >/dev/null; then
    change slow 'del(.mounts[] | select(.destination | startswith("/dev/m/")))'
    for when in 1 2 3 4; do
        strace -o /dev/null -e trace=rename -e inject=rename:signal=KILL:when=$when "$BELL_BIN/bundle-run" --root "$STATES" \
            --cgroup-manager disabled create --bundle slow "$BOX" -- sleep 60 </dev/null >/dev/null 2>&1
        br delete --force "$BOX"
    done
    check "killed as it writes down how far it is, it leaves no init that waits" wait_until gone
    check "nor a record" test -z "$(ls -A "$STATES")"
else
    skip "killed as it writes down how far it is, it leaves no init that waits" "strace isn't installed"
fi
"$BELL_BIN/bundle-run" --root "$STATES" create --bundle B "$BOX" -- sleep 60 </dev/null >/dev/null 2>&1 & victim=$!
sleep 0.01; kill -KILL $victim; { wait $victim; } 2>/dev/null
run box B create -- true </dev/null
if ((STATUS == 0)) || [[ $ERR == *"already exists"* ]]; then _ok "the next create of that id works, unless the first came up"; else _details "the next create of that id works, unless the first came up" "" create; fi
br delete --force "$BOX"

# ---- all at once
for ((i = 0; i < creates; ++i)); do
    { "$BELL_BIN/bundle-run" --root "$STATES" create --bundle B --pid-file "pid.$i" "$BOX" -- sleep 60 </dev/null >/dev/null 2>"err.$i"; echo $? >"status.$i"; } &
done
wait
expect_output "$creates creates of one id: exactly one wins" 1 bash -c 'cat status.* | grep -cx 0'
expect_output "the others say why" $((creates - 1)) bash -c 'grep -l "already exists" err.* | wc -l'
expect_output "the winner's container is there" created status
for ((i = 0; i < 8; ++i)); do { br delete --force "$BOX"; echo $? >"status.$i"; } 2>>errors.delete & done
wait
expect_output "8 that delete it by force all succeed" 8 bash -c 'cat status.[0-7] | grep -cx 0'
check "and nothing is left" nothing_left
for ((i = 0; i < boxes; ++i)); do
    jq --arg group "/$BOX-$i" '.linux.cgroupsPath = $group' B/config.json >"c.$i"
    { br run --bundle B --config "c.$i" "$BOX-$i" -- sh -c "exit $i"; echo $? >"status.$i"; } 2>/dev/null </dev/null &
done
wait
expect_output "$boxes containers side by side each end with their own status" "$(seq 0 $((boxes - 1)))" bash -c 'for ((i = 0; i < $1; ++i)); do cat status.$i; done' - "$boxes"
check "and leave nothing" nothing_left
for ((i = 0; i < boxes; ++i)); do
    box B create -- sleep 60 </dev/null >/dev/null 2>&1
    br start "$BOX" >/dev/null 2>&1 & br kill "$BOX" KILL >/dev/null 2>&1 & br delete --force "$BOX" >/dev/null 2>&1 &
    wait
    br delete --force "$BOX"
done
check "start, kill and delete at once, $boxes times, leave nothing" nothing_left

# ---- out of things
# in_order COMMAND...: it works, or fails with a reason; and leaves nothing.
in_order() { run "${@:2}"; if { ((STATUS == 0)) || { ((STATUS < 124)) && [[ -n $ERR ]]; }; } && nothing_left; then _ok "$1"; else _details "$1" "works, or fails with a reason; and leaves nothing" "${@:2}"; fi; }
for limit in 4 5 8 12 16; do
    in_order "with $limit descriptors it works or says why not" bash -c "ulimit -n $limit; exec \"\$BELL_BIN/bundle-run\" --root \"\$STATES\" run --bundle B \"\$BOX\" -- true </dev/null"
done
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
    run bash -c "\"\$BELL_BIN/bundle-run\" --root \"\$STATES\" run --bundle B \"\$BOX\" -- sh -c 'for n in 0 1 2; do readlink /proc/self/fd/\$n; done >/tmp/fds; exit 7' $closed"
    if ((STATUS == 7)) && ! grep -qE 'state|cgroup|B$|config' B/rootfs/tmp/fds; then _ok "with $closed no file of ours lands there"; else _details "with $closed no file of ours lands there" "$(cat B/rootfs/tmp/fds)" run; fi
done
in_order "with pids.max 1 it works or says why not" changed B '.linux.resources.pids = {limit: 1}' sh -c 'exec true'
in_order "with hardly any memory it says why not" changed B '.linux.resources.memory = {limit: 65536}' true

# ---- damaged
box B create -- sleep 60 </dev/null
pid=$(br state "$BOX" | jq .pid)
echo '{"half' >"$STATES/$BOX/state.json"
expect_error "a damaged state is told" 1 "*state.json*" br state "$BOX"
expect_match "and listed" "*$BOX*unknown*" br list
check "delete --force removes it" br delete --force "$BOX"
check "and ends its process" wait_until test ! -e "/proc/$pid"
check "and nothing is left of it" nothing_left
kill -KILL "$pid" 2>/dev/null

# ---- failing calls
# faults CALL ERRNO: each of its calls in turn fails once; the program, if it runs, has the whole posture.
posture="awk '/^(Cap|NoNew|Seccomp|Uid|Gid|Groups)/' /proc/self/status; cut -d' ' -f5,6 /proc/self/mountinfo; hostname; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; ulimit -n; stat -c '%n %a %t:%T' /dev/*"
change B '.linux.resources.pids = {limit: 20} | .linux.sysctl = {"kernel.msgmax": "77"} | .process.user = {uid: 7, gid: 8, additionalGids: [9]}'
whole=$(box B run -- sh -c "$posture")
faults() {
    local when bad=""
    for ((when = 1; when < $(rounds 200); when += 1 + RANDOM % 3)); do
        run timeout 20 strace -f -o trace -e trace="$1" -e inject="$1:error=$2:when=$when" "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- sh -c "$posture" </dev/null
        if ((STATUS == 0)); then [[ $OUT == "$whole" ]] || bad="call $when: another posture"; else [[ $STATUS -lt 124 && -n $ERR ]] || bad="call $when: status $STATUS, $ERR"; fi
        [[ -z $(groups) && -z $(ls -A "$STATES") ]] || bad="call $when: left $(groups) $(ls -A "$STATES")"
        if [[ -n $bad ]] || ! grep -q INJECTED trace; then break; fi
    done
    if [[ -z $bad ]]; then _ok "whichever $1 fails with $2: a whole container or an error, and nothing left"; else _not_ok "whichever $1 fails with $2: a whole container or an error, and nothing left" "$bad" "$ERR"; br delete --force "$BOX"; fi
}
if have strace && strace -f -o /dev/null true 2>/dev/null; then
    faults=(move_mount:EPERM mount_setattr:EPERM fsmount:ENOMEM open_tree:ENOSPC mkdirat:ENOSPC mknodat:EPERM clone3:ENOMEM pivot_root:EPERM umount2:EPERM \
        capset:EPERM setgroups:EPERM setresuid:EPERM sethostname:EPERM unshare:EPERM close_range:EPERM socketpair:EMFILE)
    [[ -z ${BELL_LAB-} ]] || faults=(mkdirat:ENOSPC unshare:EPERM)    # strace takes its time there
    for fault in "${faults[@]}"; do
        faults "${fault%:*}" "${fault#*:}"
    done
else
    skip "whichever system call fails: a whole container or an error" "no strace, or it may not trace here"
fi
check "at the end nothing is left" nothing_left
