#!/usr/bin/env bash
# tests/runtime/delegated.sh - an ordinary user to whom root gave a cgroup with chown: containers with real limits, and
# what wasn't given isn't left out in silence.
source "$(dirname "$0")/bundles.sh"
needs root userns
as_user true
bundle B --rootless
change B '.linux.uidMappings[0].hostID = $u | .linux.gidMappings[0].hostID = $g | del(.linux.cgroupsPath, .linux.resources)' \
    --argjson u "$(id -u "$BELL_TEST_USER")" --argjson g "$(id -g "$BELL_TEST_USER")"
mkdir user/B && mv B/* user/B/ && chown -R "$BELL_TEST_USER" user
cleanup rm -rf "/tmp/$UNIQUE-states"

# ---- what root does: pids and memory, nothing else; on v2 the directory that the user's processes are in themselves
given=()
if have cgroup1; then
    for controller in pids memory; do given+=("/sys/fs/cgroup/$controller/$BOX-given"); done
    mkdir "${given[@]}"
else
    mkdir "/sys/fs/cgroup/$BOX-above" "/sys/fs/cgroup/$BOX-above/given"
    echo "+pids +memory" >"/sys/fs/cgroup/$BOX-above/cgroup.subtree_control"
    given=("/sys/fs/cgroup/$BOX-above/given")
    cleanup find "/sys/fs/cgroup/$BOX-above" -depth -type d -exec rmdir {} +
fi
for group in "${given[@]}"; do
    for file in "" cgroup.procs cgroup.threads cgroup.subtree_control tasks; do
        [[ ! -e $group/$file ]] || chown "$BELL_TEST_USER" "$group/$file"
    done
done
# given COMMAND: as the user, from within.
given() (
    for group in "${given[@]}"; do
        [[ ! -e $group/leaf ]] || group+=/leaf
        echo "$BASHPID" >"$group/cgroup.procs" || exit
    done
    as_user "$@"
)
mine() { given timeout -k 2 20 bundle-run --root "/tmp/$UNIQUE-states" "$@"; }
cleanup mine delete --force --all
limited() { jq "$1" user/B/config.json >"user/$2.json"; }
# value FILE: of the container's group, wherever that is.
value() {
    local directory
    for directory in $(mine state "$BOX" | jq -r '.cgroupDirectories[]'); do
        [[ ! -e $directory/$1 ]] || cat "$directory/$1"
    done
}
memory_limit() { value memory.max; value memory.limit_in_bytes; }
groups_left() { find "${given[@]}" -mindepth 1 -type d -not -name leaf; }

# ---- without limits
mine run --bundle user/B "$BOX" -- true </dev/null >out 2>&1
expect_output "a container has a group of its own, and no warning is due" "" cat out
expect_output "and the group goes with it" "" groups_left

# ---- with limits
limited '.linux.resources = {pids: {limit: 20}, memory: {limit: 67108864}}' limits
check "limits of what was given are set" mine create --bundle user/B --config user/limits.json --pid-file user/pid "$BOX" -- sleep 60 </dev/null
expect_output "pids" 20 value pids.max
expect_output "memory" 67108864 memory_limit
in_groups() { [[ $(value cgroup.procs | sort -u) == *"$1"* ]]; }
check "its process is in the group" in_groups "$(cat user/pid)"
check "start" mine start "$BOX"
check "exec" mine exec --detach --pid-file user/tenant "$BOX" sleep 60 </dev/null
check "its process is in the group, too" in_groups "$(cat user/tenant)"
expect_error "the limit of processes binds" 2 "*fork*" mine exec "$BOX" sh -c 'for i in $(seq 30); do sleep 2 & done'
check "kill --all ends both" mine kill --all "$BOX" KILL
check "and waits for none" wait_until test ! -e "/proc/$(cat user/tenant)"
check "delete" mine delete --force "$BOX"
expect_output "the groups are gone" "" groups_left
expect_output "cgroup-setter does the same" 17 given cgroup-setter --pids 17 -- sh -c '
    while IFS=: read -r _ controllers path; do
        for file in "/sys/fs/cgroup/$controllers$path/pids.max"; do [ ! -e "$file" ] || cat "$file"; done
    done </proc/self/cgroup'

# ---- what wasn't given
limited '.linux.resources = {cpu: {shares: 512}}' cpu
expect_error "a limit of what was not given is an error, not left out" 1 "*cpu*isn't *limit of it is asked for*hint*" \
    mine run --bundle user/B --config user/cpu.json "$BOX" -- true
limited '.linux.cgroupsPath = "/'"$BOX"'-elsewhere"' elsewhere
expect_error "nor can a group elsewhere be had" 1 "*isn't yours to write*" mine run --bundle user/B --config user/elsewhere.json "$BOX" -- true
expect_output "errors leave nothing" "" groups_left

# ---- v2: who shares out may not consume
if have cgroup2 && ! have cgroup1; then
    expect_output "the user's own processes stepped aside, into a leaf" "/$BOX-above/given/leaf" given cut -d: -f3 /proc/self/cgroup
    expect_output "and the controllers were handed down" "memory pids" bash -c 'tr " " "\n" <"$1/cgroup.subtree_control" | sort | xargs' - "${given[0]}"
else
    skip "v2: the user's own processes step aside, into a leaf" "cgroup v1 here"
fi
