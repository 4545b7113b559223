# shellcheck shell=bash
# bundles.sh - what the tests of bundle-run share: bundles, and a state directory of the test's own.
#
#     source "$(dirname "$0")/bundles.sh"      (or ../runtime/bundles.sh)
#     bundle B                                 a rootfs and a config.json that suits a test
#     change B '.hostname = "sea"'             edits it by jq
#     check "it runs" box B run -- true        bundle-run VERB --bundle B ID
source "$(dirname "${BASH_SOURCE[0]}")/../harness.sh"
[[ -x $BELL_BIN/bundle-run ]] || { echo "not ok - $BELL_BIN has a bundle-run"; exit 1; }
needs jq busybox

STATES=$WORK/states
BOX=$UNIQUE
export STATES BOX

# br ARGUMENTS...: bundle-run with the test's own states; nothing it does takes longer than 20 s.
br() { timeout -k 2 20 "$BELL_BIN/bundle-run" --root "$STATES" "$@"; }
# bundle DIR [spec options]: without terminal, root writable, cgroup named after the test.
bundle() {
    mkdir -p "$1"
    rootfs "$1/rootfs"
    "$BELL_BIN/bundle-run" spec "${@:2}" >"$1/config.json" </dev/null
    change "$1" '.process.terminal = false | .root.readonly = false | .linux.cgroupsPath = "/'"$BOX"'"'
}
# change DIR JQ-FILTER [jq options]
change() { jq "${@:3}" "$2" "$1/config.json" >"$1/config.new" && mv "$1/config.new" "$1/config.json"; }
# box DIR VERB ARGUMENTS...: run or create with the bundle DIR under the id $BOX.
box() { br "$2" --bundle "$1" "$BOX" "${@:3}"; }
# changed DIR JQ-FILTER COMMAND...: runs COMMAND in a container of DIR with that change, and undoes the change.
changed() {
    local status
    cp "$1/config.json" "$1/config.before"
    change "$1" "$2"
    box "$1" run -- "${@:3}"
    status=$?
    mv "$1/config.before" "$1/config.json"
    return $status
}
status() { br state "$BOX" | jq -r .status; }
is_now() { [[ $(status 2>/dev/null) == "$1" ]]; }
# nothing_left: no state, no cgroup of ours.
nothing_left() { [[ -z $(ls -A "$STATES" 2>/dev/null) && -z $(find /sys/fs/cgroup -name "$BOX*" 2>/dev/null) ]]; }

_sweep_containers() {
    "$BELL_BIN/bundle-run" --root "$STATES" delete --force --all
    find /sys/fs/cgroup -depth -type d -name "$BOX*" -exec sh -c 'for pid in $(cat "$1/cgroup.procs"); do kill -KILL $pid; done; rmdir "$1"' sh {} \;
}
cleanup _sweep_containers
