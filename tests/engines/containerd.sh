#!/usr/bin/env bash
# tests/engines/containerd.sh - containerd with bundle-run in place of runc, by its shim io.containerd.runc.v2, as root.
source "$(dirname "$0")/engine.sh"
needs root containerd containerd-shim-runc-v2 ctr jq busybox python3
image image
tar -C image -c . >image.tar

# A unix socket's path has 107 bytes at most, and the shims' sockets are in /run/containerd, which is our own.
cat >config.toml <<C
version = 2
root = "$WORK/containerd/root"
state = "/run/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "/run/containerd/socket"
[ttrpc]
  address = "/run/containerd/socket.ttrpc"
C
containerd --config config.toml --log-level warn >containerd.log 2>&1 & daemon=$!
end_daemon() { kill -TERM "$daemon"; wait "$daemon"; }
cleanup end_daemon
ctrd() { timeout -k 5 60 ctr --address /run/containerd/socket "$@"; }
wait_until ctrd version >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "containerd doesn't start here: $(tail -n 1 containerd.log)"; exit 0; }
ctrd image import --base-name localhost/box image.tar >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "ctr can't import an image here: $(tail -n 1 err)"; exit 0; }

snapshotter=native
! overlay_here || snapshotter=overlayfs
# engine VERB...; as engine run [options] -- COMMAND...: the options every container gets, the image and the name $BOX
engine() {
    local options=()
    [[ $1 == run ]] || { ctrd "$@" </dev/null; return; }
    shift
    while [[ $1 != -- ]]; do options+=("$1"); shift; done
    shift
    ctrd run --snapshotter "$snapshotter" --runc-binary "$RUNTIME" --cgroup "$PARENT/$BOX" "${options[@]}" localhost/box:latest "$BOX" "$@"
}
# What ends at once may end before ctr has read all it wrote, under whatever runtime: a shell takes a moment more.
once() {
    local script=${!#}
    [[ ${*: -3:2} != "sh -c" ]] || set -- "${@:1:$#-1}" "$script"$'\ns=$?; sleep 0.3; exit $s'
    engine run --rm "$@" </dev/null
}
forget() {
    engine task kill --signal KILL "$BOX"
    engine task delete --force "$BOX"
    engine container delete "$BOX"
} >/dev/null 2>&1
put() { forget; engine run --detach "$@" </dev/null; }
status() { engine task ls | awk -v name="$BOX" '$1 == name {print $3}'; }
is() { [[ $(status) == "$1" ]]; }
settled() { wait_until is "$1" && status; }
in_it() { engine task exec --exec-id "e$((++execs))" "$@"; }
execs=0

running() {
    step "run prints what the program prints" "0 hello" once -- sh -c 'echo hello'
    step "its status is the program's" "42*" once -- sh -c 'exit 42'
    step "a program that isn't there is an error" "1 *executable file not found*" once -- nothing
    step "so is what can't be executed" "1 *ermission denied*" once -- /etc/passwd
    step "stdin is the program's" "0 words" words_in
    step "with a terminal, it is on one" "0 */dev/pts/0*" on_terminal timeout --foreground 60 ctr --address /run/containerd/socket run --rm --tty --snapshotter "$snapshotter" --runc-binary "$RUNTIME" --cgroup "$PARENT/$BOX" localhost/box:latest "$BOX" tty
}
words_in() { echo words | engine run --rm -- head -n 1; }  # ctr closes no stdin

looking() {
    alike "what the program finds is as under runc" once -- sh -c "$look"
    alike "also when privileged" once --privileged -- sh -c "$look"
    alike "also as a user" once --user diver -- sh -c "$look"
    alike "with a read-only root" once --read-only -- sh -c "touch /x; $look"
    alike "with fewer powers" once --cap-drop CAP_CHOWN --cap-add CAP_SYS_ADMIN -- sh -c "$look"
    alike "with a seccomp filter" once --seccomp -- sh -c "$look"
    alike "with a variable and a directory" once --env A=1 --cwd /tmp -- sh -c 'echo $A; pwd'
    alike "with a mount" once --mount "type=bind,src=$WORK/volume,dst=/mnt,options=rbind:ro" -- sh -c 'cat /mnt/file; touch /mnt/x; echo $?'
    alike "with a device" once --device /dev/fuse -- stat -c %t:%T /dev/fuse
    alike "in the network of the host" once --net-host -- sh -c 'ls /sys/class/net'
    alike "without pivot_root" once --no-pivot -- sh -c 'ls /'
}

living() {
    put --memory-limit 67108864 --cpu-shares 512 -- sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; date +%N >/tmp/tick; done'
    step "run --detach leaves it running" "0 RUNNING" settled RUNNING
    step "limits are set" "0 67108864 512" in_cgroups memory.limit_in_bytes cpu.shares
    step "metrics sees them" "0 67108864" bash -c 'timeout 60 ctr --address /run/containerd/socket task metrics --format json "$1" | jq -r .memory.usage.limit' - "$BOX"
    step "exec runs another program in it" "0 deep" in_it "$BOX" echo deep
    step "with its own status" "7*" in_it "$BOX" sh -c 'exit 7'
    step "as a user, elsewhere" "0 1000 /tmp" in_it --user 1000 --cwd /tmp "$BOX" sh -c 'echo $(id -u) $(pwd)'
    step "on a terminal" "0 */dev/pts/*" on_terminal timeout --foreground 60 ctr --address /run/containerd/socket task exec --tty --exec-id tty "$BOX" tty
    step "with stdin" "0 words" words_exec
    step "a program that isn't there is an error" "1 *executable file not found*" in_it "$BOX" nothing
    alike "what exec finds is as under runc" in_it "$BOX" sh -c "$look"
    step "its processes are listed" "0 *PID*" engine task ps "$BOX"
    step "pause stops all its processes" "0 PAUSED
alike" paused
    step "a paused container takes no exec" "1 *" in_it "$BOX" true
    step "resume lets them go on" "0 RUNNING" resumed
    step "a checkpoint is an error" "1 *" engine task checkpoint --exit "$BOX"
    step "a signal ends it" "0 STOPPED" killed TERM
    step "delete removes it" "0" engine task delete "$BOX"
    step "it may be started again" "0 RUNNING" started
    step "and killed, with all its processes" "0 STOPPED" killed KILL --all
    step "then deleted" "0" engine task delete "$BOX"
    engine container delete "$BOX"
}
words_exec() { echo words | ctrd task exec --exec-id words "$BOX" head -n 1; }
# in_cgroups FILE...: their values in the container's cgroups
in_cgroups() {
    local file
    for file in "$@"; do find /sys/fs/cgroup -path "*$PARENT/$BOX/$file" -exec cat {} +; done | xargs
}
ticks() { cat "/run/containerd/state/io.containerd.runtime.v2.task/default/$BOX/rootfs/tmp/tick"; }
paused() {
    local before
    engine task pause "$BOX" || return
    status
    before=$(ticks)
    sleep 0.3
    [[ $(ticks) != "$before" ]] || echo alike
}
resumed() { engine task resume "$BOX" && status; }
killed() { engine task kill --signal "$@" "$BOX" && settled STOPPED; }
started() { engine task start --detach "$BOX" && status; }

story() {
    local chapter
    BOX=$UNIQUE-$TELLING
    for chapter in ${BELL_ENGINE_CHAPTERS:-running looking living}; do "$chapter"; done
    forget
}
mkdir volume
echo fish >volume/file
tell story
expect_output "no container's cgroup is left" "" cgroups_left
expect_output "no state is left" "" find /run/containerd/runc -mindepth 2
