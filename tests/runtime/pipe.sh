#!/usr/bin/env bash
# tests/runtime/pipe.sh - the config travels through a pipe: each tool adds its own, nothing gets lost, the last one runs it.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
mkdir src && echo shared >src/file
tools() {
    cgroup-setter --pids 20 | bind-mounter --bind "$WORK/src:/srv:ro" | ns-enter --hostname sea |
        priv-drop --caps kill | jq '.annotations.kept = "yes" | .unknown = {deep: [1, 77]}'
}
piped() { tools <B/config.json | br run --bundle B --config - "$BOX" "$@"; }
cp B/config.json before
expect_output "the container is what the tools of the pipe said" "sea shared 0000000000000020" \
    piped -- sh -c 'echo $(hostname) $(cat /srv/file) $(awk "/^CapBnd/ {print \$2}" /proc/self/status)'
expect_output "the config that ran is saved in the bundle" "sea 20 yes" jq -r '"\(.hostname) \(.linux.resources.pids.limit) \(.annotations.kept)"' B/config.json
expect_match "with fields that nobody knows" "*[[]1,77[]]*" jq -c .unknown B/config.json
cp before B/config.json
keys() { jq -S 'del(.linux.resources.pids, .mounts, .hostname, .process.capabilities)' "$1"; }
export -f keys
cgroup-setter --pids 20 <before | bind-mounter --bind "$WORK/src:/srv:ro" | ns-enter --hostname sea | priv-drop --caps kill >after
expect_output "every field that isn't a tool's own survives" same bash -c 'cmp <(keys before) <(keys after) && echo same'
expect_output "the program's stdin is empty, not the pipe's rest" "" piped -- cat
change B '.process.args = ["echo", "from the config"]'
expect_output "without a program the config's runs" "from the config" bash -c 'bundle-run --root "$STATES" run --bundle B --config - "$BOX" <B/config.json'
expect_error "an empty pipe is told" 1 "*stdin*empty*" bash -c 'bundle-run --root "$STATES" run --bundle B --config - "$BOX" </dev/null'
cp B/config.json before
expect_error "what is no JSON is told" 1 "*stdin*" bash -c 'echo "{]" | bundle-run --root "$STATES" run --bundle B --config - "$BOX"'
check "and doesn't replace the bundle's config" cmp before B/config.json
expect_error "what can't be run is told" 1 "*hostname*uts namespace*" \
    bash -c 'jq "del(.linux.namespaces[] | select(.type == \"uts\"))" before | bundle-run --root "$STATES" run --bundle B --config - "$BOX"'
check "and doesn't replace it either" cmp before B/config.json
jq '.hostname = "dry"' before | bundle-run --dry-run --root "$STATES" run --bundle B --config - "$BOX" >/dev/null 2>&1
jq '.hostname = "dry"' before | bundle-run --root "$STATES" run --dry-run --bundle B --config - "$BOX" >/dev/null 2>&1
check "nor does a dry run" cmp before B/config.json
expect_output "spec starts a pipe from nothing" box bash -c 'bundle-run spec | jq -r .hostname'
mkdir -p bare && mv B/rootfs bare/rootfs
expect_output "the smallest config runs" "hello" \
    bash -c 'bundle-run spec --bare | cgroup-setter --name "/$BOX" | bundle-run --root "$STATES" run --bundle bare --config - "$BOX" -- echo hello'
expect_output "a container's state is a pipe, too" "20" bash -c '
    bundle-run spec --bare | ns-enter --new pid,uts --hostname x | cgroup-setter --name "/$BOX" --pids 20 |
        bundle-run --root "$STATES" run --detach --bundle bare --config - "$BOX" -- sleep 60 >/dev/null
    cat $(bundle-run --root "$STATES" state "$BOX" | jq -r ".cgroupDirectories[] + \"/pids.max\"") 2>/dev/null
    bundle-run --root "$STATES" delete --force "$BOX"'
check "at the end nothing is left" nothing_left
