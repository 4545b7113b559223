#!/usr/bin/env bash
# tests/runtime/fields.sh - every field of the specification's Linux config.json that config.sh leaves out: it has an effect
# that can be seen, or the error says why it can't have one here. The last test finds fields that nothing tests.
source "$(dirname "$0")/bundles.sh"
needs root python3
bundle B
field() { expect_output "$1" "$2" changed B "$3" "${@:4}"; }
broken() { expect_error "$1" 1 "$2" changed B "$3" true; }
# either SENTENCE TEXT ERROR FILTER COMMAND...: the effect where this kernel has it, else this error and a reason.
either() {
    run changed B "$4" "${@:5}"
    local good=$((STATUS == 0)) refused=0
    [[ $OUT == "$2" ]] || good=0
    # shellcheck disable=SC2053 # a pattern is wanted
    ((STATUS != 1)) || [[ $ERR != $3 ]] || refused=1
    if ((good)); then _ok "$1"
    elif ((refused)); then _ok "$1, or says why it can't: ${ERR%%$'\n'*}"
    else _details "$1" "should have printed: $2, or failed with: $3" "${@:5}"; fi
}

# ---- process
field "scheduler: a policy" 3 '.process.scheduler = {policy: "SCHED_BATCH"}' awk '{print $41}' /proc/self/stat
field "scheduler: SCHED_IDLE" 5 '.process.scheduler = {policy: "SCHED_IDLE"}' awk '{print $41}' /proc/self/stat
field "scheduler: nice" "7 0" '.process.scheduler = {policy: "SCHED_OTHER", nice: 7}' awk '{print $19, $41}' /proc/self/stat
field "scheduler: flags, here the one that children don't inherit it" "0 -5" '.process.scheduler = {policy: "SCHED_OTHER", nice: -5, flags: ["SCHED_FLAG_RESET_ON_FORK"]}' \
    sh -c 'echo $(awk "{print \$19}" /proc/self/stat) $(cut -d" " -f19 /proc/$$/stat)'
either "scheduler: a realtime priority" "1 33" "*sched_setattr*Operation not permitted*" '.process.scheduler = {policy: "SCHED_FIFO", priority: 33}' awk '{print $41, $40}' /proc/self/stat
either "scheduler: SCHED_RR" "2 5" "*sched_setattr*Operation not permitted*" '.process.scheduler = {policy: "SCHED_RR", priority: 5}' awk '{print $41, $40}' /proc/self/stat
either "scheduler: a deadline" 6 "*sched_setattr*" '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 10000000, deadline: 100000000, period: 100000000}' \
    awk '{print $41}' /proc/self/stat
broken "scheduler: an unknown policy" "*SCHED_OTER*SCHED_OTHER*" '.process.scheduler = {policy: "SCHED_OTER"}'
broken "scheduler: an unknown flag" "*SCHED_FLAG_RECLAM*SCHED_FLAG_RECLAIM*" '.process.scheduler = {policy: "SCHED_OTHER", flags: ["SCHED_FLAG_RECLAM"]}'
field "ioPriority" "best-effort: prio 3" '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 3}' ionice
field "ioPriority: idle" "idle" '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE"}' ionice
broken "ioPriority: an unknown class" "*IOPRIO_CLASS_RR*" '.process.ioPriority = {class: "IOPRIO_CLASS_RR"}'
expect_output "oomScoreAdj that isn't given is inherited" 123 bash -c "echo 123 >/proc/self/oom_score_adj; $(declare -f box br); jq 'del(.process.oomScoreAdj)' B/config.json >oom.json; br run --config oom.json --bundle B $BOX -- cat /proc/self/oom_score_adj"
field "oomScoreAdj holds in a user namespace, too" 77 '.process.oomScoreAdj = 77 | .linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings' \
    cat /proc/self/oom_score_adj
broken "apparmorProfile that this host hasn't got" "*AppArmor profile box: *" '.process.apparmorProfile = "box"'
broken "selinuxLabel without SELinux" "*SELinux label *: this host runs no SELinux*" '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
broken "mountLabel without SELinux" "*mountLabel*this host runs no SELinux*" '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'
change B '.process.execCPUAffinity = {initial: "0", final: "0"}'
box B create -- sleep 60 </dev/null >/dev/null 2>&1
br start "$BOX"
expect_output "execCPUAffinity holds for what exec adds" 0 br exec "$BOX" -- awk '/Cpus_allowed_list/ {print $2}' /proc/self/status
br delete --force "$BOX"
change B 'del(.process.execCPUAffinity)'
broken "execCPUAffinity that is no list is refused when the container is made" "*execCPUAffinity*" '.process.execCPUAffinity = {final: "0-"}'
box_annotation() { changed B '.annotations = {"org.example.box": "it is"} | .hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "jq -r .annotations[] >annotation"]}]' true && cat B/annotation; }
expect_output "annotations come with the state" "it is" box_annotation

# ---- linux: the process
setarch linux32 uname -m | grep -q i686 && i686=yes
if [[ ${i686-} ]]; then field "personality: a 32-bit machine" i686 '.linux.personality = {domain: "LINUX32"}' uname -m
else skip "personality: a 32-bit machine" "this kernel is the same machine to all"; fi
field "personality: flags" 00040000 '.linux.personality = {domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"]}' cat /proc/self/personality
broken "personality: an unknown domain" "*LINUX33*" '.linux.personality = {domain: "LINUX33"}'
either "memoryPolicy" "bind:0" "*set_mempolicy*Function not implemented*" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0"}' sh -c 'cut -d" " -f2 /proc/self/numa_maps | sort -u'
either "memoryPolicy: flags" "bind=static:0" "*set_mempolicy*" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}' sh -c 'cut -d" " -f2 /proc/self/numa_maps | sort -u'
broken "memoryPolicy: an unknown mode" "*MPOL_BINT*MPOL_BIND*" '.linux.memoryPolicy = {mode: "MPOL_BINT"}'
with timens field "timeOffsets: both clocks, with nanoseconds" "monotonic 100 5 boottime 864000 0" \
    '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 100, nanosecs: 5}, boottime: {secs: 864000, nanosecs: 0}}' sh -c 'echo $(cat /proc/self/timens_offsets)'
broken "timeOffsets: another clock" "*realtime*monotonic*" '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {realtime: {secs: 1}}'
broken "timeOffsets without a time namespace" "*timeOffsets*time namespace*" '.linux.timeOffsets = {boottime: {secs: 1}}'
if grep -q resctrl /proc/filesystems; then skip "intelRdt without resctrl" "this kernel has it"
else broken "intelRdt where there is no resctrl" "*intelRdt*no resctrl*mount -t resctrl*" '.linux.intelRdt = {closID: "gold"}'
    broken "also one that leaves all to the runtime" "*intelRdt*no resctrl*" '.linux.intelRdt = {}'; fi

field "seccomp: valueTwo is what a mask leaves" "0 No data available" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["kill"], action: "SCMP_ACT_ERRNO", errnoRet: 61,
    args: [{index: 1, value: 8, valueTwo: 8, op: "SCMP_CMP_MASKED_EQ"}]}]}' sh -c 'kill -0 1; a=$?; b=$(kill -9 1 2>&1); echo $a ${b##*: }'
field "seccomp: a default action that only logs" 61 '.linux.seccomp = {defaultAction: "SCMP_ACT_LOG", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 61}]}' \
    sh -c 'mkdir /tmp/x 2>&1 | grep -q "No data available" && echo 61'

# ---- linux: files
of_root='awk "\$5 == \"/\" {print (\$7 == \"-\" ? \"private\" : \$7)}" /proc/self/mountinfo | sed "s/:.*//"'
for kind in private:private shared:shared unbindable:unbindable slave:private; do
    # What is mounted on the host is no one's peer here, so a slave has no master.
    field "rootfsPropagation: ${kind%:*}" "${kind#*:}" ".linux.rootfsPropagation = \"${kind%:*}\"" sh -c "$of_root"
done
broken "rootfsPropagation: an unknown word" "*rootfsPropagation*sharde*" '.linux.rootfsPropagation = "sharde"'
field "devices: a pipe and a block device" "fifo 640
block special file 7:63" '.linux.devices = [{path: "/dev/pipe", type: "p", fileMode: 416}, {path: "/dev/disk", type: "b", major: 7, minor: 99}]' \
    sh -c 'stat -c "%F %a" /dev/pipe; stat -c "%F %t:%T" /dev/disk'
field "devices: u is another word for c" "character special file" '.linux.devices = [{path: "/dev/raw", type: "u", major: 1, minor: 3}]' stat -c %F /dev/raw
broken "devices: what is in the way is told" "*/marker*" '.linux.devices = [{path: "/marker", type: "c", major: 1, minor: 3}]'
broken "devices: an unknown type" "*/dev/x*" '.linux.devices = [{path: "/dev/x", type: "z", major: 1, minor: 3}]'

# ---- mounts: every word of the specification's table
mkdir -p src && echo content >src/file
# mount_with WORDS: "ro,nosuid".
mount_with() { jq -cn --arg s "$WORK/src" --arg words "${1-}" '[{destination: "/mnt", type: "bind", source: $s, options: (["rbind"] + ($words | split(",")))}]'; }
# The options of the mount, or those of the file system behind it.
options_of='awk "\$5 == \"$1\" {for (i = 7; \$i != \"-\"; ++i); print \$6, \$(i + 3)}" /proc/self/mountinfo | tail -n 1'
# word WORDS PATTERN: bound so, the mount has this among its options.
word() { expect_match "mount option $1" "$2" changed B ".mounts += $(mount_with "$1")" sh -c "$options_of" - /mnt; }
for name in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
    word "$name" "*$name*"
    word "r$name" "*$name*"
done
word relatime "*relatime*"
word noatime,relatime "*relatime*"
# without WORDS TEXT: bound so, the mount's own options don't have this.
without() { expect_output "mount option $1" no changed B ".mounts += $(mount_with "$1")" sh -c "$options_of | cut -d' ' -f1 | tr , '\n' | grep -qx $2 && echo yes || echo no" - /mnt; }
for pair in rw:ro suid:nosuid dev:nodev exec:noexec diratime:nodiratime symfollow:nosymfollow atime:noatime; do
    without "${pair#*:},${pair%:*}" "${pair#*:}"
    without "r${pair#*:},r${pair%:*}" "${pair#*:}"
done
without strictatime relatime
without rstrictatime relatime
for name in norelatime nostrictatime rnorelatime rnostrictatime rrelatime defaults async loud nomand noiversion nolazytime; do word "$name" "rw*"; done
# of a file system of its own
super() { expect_match "mount option $1 of a tmpfs" "$2" changed B ".mounts += [{destination: \"/mnt\", type: \"tmpfs\", source: \"tmpfs\", options: [\"${1//,/\",\"}\"]}]" sh -c "$options_of" - /mnt; }
super sync "*sync*"
super dirsync "*dirsync*"
super lazytime "*lazytime*"
super mode=700,size=64k "*size=64k*mode=700*"
super silent "rw*"
super iversion "rw*"
super mand "rw*"
for kind in shared private slave unbindable; do
    super "$kind" "rw*"
    super "r$kind" "rw*"
done
peers() { changed B ".mounts += $(mount_with "$1")" sh -c 'awk "\$5 == \"/mnt\" {print (\$7 == \"-\" ? \"private\" : \$7)}" /proc/self/mountinfo | sed "s/:.*//"'; }
expect_output "mount option rshared makes a peer group" shared peers rshared
expect_output "mount option unbindable" unbindable peers unbindable
field "remount changes what is mounted there" "1" '.mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs"}, {destination: "/mnt", options: ["remount", "ro"]}]' sh -c 'touch /mnt/x 2>/dev/null; echo $?'
field "a relative destination counts from the root" content ".mounts += ($(mount_with) | .[0].destination = \"made/here\")" cat /made/here/file
field "the type none with bind is a bind mount" content ".mounts += ($(mount_with) | .[0].type = \"none\")" cat /mnt/file
field "a destination with .. stays in the root" content ".mounts += ($(mount_with) | .[0].destination = \"/../../made\")" cat /made/file
mkdir -p src/below && chown 7:7 src/file
maps='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings'
with idmap field "idmap without a map takes the container's" 7 "$maps | .mounts += $(mount_with idmap)" stat -c %u /mnt/file
field "and without idmap these ids are nobody's" 65534 "$maps | .mounts += $(mount_with)" stat -c %u /mnt/file
below() { unshare -m bash -c 'mount -t tmpfs none src/below; touch src/below/f; . "$1"; shift; "$@"' - <(declare -f box br change changed) "$@"; }
idmapped() { below changed B ".mounts += ($(mount_with "$1") | .[0].uidMappings = [{containerID: 0, hostID: 500, size: 100}] | .[0].gidMappings = .[0].uidMappings)" stat -c %u /mnt/below/f; }
with idmap expect_output "idmap leaves mounts below as they are" 0 idmapped idmap
with idmap expect_output "ridmap maps them, too" 500 idmapped ridmap
field "type cgroup shows the container's own groups" yes . sh -c 'ls /sys/fs/cgroup/*/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null | grep -q . && echo yes'
field "and read-only where that is asked for" 1 '.mounts |= map(if .type == "cgroup" then .options += ["ro"] else . end)' sh -c 'mkdir /sys/fs/cgroup/x /sys/fs/cgroup/memory/x 2>/dev/null; echo $?'
field "readonlyPaths that aren't there are no matter" fine '.linux.readonlyPaths = ["/none/such"]' echo fine
broken "maskedPaths must be absolute" "*absolute*proc/kcore*" '.linux.maskedPaths = ["proc/kcore"]'

# ---- sysctl
broken "sysctl: one of the whole machine" "*kernel.panic*whole machine*" '.linux.sysctl = {"kernel.panic": "1"}'
broken "sysctl: one that isn't there" "*/proc/sys/net/ipv4/nothing*No such file*" '.linux.sysctl = {"net.ipv4.nothing": "1"}'
broken "sysctl: without its namespace" "*net.ipv4.ip_forward*network namespace*" '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.namespaces |= map(select(.type != "network"))'

# ---- resources
# group FIELDS FILES...: what these files of the container's cgroup say.
values() { changed B ".linux.resources = $1" sh -c 'for file in "$@"; do cat /sys/fs/cgroup/*/$file /sys/fs/cgroup/$file 2>/dev/null | head -n 1; done | tr "\n" " "' - "${@:2}"; }
if have cgroup1; then
    expect_output "memory: limit, reservation, swap, swappiness, disableOOMKiller" "67108864 33554432 134217728 30 oom_kill_disable 1 " \
        values '{memory: {limit: 67108864, reservation: 33554432, swap: 134217728, swappiness: 30, disableOOMKiller: true}}' \
        memory.limit_in_bytes memory.soft_limit_in_bytes memory.memsw.limit_in_bytes memory.swappiness memory.oom_control
    expect_output "memory: useHierarchy, kernelTCP" "1 8388608 " \
        values '{memory: {limit: 67108864, kernelTCP: 8388608, useHierarchy: true, checkBeforeUpdate: true}}' memory.use_hierarchy memory.kmem.tcp.limit_in_bytes
    broken "memory: kernel, which Linux has taken back" "*memory.kernel*" '.linux.resources.memory = {kernel: 8388608}'
    expect_output "memory: -1 is no limit" "yes" bash -c "$(declare -f values box br change changed); v=\$(values '{memory: {limit: -1}}' memory.limit_in_bytes); ((v > 1 << 60)) && echo yes"
    expect_output "cpu: shares, quota, period, burst" "512 20000 100000 10000 " values '{cpu: {shares: 512, quota: 20000, period: 100000, burst: 10000}}' \
        cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpu.cfs_burst_us
    expect_output "cpu: cpus and mems" "0 0 " values '{cpu: {cpus: "0", mems: "0"}}' cpuset.cpus cpuset.mems
    expect_output "cpu: idle" "1 " values '{cpu: {idle: 1}}' cpu.idle
    either "cpu: realtimeRuntime and realtimePeriod" "1000 500000 " "*cpu.rt_*" '.linux.resources = {cpu: {realtimeRuntime: 1000, realtimePeriod: 500000}}' \
        sh -c 'cat /sys/fs/cgroup/cpu/cpu.rt_runtime_us /sys/fs/cgroup/cpu/cpu.rt_period_us | tr "\n" " "'
    disk=$(awk '$3 ~ /^(vd|sd|nvme|loop)/ {print $1, $2; exit}' /proc/partitions)
    disk=${disk:-7 63}  # there is none with that number: an error that says so
    for throttle in throttleReadBpsDevice:read_bps throttleWriteBpsDevice:write_bps throttleReadIOPSDevice:read_iops throttleWriteIOPSDevice:write_iops; do
        either "blockIO: ${throttle%:*}" "${disk/ /:} 1048576" "*blkio.throttle.${throttle#*:}_device*No such device*" \
            ".linux.resources = {blockIO: {${throttle%:*}: [{major: ${disk% *}, minor: ${disk#* }, rate: 1048576}]}}" cat "/sys/fs/cgroup/blkio/blkio.throttle.${throttle#*:}_device"
    done
    for weight in '{weight: 500}' '{leafWeight: 500}' "{weightDevice: [{major: ${disk% *}, minor: ${disk#* }, weight: 500, leafWeight: 600}]}"; do
        either "blockIO: $weight" 500 "*blkio.*" ".linux.resources = {blockIO: $weight}" sh -c 'cat /sys/fs/cgroup/blkio/blkio.*weight* | grep -o 500 | head -n 1'
    done
    # rules RULES: with the power to make nodes, so that it is the rules that decide.
    rules() { changed B ".linux.resources.devices = [{allow: false, access: \"rwm\"}$1] | .process.capabilities |= (.bounding += [\"CAP_MKNOD\"] | .effective = .bounding | .permitted = .bounding)" \
        sh -c 'exec 2>/dev/null; echo x >/dev/null && echo usual; mknod /tmp/node c 1 9 && echo made; mknod /tmp/fuse c 10 229 && echo made; head -c 0 </tmp/fuse && echo opened; rm -f /tmp/node /tmp/fuse'; }
    expect_output "resources.devices: only the usual ones are opened, whatever is made" $'usual\nmade\nmade' rules ""
    expect_output "resources.devices: one is allowed by type, major, minor and access" $'usual\nmade\nmade\nopened' rules ', {allow: true, type: "c", major: 10, minor: 229, access: "rwm"}'
    expect_output "resources.devices: an access that isn't among it is refused" $'usual\nmade\nmade' rules ', {allow: true, type: "c", major: 10, minor: 229, access: "m"}'
    expect_output "resources.devices: what isn't given means all" $'usual\nmade\nmade\nopened' rules ', {allow: true, type: "c", access: "rwm"}'
else
    skip "resources in the words of cgroup v1" "$REASON"
fi
if grep -qs hugetlb /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/unified/cgroup.controllers && [[ -e /sys/kernel/mm/hugepages/hugepages-2048kB ]]; then
    expect_output "hugepageLimits, of pages in use and of pages reserved" "4194304 4194304 " values '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}' hugetlb.2MB.max hugetlb.2MB.rsvd.max
    expect_output "unified writes any file of cgroup v2" "6291456 " values '{unified: {"hugetlb.2MB.max": "6291456"}}' hugetlb.2MB.max
else
    skip "hugepageLimits, unified" "no hugetlb controller of cgroup v2 here"
fi
broken "hugepageLimits: a size that isn't there" "*hugetlb*" '.linux.resources.hugepageLimits = [{pageSize: "3MB", limit: 1}]'
broken "unified: a file that isn't there" "*no.such*" '.linux.resources.unified = {"no.such": "1"}'
broken "unified: a path is no file of the group" "*not the name of a cgroup file*" '.linux.resources.unified = {"../x": "1"}'
for controller in 'rdma:rdma: {mlx5_1: {hcaHandles: 3, hcaObjects: 10000}}' 'net_cls:network: {classID: 1048577}' 'net_prio:network: {priorities: [{name: "lo", priority: 5}]}'; do
    if grep -q "${controller%%:*}" /proc/self/cgroup; then skip "resources.${controller#*:}" "this host has the controller"
    else broken "resources.${controller#*:} without that controller" "*no cgroup controller '${controller%%:*}'*" ".linux.resources = {${controller#*:}}"; fi
done

# ---- what isn't Linux's, and what nobody knows
field "sections for other systems are ignored" fine '. + {windows: {x: 1}, solaris: {x: 1}, vm: {x: 1}, zos: {x: 1}, freebsd: {x: 1}} | .process.user.username = "ContainerAdministrator"' echo fine
field "unknown fields are ignored" fine '.novelty = 1 | .process.novelty = {a: []} | .linux.novelty = "x" | .linux.resources.novelty = null | .mounts[0].novelty = 3' echo fine
check "nothing is left" nothing_left

# ---- all of them
untested() {
    python3 - "$TOP" <<'END'
import glob, re, sys
top = sys.argv[1]
names = re.findall(r'visit\.(?:field|required|plain)\("(\w+)"', open(top + "/common/oci/fields.hpp", encoding="utf-8").read().split("Is<State>")[0])
tests = "".join(open(path, encoding="utf-8").read() for path in glob.glob(top + "/tests/runtime/*.sh") + glob.glob(top + "/tests/unit/*_test.cpp"))
print(" ".join(sorted({name for name in names if not re.search(r"\b" + name + r"\b", tests)})))
END
}
expect_output "there is no field that no test names" "" untested
