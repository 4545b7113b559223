#!/usr/bin/env bash
# tests/engines/docker.sh - docker with bundle-run as one of its runtimes, and as the default one, as root.
source "$(dirname "$0")/engine.sh"
needs root dockerd docker containerd skopeo jq busybox python3
image image
skopeo --tmpdir "$WORK" copy --quiet --insecure-policy oci:image:latest docker-archive:image.tar:localhost/box:latest >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "skopeo can't write docker's kind of image: $(tail -n 1 err)"; exit 0; }

client=$(command -v docker)
engine() { timeout -k 5 60 "$client" "$@"; }
start_docker ||
    { skip "all of $(basename "$0")" "dockerd doesn't start here: $(tail -n 1 dockerd.log)"; exit 0; }
{ engine load --input image.tar && engine tag localhost/box:latest box; } >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "docker can't load an image here: $(tail -n 1 err)"; exit 0; }

# named: how this daemon calls $RUNTIME
named() { if [[ $RUNTIME == "$BELL_BIN/bundle-run" ]]; then echo bell; else echo runc; fi; }
# put ARGUMENTS...: a container in the background, named $BOX, in place of the one before.
put() {
    engine rm --force "$BOX" >/dev/null 2>&1
    engine run --runtime "$(named)" --detach --name "$BOX" --network none "$@" </dev/null
}
in_box() { engine run --runtime "$(named)" --rm --network none "$@" </dev/null; }
inspect() { engine inspect --format "$1" "$BOX"; }
is() { [[ $(inspect '{{.State.Status}}') == "$1" ]]; }
logs_have() { [[ $(engine logs "$BOX") == *$1* ]]; }
on_tty() { on_terminal timeout --foreground 60 "$client" "$@"; }

running() {
    step "run prints what the program prints" "0 hello" in_box box echo hello
    step "its status is the program's" "42*" in_box box sh -c 'exit 42'
    step "and tells a signal as 128 and more" "137*" in_box --pid host box sh -c 'kill -KILL $$'
    step "what can't be executed is 126" "126 *" in_box box /etc/passwd
    step "nor a directory" "126 *" in_box box /etc
    step "what isn't there is 127" "127 *" in_box box nothing
    step "nor by a whole path" "127 *" in_box box /nothing
    step "a script without its interpreter" "127 *" in_box box script
    step "docker's own failures are 125" "125 *" in_box --nothing box true
    step "stdin is the program's" "0 words" words_in run --runtime "$(named)" --rm -i --network none box cat
    step "with a terminal, it is on one" "0 /dev/pts/0*" on_tty run --runtime "$(named)" --rm -t --network none box tty
}
words_in() { echo words | engine "$@"; }

looking() {
    alike "what the program finds is as under runc" in_box box sh -c "$look"
    alike "also when privileged" in_box --privileged box sh -c "$look"
    alike "also as a user" in_box --user diver box sh -c "$look"
    alike "with a read-only root" in_box --read-only box sh -c "touch /x; $look"
    alike "without powers" in_box --cap-drop all --security-opt no-new-privileges box sh -c "$look"
    alike "without a seccomp filter" in_box --security-opt seccomp=unconfined box sh -c "$look"
    alike "with pid, uts and ipc of the host" in_box --pid host --uts host --ipc host box sh -c "hostname; $look"
    alike "with a tmpfs and a volume" in_box --tmpfs /mnt:size=1m,mode=700 --volume "$WORK/volume:/tmp:ro" box sh -c "$look; stat -c %a /mnt /tmp; cat /tmp/file"
    alike "with limits of resources" in_box --ulimit nofile=99:100 --ulimit core=0 --oom-score-adj 77 box sh -c "$look"
    alike "with names, a directory and variables" in_box --hostname sea --workdir /made/here --env A=1 box sh -c "hostname; pwd; echo \$A"
    alike "with a sysctl, a device and a group" in_box --sysctl kernel.msgmax=77 --device /dev/fuse --group-add 7 box sh -c "cat /proc/sys/kernel/msgmax; stat -c %t:%T /dev/fuse; id -G"
    step "a tiny init reaps" "0 docker-init" in_box --init box cat /proc/1/comm
}

living() {
    put >/dev/null --memory 64m --pids-limit 20 --cpu-shares 512 --cpus 0.5 box sh -c 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; echo tick; done'
    step "run --detach leaves it running" "0 running" inspect '{{.State.Status}}'
    step "logs has its words" "0" wait_until logs_have ready
    step "limits are set" "0 67108864 20 512 50000" in_cgroups memory.limit_in_bytes pids.max cpu.shares cpu.cfs_quota_us
    step "stats sees them" "0 64MiB" bash -c '"$1" stats --no-stream --format "{{.MemUsage}}" "$2" | sed "s,.*/ ,,"' - "$client" "$BOX"
    step "update changes them" "0 33554432 20 512 50000" updated
    step "top shows its processes" "0 *sleep*" engine top "$BOX"
    step "exec runs another program in it" "0 deep" engine exec "$BOX" echo deep
    step "with its own status" "7*" engine exec "$BOX" sh -c 'exit 7'
    step "as a user, elsewhere, with a variable" "0 1000 /tmp 2" engine exec --user diver --workdir /tmp --env A=2 "$BOX" sh -c 'echo $(id -u) $(pwd) $A'
    step "on a terminal" "0 /dev/pts/*" on_tty exec -t "$BOX" tty
    step "with stdin" "0 words" words_in exec -i "$BOX" cat
    step "what can't be executed there is 126" "126 *" engine exec "$BOX" /etc/passwd
    # 126, or 127 from later versions on
    step "what isn't there is told" "12[67] *" engine exec "$BOX" nothing
    alike "what exec finds is as under runc" engine exec "$BOX" sh -c "$look"
    alike "also of a privileged exec" engine exec --privileged "$BOX" sh -c "$look"
    step "files are copied in and out" "0 fish" copied
    step "pause stops all its processes" "0 paused alike" paused
    step "a paused container takes no exec" "1 *paused*" engine exec "$BOX" true
    step "unpause lets them go on" "0 running" unpaused
    step "stop sends it a signal and waits" "0 exited 3" stopped 20
    step "restart starts it anew" "0 running" restarted
    step "kill sends a signal, and wait tells the end" "0 3" killed TERM
    step "one that listens to nothing is killed in the end" "0 exited 137" deaf
    step "what takes too much memory is killed, and docker is told" "0 exited 137 true" greedy
    step "events tell of it" "0 *die*" bash -c 'timeout 20 "$1" events --since 60s --until 0s --filter "container=$2" --format "{{.Action}}" | sort -u | xargs' - "$client" "$BOX"
    step "a checkpoint is an error" "1 *" engine checkpoint create "$BOX" one
    step "a health check is told" "0 healthy" healthy
    step "rm --force removes a running one" "0" removed
}
# in_cgroups FILE...: their values in the container's cgroups
in_cgroups() {
    local id
    id=$(inspect '{{.Id}}')
    for file in "$@"; do find /sys/fs/cgroup -path "*$PARENT/$id/$file" -exec cat {} +; done | xargs
}
updated() { engine update --memory 32m --memory-swap 32m "$BOX" >/dev/null && in_cgroups memory.limit_in_bytes pids.max cpu.shares cpu.cfs_quota_us; }
copied() { engine cp volume/file "$BOX:/tmp/fish" && engine exec "$BOX" cp /tmp/fish /tmp/out && engine cp "$BOX:/tmp/out" out && cat out; } 2>/dev/null
paused() {
    local before
    engine pause "$BOX" >/dev/null || return
    before=$(engine logs "$BOX" | wc -l)
    sleep 0.3
    echo "$(inspect '{{.State.Status}}') $( (($(engine logs "$BOX" | wc -l) - before)) || echo alike)"
}
unpaused() { engine unpause "$BOX" >/dev/null && inspect '{{.State.Status}}'; }
stopped() { engine stop --time "$1" "$BOX" >/dev/null && inspect '{{.State.Status}} {{.State.ExitCode}}'; }
restarted() { engine restart --time 5 "$BOX" >/dev/null && inspect '{{.State.Status}}'; }
killed() { engine kill --signal "$1" "$BOX" >/dev/null && engine wait "$BOX"; }
deaf() { put box sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null && stopped 1; }
greedy() {
    put --memory 16m --memory-swap 16m box tail /dev/zero >/dev/null
    engine wait "$BOX" >/dev/null
    inspect '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}'
}
healthy() {
    put --health-cmd true --health-interval 0.2s box sleep 100 >/dev/null
    wait_until health_is healthy
    inspect '{{.State.Health.Status}}'
}
health_is() { [[ $(inspect '{{.State.Health.Status}}') == "$1" ]]; }
removed() {
    put box sleep 100 >/dev/null && engine rm --force "$BOX" >/dev/null
    ! engine inspect "$BOX" >/dev/null 2>&1
}

story() {
    local chapter
    BOX=$UNIQUE-$TELLING
    for chapter in ${BELL_ENGINE_CHAPTERS:-running looking living}; do "$chapter"; done
    engine rm --force "$BOX" >/dev/null 2>&1
}
mkdir volume
echo fish >volume/file
tell story

jq '. + {"default-runtime": "bell"}' daemon.json >new.json && mv new.json daemon.json
kill -HUP "$_daemon"
default_is() { [[ $(engine info --format '{{.DefaultRuntime}}') == "$1" ]]; }
check "bundle-run becomes the default runtime" wait_until default_is bell
expect_output "and runs what names none" hello engine run --rm --network none box echo hello
expect_output "no container's cgroup is left" "" cgroups_left
expect_output "no state is left" "" find /run -path "*moby*" -name state.json
