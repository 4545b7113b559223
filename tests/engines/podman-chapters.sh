# shellcheck shell=bash disable=SC2154 # its readers set what it uses
# podman-chapters.sh - what the tests of podman as root and as an ordinary user share. They set the array $as: the command
# in front of podman; $common: options of every container;
# and $SHARED: a directory of the one who runs it.

# engine VERB ARGUMENTS..., words_in VERB ARGUMENTS...: with "words" as its stdin, on_tty VERB ARGUMENTS...: on a terminal
engine() { "${as[@]}" timeout -k 5 60 podman --runtime "$RUNTIME" "$@" </dev/null; }
words_in() { echo words | "${as[@]}" timeout -k 5 60 podman --runtime "$RUNTIME" "$@"; }
on_tty() { on_terminal "${as[@]}" timeout --foreground 60 podman --runtime "$RUNTIME" "$@"; }
# put ARGUMENTS...: a container in the background, named $BOX, in place of the one before.
put() {
    engine rm --force --time 0 "$BOX" >/dev/null 2>&1
    engine run --detach --name "$BOX" "${common[@]}" "$@"
}
# in_box ARGUMENTS...: a container in the foreground, for once.
in_box() { engine run --rm "${common[@]}" "$@"; }
inspect() { engine inspect --format "$1" "$BOX"; }
is() { [[ $(inspect '{{.State.Status}}') == "$1" ]]; }
waits() { engine wait "$BOX"; }
logs_have() { [[ $(engine logs "$BOX") == *$1* ]]; }
# both COMMAND...: what it says on stderr, too.
both() { "$@" 2>&1; }

running() {
    step "run prints what the program prints" "0 hello" in_box box echo hello
    step "its status is the program's" "42*" in_box box sh -c 'exit 42'
    step "and tells a signal as 128 and more" "137*" in_box --pid host box sh -c 'kill -KILL $$'
    step "what can't be executed is 126" "126 *" in_box box /etc/passwd
    step "what isn't there is 127" "127 *" in_box box nothing
    step "podman's own failures are 125" "125 *" in_box --nothing box true
    step "stdin is the program's" "0 words" words_in run --rm -i "${common[@]}" box cat
    step "with a terminal, it is on one" "0 /dev/pts/0" on_tty run --rm -t "${common[@]}" box tty
}

looking() {
    alike "what the program finds is as under runc" in_box box sh -c "$look"
    alike "also when privileged" in_box --privileged box sh -c "$look"
    alike "also as a user" in_box --user diver box sh -c "$look"
    alike "with a read-only root" in_box --read-only box sh -c "touch /x; $look"
    alike "without powers" in_box --cap-drop all --security-opt no-new-privileges box sh -c "$look"
    alike "with some" in_box --cap-drop all --cap-add kill,sys_admin box sh -c "$look"
    alike "without a seccomp filter" in_box --security-opt seccomp=unconfined box sh -c "$look"
    alike "with pid, uts and ipc of the host" in_box --pid host --uts host --ipc host box sh -c "hostname; $look"
    # (runc's mqueue belongs to the new root: there the namespace of that comes after the user's.)
    alike "in a user namespace of its own" in_box --userns auto:size=65536 box sh -c "{ $look; } | grep -v ^mqueue; cat /proc/self/uid_map"
    alike "with a tmpfs" in_box --tmpfs /mnt:size=1m,mode=700 --tmpfs /tmp box sh -c "$look; stat -c %a /mnt /tmp; df -k /mnt"
    alike "with limits of resources" in_box --ulimit nofile=99:100 --ulimit nproc=64:64 --ulimit core=0 --oom-score-adj 77 box sh -c "$look"
    alike "with names, a directory and variables" in_box --hostname sea --add-host a:1.2.3.4 --workdir /tmp --env A=1 box sh -c "hostname; pwd; echo \$A; grep 1.2.3.4 /etc/hosts"
    alike "with a sysctl" in_box --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=77 box cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax
    alike "with a limited /dev/shm and no mounts masked" in_box --shm-size 1m --security-opt unmask=ALL box sh -c "df -k /dev/shm; $look"
}

files() {
    step "a volume is mounted" "0 fish" in_box --volume "$SHARED:/mnt" box cat /mnt/file
    step "it may be written to" "0" in_box --volume "$SHARED:/mnt" box sh -c 'echo shark >/mnt/new'
    step "read-only it may not" "1 *Read-only*" in_box --volume "$SHARED:/mnt:ro" box sh -c 'echo x >/mnt/new'
    step "a named volume takes what was there" "0 *passwd*" in_box --volume "v-$TELLING:/etc" box ls /etc
    step "a device is there" "0 a:e5" in_box --device /dev/fuse box stat -c %t:%T /dev/fuse
    step "a tiny init reaps" "0 *init*" in_box --init box cat /proc/1/comm
}

limits() {
    put >/dev/null --memory 64m --pids-limit 20 --cpu-shares 512 --cpus 0.5 box sleep 100
    step "limits are set" "0 67108864 20 512 50000" in_cgroups memory.limit_in_bytes pids.max cpu.shares cpu.cfs_quota_us
    step "stats sees them" "0 *67.11MB*" engine stats --no-stream "$BOX"
    step "a container without a cgroup of its own" "0 hello" in_box_bare --cgroups disabled box echo hello
    step "what takes too much memory is killed" "0 137" greedy
}
# Which runtime can do this podman knows by its name in containers.conf.
in_box_bare() { RUNTIME=${RUNTIME##*/} engine run --rm --network none "$@"; }
# in_cgroups FILE...: their values in the container's cgroups
in_cgroups() {
    local pid file
    pid=$(inspect '{{.State.Pid}}')
    for file in "$@"; do
        cat "$(find /sys/fs/cgroup -path "*$PARENT*" -name "$file" -exec sh -c 'grep -qx "$1" "$(dirname "$2")/cgroup.procs"' sh "$pid" {} \; -print)"
    done | xargs
}
greedy() {
    put --memory 16m --memory-swap 16m box tail /dev/zero >/dev/null
    waits
}

living() {
    put >/dev/null --env A=1 box sh -c 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
    step "run --detach leaves it running" "0 running" inspect '{{.State.Status}}'
    step "logs has its words" "0" wait_until logs_have ready
    step "ps shows it" "0 $BOX" engine ps --format '{{.Names}}'
    step "top shows its processes" "0 *sleep*" engine top "$BOX"
    step "exec runs another program in it" "0 1" engine exec "$BOX" sh -c 'echo $A'
    step "with its own status" "7*" engine exec "$BOX" sh -c 'exit 7'
    step "as a user, elsewhere, with a variable" "0 1000 /tmp 2" engine exec --user diver --workdir /tmp --env A=2 "$BOX" sh -c 'echo $(id -u) $(pwd) $A'
    step "on a terminal" "0 /dev/pts/*" on_tty exec -t "$BOX" tty
    step "with stdin" "0 words" words_in exec -i "$BOX" cat
    step "what can't be executed is 126" "126 *" engine exec "$BOX" /etc/passwd
    step "what isn't there is 127" "127 *" engine exec "$BOX" nothing
    alike "what exec finds is as under runc" engine exec "$BOX" sh -c "$look; cat /proc/self/cgroup | sed 's/.*://' | sort -u | wc -l"
    alike "also of a privileged exec" engine exec --privileged "$BOX" sh -c "$look"
    step "exec in the background" "0 *" engine exec --detach "$BOX" sh -c 'echo deep >/tmp/deep'
    step "has its effect" "0 deep" wait_until engine exec "$BOX" grep deep /tmp/deep
    step "files are copied out" "0 deep" copied_out
    step "and in" "0 fish" copied_in
    step "pause stops all its processes" "0 paused
0" paused
    step "a paused container takes no exec" "255 *" engine exec "$BOX" true
    step "unpause lets them go on" "0 running" unpaused
    step "stop sends it a signal and waits" "0 exited 3" stopped
    step "start starts it anew" "0 running" restarted start
    step "restart, too" "0 running" restarted restart --time 5
    step "kill sends a signal" "0 3" killed TERM
    step "one that listens to nothing is killed in the end" "0 exited 137" deaf
    step "rm --force removes a running one" "0" removed
}
copied_out() { engine cp "$BOX:/tmp/deep" "$SHARED/out" && cat "$SHARED/out"; }
copied_in() { engine cp "$SHARED/file" "$BOX:/tmp/fish" && engine exec "$BOX" cat /tmp/fish; }
paused() {
    local before
    engine pause "$BOX" >/dev/null || return
    inspect '{{.State.Status}}'
    before=$(engine logs "$BOX" | wc -l)
    sleep 0.3
    echo $(($(engine logs "$BOX" | wc -l) - before))
}
unpaused() { engine unpause "$BOX" >/dev/null && inspect '{{.State.Status}}'; }
stopped() { engine stop --time 20 "$BOX" >/dev/null && inspect '{{.State.Status}} {{.State.ExitCode}}'; }
restarted() { engine "$@" "$BOX" >/dev/null && inspect '{{.State.Status}}'; }
killed() { engine kill --signal "$1" "$BOX" >/dev/null && waits; }
deaf() {
    put box sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null
    engine stop --time 1 "$BOX" >/dev/null 2>&1 && inspect '{{.State.Status}} {{.State.ExitCode}}'
}
removed() {
    put box sleep 100 >/dev/null && engine rm --force --time 0 "$BOX" >/dev/null
    ! engine container exists "$BOX"
}

together() {
    local pod=$UNIQUE-pod
    step "a pod is made" "0 *" engine pod create --name "$pod" --cgroup-parent "$PARENT" --network none --infra-image localhost/box --infra-command "sleep 100" --share net,ipc,uts,pid
    step "a container runs in it" "0 hello" engine run --rm --pod "$pod" box echo hello
    step "they share namespaces" "0 *sleep 100*" engine run --rm --pod "$pod" box ps
    step "a pod is stopped" "0 *" engine pod stop --time 1 "$pod"
    step "and removed" "0 *" engine pod rm --force --time 0 "$pod"
}

health() {
    put >/dev/null --health-cmd 'test -e /tmp/well' --health-interval disable box sh -c 'sleep 100'
    step "a health check that fails is told" "1 *" engine healthcheck run "$BOX"
    engine exec "$BOX" touch /tmp/well
    step "one that doesn't, too" "0" engine healthcheck run "$BOX"
}

hooks() {
    mkdir -p hooks
    cat >hooks/seen.json <<H
{"version": "1.0.0", "hook": {"path": "/bin/sh", "args": ["sh", "-c", "jq -r .status >>$WORK/seen-$TELLING"]}, "when": {"always": true}, "stages": ["prestart", "createRuntime", "poststart", "poststop"]}
H
    step "hooks are run" "0" engine --hooks-dir "$WORK/hooks" run --rm "${common[@]}" box true
    step "each with its state" "0 creating creating * stopped" xargs -a "seen-$TELLING"
}
