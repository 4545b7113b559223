#!/usr/bin/env bash
# tests/runtime/propagation.sh - which mounts are seen where: rootfsPropagation, a mount's own propagation, and that a
# container leaves the mounts of a host alone whose / is shared, as systemd makes it.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
mkdir -p host B/rootfs/mnt/p
# as_host COMMAND...: in a mount namespace of its own, in which all mounts are shared and "host" is one.
as_host() { unshare --mount --propagation private bash -c 'mount --make-rshared / && mount -t tmpfs host host && mount --make-shared host && mkdir host/sub && "$@"' - "$@"; }
export -f br box change changed
# bound OPTIONS [FILTER]: a change that binds "host" at /mnt/p
bound() { echo ".mounts += [{destination: \"/mnt/p\", source: \"$WORK/host\", options: [\"rbind\"$1]}] | ${2-.}"; }
# propagation_of PLACE: "shared", "master", both or neither, without the numbers.
kind_of() { as_host bash -c 'changed B "$1" sh -c "awk \"\\\$5 == \\\"/mnt/p\\\"\" /proc/self/mountinfo" | grep -oE "(shared|master):" | tr -d ":" | xargs' - "$1"; }

expect_output "what is bound takes part in what the host mounts there" master kind_of "$(bound '')"
expect_output "private: it doesn't" "" kind_of "$(bound ',"private"')"
expect_output "rprivate for the whole root: neither" "" kind_of "$(bound '' '.linux.rootfsPropagation = "rprivate"')"
expect_output "slave: it does" master kind_of "$(bound ',"slave"')"
expect_output "shared: others can take part in it, the host doesn't" "shared master" kind_of "$(bound ',"rshared"')"
expect_output "shared where the root is: the host does" shared kind_of "$(bound ',"rshared"' '.linux.rootfsPropagation = "rshared"')"

# mounted_inside FILTER: whether a mount made inside appears on the host; and the host's list of mounts is else as before.
mounted_inside() {
    as_host bash -c '
        before=$(sort /proc/self/mountinfo)
        changed B "$1 | .process.capabilities.bounding += [\"CAP_SYS_ADMIN\"] | .process.capabilities.effective += [\"CAP_SYS_ADMIN\"] | .process.capabilities.permitted += [\"CAP_SYS_ADMIN\"]" \
            sh -c "mount -t tmpfs inside /mnt/p/sub && echo made"
        comm -13 <(echo "$before") <(sort /proc/self/mountinfo) | awk "{print \"on the host:\", \$(NF-1)}"
        comm -23 <(echo "$before") <(sort /proc/self/mountinfo) | sed "s/^/lost: /"' - "$1"
}
mapped='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
expect_output "a mount made inside stays inside" made mounted_inside "$(bound '')"
expect_output "also below what is shared inside" made mounted_inside "$(bound ',"rshared"')"
expect_output "with a shared root it appears on the host, and nothing of the host's is lost" $'made\non the host: inside' mounted_inside "$(bound ',"rshared"' '.linux.rootfsPropagation = "rshared"')"
expect_output "never out of a user namespace" made mounted_inside "$(bound ',"rshared"' ".linux.rootfsPropagation = \"rshared\" | $mapped")"
expect_output "nor by default" made mounted_inside "$(bound '' "$mapped")"
expect_output "nor with the root moved, not pivoted" "" as_host bash -c '
    before=$(sort /proc/self/mountinfo); cp B/config.json C.json; jq ".linux.rootfsPropagation = \"rshared\"" C.json >B/config.json
    br run --bundle B --no-pivot "$BOX" -- true; cp C.json B/config.json
    diff <(echo "$before") <(sort /proc/self/mountinfo)'

# ---- the root that is moved
if unshare -mrpf true 2>/dev/null; then
    change B '.process.capabilities[] += ["CAP_SETFCAP"]'
    expect_match "a moved root leaves no proc of the host's to be had" "*denied*" bash -c "$(declare -f br change); br run --bundle B --no-pivot $BOX -- unshare -mrpf sh -c 'mount -t proc none /mnt 2>&1'; true"
else
    skip "a moved root leaves no proc of the host's to be had" "no user namespace can be made here"
fi
check "at the end nothing is left" nothing_left
