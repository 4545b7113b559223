#!/usr/bin/env bash
# tests/runtime/seccomp-notify.sh - an agent answers the container's system calls: SCMP_ACT_NOTIFY.
source "$(dirname "$0")/bundles.sh"
needs root python3
[[ $(uname -m) == x86_64 ]] || { skip "all of seccomp-notify.sh" "the numbers of its calls are those of x86_64"; exit 0; }
bundle B
declare -A NUMBER=([mkdir]=83 [chmod]=90 [close]=3)
EMEDIUMTYPE=124
EOWNERDEAD=130
"$TOP/tests/runtime/seccomp-agent" agent.sock introduced "${NUMBER[mkdir]}=$EMEDIUMTYPE" "${NUMBER[chmod]}=$EOWNERDEAD" & agent=$!
cleanup kill $agent
wait_until test -S agent.sock
# asking CALLS [JQ-FILTER]: the change of a config by which the agent is asked about those.
asking() {
    echo ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", architectures: [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"],
        listenerPath: \"$WORK/agent.sock\", listenerMetadata: \"to whom it may concern\",
        syscalls: [{names: $1, action: \"SCMP_ACT_NOTIFY\"}]} | .linux.seccomp |= (${2:-.})"
}
box_state() { tail -n 1 introduced | jq -c "$@"; }

expect_output "the agent's errno is what the program gets, call by call" "Wrong medium type Owner died" changed B "$(asking '["mkdir", "chmod"]')" \
    sh -c 'a=$(mkdir /tmp/x 2>&1); b=$(chmod 700 /tmp 2>&1); echo ${a##*: } ${b##*: }'
expect_output "and the agent was told of whom, as the specification has it" '["1.0.2",["seccompFd"],"to whom it may concern","'"$BOX"'","creating",true,true]' \
    box_state '[.ociVersion, .fds, .metadata, .state.id, .state.status, .pid == .state.pid, .pid > 1]'
expect_output "own fields of the runtime are not among it" '["bundle","id","ociVersion","pid","status"]' box_state '.state | keys'
expect_output "with no_new_privs, too" "Wrong medium type" changed B "$(asking '["mkdir"]') | .process.noNewPrivileges = true" \
    sh -c 'a=$(mkdir /tmp/x 2>&1); echo ${a##*: }'
for privileges in true false; do
    expect_output "calls that the runtime needs itself may be asked about (noNewPrivileges $privileges)" fine \
        changed B "$(asking '["execve", "openat", "open", "read", "close", "seccomp", "capset", "prctl", "setuid", "setresuid"]') | .process.noNewPrivileges = $privileges" echo fine
done
expect_output "what the agent isn't asked about has its own rule" "Wrong medium type No data available" \
    changed B "$(asking '["mkdir"]' '.syscalls += [{names: ["rmdir"], action: "SCMP_ACT_ERRNO", errnoRet: 61}]')" \
    sh -c 'a=$(mkdir /tmp/x 2>&1); b=$(rmdir /tmp 2>&1); echo ${a##*: } ${b##*: }'
expect_output "and where all but a list is refused, what is asked about is on the list" "Wrong medium type" \
    changed B "$(asking '["mkdir"]' '.defaultAction = "SCMP_ACT_ERRNO" | .defaultErrnoRet = 61 | .syscalls += [{names: ["execve", "write", "writev",
      "exit_group", "exit", "brk", "mmap", "munmap", "mprotect", "read", "open", "openat", "close", "fork", "vfork", "clone", "clone3", "wait4", "dup2", "dup", "pipe",
      "pipe2", "fcntl", "stat", "lstat", "fstat", "newfstatat", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "getpid", "getppid", "getuid", "geteuid", "getgid",
      "getegid", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat", "getrandom", "uname", "getcwd", "umask", "poll", "ioctl",
      "prctl", "capget", "capset", "setresuid", "setresgid", "setgroups", "getresuid", "getresgid", "getgroups", "seccomp", "sendto", "futex", "lseek"], action: "SCMP_ACT_ALLOW"}]')" \
    sh -c 'a=$(mkdir /tmp/x 2>&1); echo ${a##*: }'
expect_output "the flags of seccomp(2) go with it" "Wrong medium type" changed B "$(asking '["mkdir"]' \
    '.flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]')" \
    sh -c 'a=$(mkdir /tmp/x 2>&1); echo ${a##*: }'
expect_output "a rule may look at arguments" "fine Owner died" changed B "$(asking '["chmod"]' '.syscalls[0].args = [{index: 1, value: 448, op: "SCMP_CMP_EQ"}]')" \
    sh -c 'chmod 755 /tmp && a=fine; b=$(chmod 700 /tmp 2>&1); echo $a ${b##*: }'

# ---- create, start
cp B/config.json before.json
change B "$(asking '["mkdir"]')"
box B create -- sh -c 'mkdir /tmp/x 2>/tmp/said; sleep 60' </dev/null >/dev/null 2>&1

check "create, then start" br start "$BOX"
said() { [[ $(cat B/rootfs/tmp/said 2>/dev/null) == *"Wrong medium type" ]]; }
check "the agent answers a container that was created and started" wait_until said
expect_output "and knows its process as the runtime does" "$(br state "$BOX" | jq .pid)" box_state .pid
expect_output "exec introduces its process, too" "Wrong medium type" br exec "$BOX" -- sh -c 'a=$(mkdir /tmp/x 2>&1); echo ${a##*: }'
expect_output "by its own pid, in a container that is running" "true running" box_state '"\(.pid != .state.pid) \(.state.status)"' -r
br delete --force "$BOX"
mv before.json B/config.json

# ---- errors
asked='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}'
expect_error "asking without an agent is refused" 1 "*listenerPath is not set*" changed B "$asked" true
expect_error "an agent that isn't there is named" 1 "*listenerPath*$WORK/none.sock*No such file*must listen there*" changed B "$asked | .linux.seccomp.listenerPath = \"$WORK/none.sock\"" true
expect_output "nobody is looked for if nothing is asked" fine changed B "$asked | .linux.seccomp.listenerPath = \"$WORK/none.sock\" | .linux.seccomp.syscalls[0].action = \"SCMP_ACT_ALLOW\"" echo fine
expect_error "asking about write is refused" 1 "*SCMP_ACT_NOTIFY cannot be used for the write syscall*" changed B "$(asking '["write"]')" true
expect_error "asking by default is refused" 1 "*SCMP_ACT_NOTIFY cannot be used as default action*" changed B "$(asking '["mkdir"]' '.defaultAction = "SCMP_ACT_NOTIFY"')" true
expect_error "metadata without an agent is refused" 1 "*listenerMetadata*listenerPath*" changed B "$asked | .linux.seccomp.syscalls = [] | .linux.seccomp.listenerMetadata = \"x\"" true
check "nothing is left" nothing_left
