#!/usr/bin/env bash
# tests/security/faults.sh - a fault in any system call of run, create, start, exec, kill and delete: see faults.py.
#
#     BELL_ALL_FAULTS=1 tests/security/faults.sh       every point instead of a minute's worth: half an hour
#     BELL_FAULTS_SEED=N tests/security/faults.sh      the same choice once more
source "$(dirname "$0")/../runtime/bundles.sh"
needs root python3 strace
strace -f -o /dev/null true 2>/dev/null || { skip "faults in every system call" "strace may not trace here"; exit 0; }
bundle B
change B '.linux.resources.pids = {limit: 20} | .linux.sysctl = {"kernel.msgmax": "77"} | .root.readonly = true |
    .process.user = {uid: 7, gid: 8, additionalGids: [9]} | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 64, hard: 64}] |
    .mounts += [{destination: "/tmp", type: "bind", source: "'"$WORK"'/B/rootfs/tmp", options: ["bind", "nosuid"]}] |
    .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}'
[[ $(uname -m) == x86_64 ]] || change B 'del(.linux.seccomp.architectures)'
chmod 1777 B/rootfs/tmp
seconds=${BELL_FAULT_SECONDS:-48}
[[ -z ${BELL_ALL_FAULTS-} ]] || seconds=0
relay "$TOP/tests/security/faults.py" "$PWD/B" "$STATES" "$BOX" "$seconds" "${BELL_FAULTS_SEED-}"
