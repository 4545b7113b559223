#!/usr/bin/env bash
# tests/runtime/edges.sh - where the specification is terse and callers rely on what runc does: devices without a word,
# groups and namespaces that are there already, the environment, the caller's own restrictions.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
field() { expect_output "$1" "$2" changed B "$3" "${@:4}"; }
broken() { expect_error "$1" 1 "$2" changed B "$3" true; }
mapped='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'

# ---- devices
mem='mknod /tmp/mem c 1 1 2>/dev/null; head -c 1 /tmp/mem 2>&1 | grep -o "not permitted"; rm -f /tmp/mem'
powers='.process.capabilities[] += ["CAP_MKNOD", "CAP_SYS_RAWIO"]'
with "cgroup1" field "a device that no rule allows is forbidden, also without any rule" "not permitted" "$powers | .linux.resources.devices = []" sh -c "$mem"
with "cgroup1" field "or with a rule about another one" "not permitted" "$powers | .linux.resources.devices = [{allow: true, type: \"c\", major: 10, minor: 229, access: \"rwm\"}]" sh -c "$mem"
with "cgroup1" field "a rule for all kinds is not one for all devices" "not permitted" "$powers | .linux.resources.devices = [{allow: false, access: \"rwm\"}, {allow: true, type: \"a\", major: 10, minor: 200, access: \"r\"}]" sh -c "$mem"
broken "a kind of device that there isn't" "*type \"x\"*" '.linux.resources.devices = [{allow: true, type: "x"}]'
broken "a number that is none" "*4294967296*" '.linux.resources.devices = [{allow: true, type: "c", major: 4294967296}]'
field "the default devices are there without a mount at /dev, too" "1:3 5:0" '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.cgroupsPath += "-d"' \
    sh -c 'echo $(stat -c %t:%T /dev/null /dev/tty)'
rm -rf B/rootfs/dev/*
field "a read-only /dev has its devices and mounts all the same" "1:3 ro yes" '(.mounts[] | select(.destination == "/dev")).options += ["ro"]' \
    sh -c 'echo $(stat -c %t:%T /dev/null) $(touch /dev/x 2>/dev/null || echo ro) $(grep -q " /dev/pts " /proc/self/mountinfo && echo yes)'
field "a user namespace that maps everything can't make devices, and has them bound" "1:3" '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 4294967295}] | .linux.gidMappings = .linux.uidMappings' \
    stat -c %t:%T /dev/null

# ---- groups
some_group() { local place; for place in /sys/fs/cgroup/pids /sys/fs/cgroup/freezer /sys/fs/cgroup; do [[ ! -w $place/cgroup.procs ]] || { echo "$place/$BOX-own"; return; }; done; }
group=$(some_group)
mkdir "$group"
field "a group that is there is taken" fine ".linux.cgroupsPath = \"/$BOX-own\"" echo fine
check "and stays, when the container goes" test -d "$group"
check "the groups made beside it don't" test "$(find /sys/fs/cgroup -name "$BOX-own" | wc -l)" == 1
rmdir "$group"
freeze() { if [[ -e $1/freezer.state ]]; then echo FROZEN >"$1/freezer.state"; else echo 1 >"$1/cgroup.freeze"; fi; }
for place in /sys/fs/cgroup/freezer /sys/fs/cgroup; do [[ ! -w $place/cgroup.procs ]] || break; done
mkdir "$place/$BOX-own" && freeze "$place/$BOX-own"
broken "a frozen group is refused, not waited for" "*unexpectedly frozen*" ".linux.cgroupsPath = \"/$BOX-own\""
rmdir "$place/$BOX-own"

# ---- namespaces
change B "$mapped"
chown 100000:100000 B/rootfs/tmp
box B create -- sleep 100 </dev/null && br start "$BOX"
first=$(br state "$BOX" | jq .pid)
joined() { changed B ".linux.namespaces |= map(if .type == \"user\" or .type == \"network\" then .path = \"/proc/$first/ns/\" + (if .type == \"network\" then \"net\" else \"user\" end) else . end) | .linux.cgroupsPath += \"-two\" | $1" "${@:2}"; }
BOX=$BOX-two expect_output "a user namespace is joined by its path, with the network that is its own" "0 0 100000 65536" joined . sh -c 'echo $(id -u) $(cat /proc/self/uid_map)'
BOX=$BOX-two expect_output "also if the config doesn't repeat the maps" 0 joined 'del(.linux.uidMappings, .linux.gidMappings)' id -u
br delete --force "$BOX"
change B 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))'
unshare --mount --propagation private sleep 100 & holder=$!
wait_until bash -c "[[ \$(readlink /proc/$holder/ns/mnt) != \$(readlink /proc/self/ns/mnt) ]]"
field "a mount namespace is joined by its path" "$(readlink "/proc/$holder/ns/mnt")" "(.linux.namespaces[] | select(.type == \"mount\")).path = \"/proc/$holder/ns/mnt\"" readlink /proc/self/ns/mnt
kill "$holder"; wait "$holder" 2>/dev/null
broken "but not the host's own" "*mount namespace is needed*" '(.linux.namespaces[] | select(.type == "mount")).path = "/proc/self/ns/mnt"'
field "an empty path is none" different '.linux.namespaces[].path = ""' sh -c "[ \$(readlink /proc/self/ns/uts) != $(readlink /proc/self/ns/uts) ] && echo different"
broken "kernel.hostname has a field of its own" "*/hostname*" '.linux.sysctl = {"kernel.hostname": "sea"}'

# ---- the process
field "a variable that is there twice has its last value, an empty HOME is filled" "b /root 1" '.process.env = ["PATH=/bin", "X=a", "HOME=", "X=b"]' sh -c 'echo $X $HOME $(env | grep -c ^X=)'
expect_output "what CPUs its caller may use is nothing to it" "$(changed B . awk '/Cpus_allowed_list/ {print $2}' /proc/self/status)" \
    taskset -c "$(awk '/Cpus_allowed_list/ {print $2}' /proc/self/status | grep -oE '[0-9]+$')" bash -c "$(declare -f br box change changed); changed B . awk '/Cpus_allowed_list/ {print \$2}' /proc/self/status"
field "ociVersion may name a build" fine '.ociVersion = "1.1.0+dev"' echo fine
broken "an empty key of an annotation" "*annotations*" '.annotations = {"": "x"}'
field "memoryPolicy that asks for nothing is nothing" fine '.linux.memoryPolicy = {}' echo fine
broken "a new file system isn't id-mapped" "*can't be id-mapped*" '.mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["idmap"], uidMappings: [{containerID: 0, hostID: 5, size: 1}], gidMappings: [{containerID: 0, hostID: 5, size: 1}]}]'
broken "an errno that the action has no use for" "*takes no errno*" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"], action: "SCMP_ACT_KILL", errnoRet: 1}]}'
broken "a rule of a filter that names no call" "*names no system call*" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [], action: "SCMP_ACT_ERRNO"}]}'
field "a filter that doesn't know close_range" fine '.process.noNewPrivileges = false | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["close_range"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}' echo fine

# ---- verbs
mkdir C && cp -a B/rootfs C
(cd C && "$BELL_BIN/bundle-run" spec) >spec.json
check "spec writes the config of a bundle that has none, though its output is captured" cmp spec.json C/config.json
expect_error "list of states that aren't there" 1 "*no-such*" bundle-run --root "$WORK/no-such/states" list
refute "makes none" test -e no-such
expect_match "an inheritable capability beyond the bounding set is left out with a warning" "*warning*inheritable*CAP_NET_RAW*" bash -c "$(declare -f br box change changed); changed B '.process.capabilities.inheritable = [\"CAP_NET_RAW\"]' true 2>&1"
change B '.process.capabilities.inheritable = ["CAP_NET_RAW"] | .process.capabilities.bounding += ["CAP_NET_RAW"]'
box B run --detach -- sleep 100 </dev/null
expect_output "exec: what the config made inheritable and --cap asks for is ambient" "CapAmb: 0000000000002000" br exec --user 1000 --cap CAP_NET_RAW "$BOX" sh -c 'echo $(grep CapAmb /proc/self/status)'
expect_output "exec: groups, one by one" "0 10 20" br exec -g 10 -g 20 "$BOX" sh -c 'echo $(id -G)'
expect_output "exec: the container's own group" 0 br exec --cgroup / "$BOX" sh -c 'true; echo $?'
expect_error "exec: a group that leads up" 255 "*below the container's*" br exec --cgroup ../x "$BOX" true
br delete --force "$BOX"
warned() { br --log "$WORK/log" run --bundle B "$BOX" -- true 2>/dev/null; cat log; }
change B '.process.capabilities.bounding += ["CAP_NOTHING"]'
expect_match "warnings are in the log as well" "*level=warning*ignoring unknown or unavailable capabilities*CAP_NOTHING*" warned
check "at the end nothing is left" nothing_left
