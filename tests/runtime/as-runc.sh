#!/usr/bin/env bash
# tests/runtime/as-runc.sh - the same bundle under runc: the same powers, mounts, devices, names and limits.
source "$(dirname "$0")/bundles.sh"
needs root runc
# What runc makes is runc's to remove.
cleanup runc --root "$WORK/runc" delete --force "$BOX"
under_runc() { timeout -k 2 20 runc --root "$WORK/runc" run --bundle "$1" "$BOX" </dev/null; }
under_bell() { br run --bundle "$1" "$BOX" </dev/null; }
# Three things differ on purpose: a root that is made read-only stays nosuid or nodev, if it was; on a hybrid machine
# bundle-run shows the v2 hierarchy, too; and it doesn't allow /dev/net/tun to all, which older runcs do.
# alike SENTENCE FILTER COMMAND: with that change, the command says the same under both.
alike() {
    bundle_args=$(jq -nc --arg command "$3" '["sh", "-c", $command]')
    cp B/config.json before
    change B "$2 | .process.args = \$args" --argjson args "$bundle_args"
    local ours theirs our_status their_status
    ours=$(under_bell B 2>err.bell); our_status=$?
    theirs=$(under_runc B 2>err.runc); their_status=$?
    mv before B/config.json
    if [[ $ours == "$theirs" && $our_status == "$their_status" ]]; then _ok "$1"; else _not_ok "$1" "$(diff <(echo "$theirs") <(echo "$ours"))" "(<: runc, $their_status; >: bundle-run, $our_status)" "$(cat err.bell)"; fi
}
bundle B
runc spec --bundle B 2>/dev/null || { rm B/config.json; runc spec --bundle B; }
change B '.process.terminal = false | .linux.cgroupsPath = "/'"$BOX"'" | .root.readonly = false'
if ! under_runc B >/dev/null 2>err; then
    change B '.process.args = ["true"]'
    under_runc B 2>err || { skip "the rest of as-runc.sh" "runc can't run a container here: $(head -c 100 err)"; exit 0; }
fi
status="awk '/^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Sig(Blk|Ign))/' /proc/self/status"
alike "powers, ids and signals" . "$status"
alike "those of a user with groups" '.process.user = {uid: 7, gid: 8, additionalGids: [9]}' "$status"
alike "those of a user with ambient powers" '.process.user = {uid: 7, gid: 8} | .process.capabilities.inheritable = ["CAP_KILL"] | .process.capabilities.ambient = ["CAP_KILL"]' "$status"
alike "without noNewPrivileges" '.process.noNewPrivileges = false' "$status"
alike "with a seccomp filter" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"], syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}' 'mkdir /tmp/x; awk "/^Seccomp:/" /proc/self/status'
alike "where something is mounted, and how" . "awk '{print \$5}' /proc/self/mountinfo | grep -v /unified | sort"
alike "with a read-only root" '.root.readonly = true' "awk '\$5 == \"/\" {print \$6}' /proc/self/mountinfo | tr , '\n' | grep -vx 'nosuid\|nodev' | sort; touch /x; echo \$?"
alike "how the mounts are limited" . "awk '{print \$5, \$6}' /proc/self/mountinfo | sed 's/,relatime//; s/ relatime//' | grep -v '^/sys/fs/cgroup\|^/proc/\|^/sys/firm' | sort"
alike "what is masked and what is read-only" . 'for f in /proc/kcore /proc/keys /proc/timer_list; do head -c 5 $f | wc -c; done; ls /proc/scsi /sys/firmware 2>/dev/null | wc -l; (echo x >/proc/sys/kernel/hostname) 2>/dev/null; echo $?; (echo x >/proc/sysrq-trigger) 2>/dev/null; echo $?'
alike "devices" . "cd /dev && stat -c '%n %F %t:%T %a %u:%g' \$(ls | grep -v 'pts\\|console\\|core') | sort; readlink fd stdin stdout stderr ptmx"
alike "a device of one's own" '.linux.devices = [{path: "/dev/box/fuse", type: "c", major: 10, minor: 229, fileMode: 416, uid: 7, gid: 8}]' "stat -c '%t:%T %a %u %g' /dev/box/fuse /dev/box"
alike "names" '.hostname = "sea"' hostname
alike "the environment" . 'env | sort'
alike "the environment of a user without a name" '.process.user = {uid: 7, gid: 8}' 'env | sort'
alike "limits of resources" '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 99}, {type: "RLIMIT_CORE", soft: 0, hard: 0}]' 'ulimit -a'
alike "descriptors" . 'cd /proc/self/fd; echo *'
alike "the directory, umask and oom score" '.process.cwd = "/tmp" | .process.oomScoreAdj = 77 | .process.user.umask = 7' 'pwd; umask; cat /proc/self/oom_score_adj'
alike "a directory that isn't there" '.process.cwd = "/made/for/it"' 'pwd; stat -c "%a %u" /made/for/it'
alike "limits of the cgroup" '.linux.resources = {pids: {limit: 20}, memory: {limit: 67108864}, cpu: {shares: 512, quota: 50000, period: 100000}}' \
    'cd /sys/fs/cgroup; for f in pids/pids.max memory/memory.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us pids.max memory.max cpu.max cpu.weight; do [ -e $f ] && echo $f $(cat $f); done; true'
alike "allowed devices" '.linux.resources.devices = [{allow: false, access: "rwm"}]' 'sort /sys/fs/cgroup/devices/devices.list 2>/dev/null | grep -v "c 10:200"; mknod /tmp/disk b 8 0; echo $?; head -c 1 /dev/zero | wc -c; rm -f /tmp/disk'
alike "exit status" . 'exit 42'
alike "a program that isn't there" . 'exec nothing'
mkdir -p B/rootfs/mnt/{a,b/c}
alike "a mounted tmpfs and a bind" '.mounts += [{destination: "/mnt/a", type: "tmpfs", source: "tmpfs", options: ["size=64k", "noexec"]}, {destination: "/mnt/b/c", type: "bind", source: "/etc", options: ["rbind", "ro", "nosuid"]}]' \
    "awk '\$5 ~ /mnt/ {print \$5, \$6}' /proc/self/mountinfo; stat -c '%a %u' /mnt /mnt/a /mnt/b"
alike "a user namespace" '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' \
    "$status; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; stat -c '%n %t:%T %a %u:%g' /dev/null /dev/tty /dev/pts"
alike "sysctl" '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "77"}' 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax'
check "at the end nothing is left" nothing_left
