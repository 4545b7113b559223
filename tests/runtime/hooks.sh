#!/usr/bin/env bash
# tests/runtime/hooks.sh - the six kinds of hooks: their order, what they get, and what happens when one fails.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
# hook KIND COMMAND [TIMEOUT]: adds one. The container's own hooks (startContainer) find sh in the rootfs.
hook() { change B '.hooks[$kind] += [{path: "/bin/sh", args: ["sh", "-c", $command], env: ["HOOK=yes"]} + ($ARGS.named | if .limit == "" then {} else {timeout: (.limit | tonumber)} end)]' --arg kind "$1" --arg command "$2" --arg limit "${3-}"; }
fresh() { change B 'del(.hooks)'; rm -f log; }

for kind in prestart createRuntime createContainer poststart poststop; do
    hook $kind "{ echo $kind; jq -r .status; } | tr '\n' ' ' >>$WORK/log; echo >>$WORK/log"
done
hook startContainer "cat >/tmp/state; echo startContainer \$(id -u) >/tmp/log"
check "a container with hooks of all kinds runs" box B run -- sleep 0.1
expect_output "they run in their order, with the state on stdin" "prestart creating
createRuntime creating
createContainer creating
poststart running
poststop stopped" sed 's/ $//' log
expect_output "startContainer runs inside the container's root" "startContainer 0" cat B/rootfs/tmp/log
expect_output "and gets the state, too" "$BOX" jq -r .id B/rootfs/tmp/state

fresh
hook createRuntime "cat >$WORK/state; env | grep -v '^_\|^PWD\|^SHLVL' >$WORK/env; pwd >$WORK/cwd; ls /proc/self/fd >$WORK/fds; grep SigBlk /proc/self/status >$WORK/signals; ps -o pgid= -p \$\$ >$WORK/group; echo loud"
hook poststop "pwd >$WORK/cwd.stop"
change B '.process.env += ["LD_PRELOAD=/evil.so"]'
expect_output "a hook's stdout doesn't mix with the program's" quiet env SECRET=x LD_PRELOAD= bash -c 'exec 9</; cd /; bundle-run --root "$STATES" run --bundle "$WORK/B" "$BOX" -- echo quiet 2>/dev/null'
expect_output "a hook's environment is only its own: neither the program's nor the caller's" "HOOK=yes" cat env
expect_output "it starts in the bundle" "$WORK/B" cat cwd
expect_output "poststop does, too" "$WORK/B" cat cwd.stop
expect_output "it has descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" bash -c 'echo $(cat fds)'
expect_match "it has no signal blocked" "*0000000000000000" cat signals
expect_output "the state names the container's process" number jq -r '.pid | type' state

for kind in prestart createRuntime createContainer startContainer; do
    fresh
    hook $kind "exit 3"
    hook poststop "touch $WORK/stopped"
    expect_error "a failing $kind hook is an error, and the program isn't run" 1 "*$kind*exit status 3*" box B run -- touch /tmp/ran
    check "the hooks for its end are run ($kind)" rm stopped
    check "nothing of it is left ($kind)" nothing_left
done
check "the program never ran" test ! -e B/rootfs/tmp/ran
fresh
hook poststop "exit 3"
expect_status "a failing poststop hook is a warning" 5 box B run -- sh -c 'sleep 0.1; exit 5'
expect_match "that is told" "*warning*poststop*exit status 3*" echo "$ERR"
fresh
hook poststart "exit 3"
hook poststart "touch $WORK/later"
hook poststop "touch $WORK/ended"
expect_error "a failing poststart hook is an error" 1 "*poststart*exit status 3*" box B run -- sleep 100
check "the container is ended and gone, and those for its end run" test -e ended
refute "but not those behind the one that failed" test -e later
check "nothing of it is left (poststart)" nothing_left

# ---- create and start
hook_order() { fresh; hook startContainer "sleep 0.3; echo startContainer >>/tmp/order"; hook poststart "echo poststart >>$WORK/B/rootfs/tmp/order"; }
hook_order && rm -f B/rootfs/tmp/order
# The program is recognised by its own file: poststart hooks find it running.
hook poststart "readlink /proc/\$(jq .pid)/exe >>$WORK/B/rootfs/tmp/order"
box B create -- sleep 100 </dev/null
br start "$BOX"
expect_output "start returns when the program runs: startContainer hooks come before it, poststart hooks after" \
    "startContainer poststart /bin/busybox" bash -c 'sed "s,^/.*/B/rootfs,," B/rootfs/tmp/order | xargs'
br delete --force "$BOX"
fresh
hook startContainer "exit 4"
hook poststart "touch $WORK/later"
box B create -- touch /tmp/ran </dev/null
expect_error "start says what a startContainer hook made of it" 1 "*startContainer*exit status 4*" br start "$BOX"
expect_output "the container has stopped" stopped bash -c 'bundle-run --root "$STATES" state "$BOX" | jq -r .status'
refute "and nothing else was run" test -e later -o -e B/rootfs/tmp/ran
br delete "$BOX"
fresh
hook startContainer "sleep 100"
box B create -- true </dev/null
br start "$BOX" 2>/dev/null & starting=$!
wait_until test -e "$STATES/$BOX/starting"
expect_output "while such a hook runs the container is created" created bash -c 'bundle-run --root "$STATES" state "$BOX" | jq -r .status'
expect_error "and not started a second time" 1 "*being started*" br start "$BOX"
check "it can be ended all the same" br delete --force "$BOX"
wait "$starting"; expect_output "the one that was starting it is told" 1 echo $?
check "nothing of it is left (starting)" nothing_left

# ---- startContainer hooks are the image's
fresh
change B '.process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = true | .process.env += ["SHELL_OF=program"] |
    .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]} |
    .hooks = {startContainer: [{path: "/bin/sh", args: ["sh", "-c", "{ grep -E \"^(Uid|CapEff|CapPrm|NoNewPrivs|Seccomp):\" /proc/self/status; echo $SHELL_OF; } | tr -s \"\\t\" \" \" | xargs >/tmp/power"]}]}'
chmod 1777 B/rootfs/tmp
check "one runs as the program would" box B run -- true
expect_output "with its user, its powers, its filter and its environment, no more" \
    "Uid: 1000 1000 1000 1000 CapPrm: 0000000000000000 CapEff: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 program" cat B/rootfs/tmp/power
change B 'del(.process.user, .linux.seccomp)'
fresh
hook createRuntime "sleep 300 & wait" 1
began=$SECONDS
expect_error "a hook that hangs is ended after its timeout" 1 "*createRuntime*not done after 1 s*" box B run -- true
check "in time" test $((SECONDS - began)) -le 5
check "with the processes it started: nothing is left" nothing_left
fresh
change B '.hooks = {createRuntime: [{path: "/no/such/hook"}]}'
expect_error "a hook that isn't there is an error" 1 "*/no/such/hook*No such file*" box B run -- true
change B '.hooks = {createRuntime: [{path: "hook"}]}'
expect_error "a relative path is refused" 1 "*hooks*absolute*" box B run -- true
fresh
hook poststop "touch $WORK/poststop"
box B create -- true </dev/null
br delete "$BOX"
check "poststop hooks run for a container that never started, too" test -e poststop
check "at the end nothing is left" nothing_left
