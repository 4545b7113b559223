#!/usr/bin/env bash
# tests/tools/live.sh - --target: the tools act on a container that runs, chain, and are OCI hooks.
source "$(dirname "$0")/../runtime/bundles.sh"

# inside COMMAND...: in the container of $pid.
inside() { timeout 10 ns-enter --target "$pid" -- "$@"; }
state() { br state "$BOX"; }
# live TOOL OPTIONS...: with the state of the container.
live() { state | timeout 20 "$@" --target -; }
mkdir src canary
echo words >src/file
echo canary >canary/file
chmod -R a+rX .

if have root; then
    bundle B
    box B create -- sleep 1000 </dev/null
    br start "$BOX"
    pid=$(state | jq .pid)

    # ---- bind-mounter: into a running container
    state >before
    expect_output "a folder is mounted into a running container, and the state printed again" "$(<before)" \
        live bind-mounter --bind "$WORK/src:/srv/new:ro"
    expect_output "it is seen there" words inside cat /srv/new/file
    expect_error "read-only" 1 "*Read-only*" inside touch /srv/new/x
    refute "and not here" grep -q " /srv/new " /proc/self/mountinfo
    check "a file, too" live bind-mounter --bind "$WORK/src/file:/etc/words"
    expect_output "it is seen there, too" words inside cat /etc/words
    check "new file systems are made there: tmpfs, proc, mqueue, sysfs" \
        live bind-mounter --tmpfs /t:size=64k,mode=1770 --proc /p --mqueue /q --sysfs /s
    expect_output "the proc shows the container's processes" "sleep" inside cat /p/1/comm
    expect_match "the tmpfs has its size" "*size=64k*mode=1770*" inside grep " /t " /proc/self/mountinfo
    expect_output "the sysfs shows the container's network" lo inside ls /s/class/net
    with overlay check "an overlay's layers are those that we see" live bind-mounter --overlay "/o:lowerdir=$WORK/src:$WORK/canary"
    with overlay expect_output "they are seen there as one" words inside cat /o/file
    check "the cgroup hierarchies are shown" live bind-mounter --cgroup /c
    expect_output "with the container's own group on top" 1 inside sh -c 'cat /c/pids/cgroup.procs /c/cgroup.procs 2>/dev/null | head -n 1'
    check "what is mounted is changed" live bind-mounter --remount /t:ro
    expect_error "as told" 1 "*Read-only*" inside touch /t/x
    check "propagation is changed" live bind-mounter --remount /t:shared
    expect_match "as told, too" "* shared:*" inside grep " /t " /proc/self/mountinfo
    check "of the root, too" live bind-mounter --propagation slave
    check "mounts are taken away again" live bind-mounter --umount /srv/new --umount /etc/words --umount /t
    refute "they are gone" inside cat /srv/new/file
    expect_error "what isn't mounted can't be taken away" 125 "bind-mounter: umount /proc/$pid/root/bin: nothing is mounted there*" \
        live bind-mounter --umount /bin
    check "masks, trees to read only, devices" live bind-mounter --mask /marker --readonly /bin --device /dev/fuse:c:10:229
    expect_output "the mask hides" "" inside cat /marker
    expect_error "the tree is read-only" 1 "*Read-only*" inside touch /bin/x
    expect_output "the device is there" "character special file" inside stat -c %F /dev/fuse
    expect_match "--explain tells it" "*open_tree(*setns(\"process $pid\", *NEWNS*move_mount(*" \
        bash -c "bind-mounter --explain=full --bind $WORK/src:/x --target $pid 2>&1"
    expect_match "--dry-run tells it" "*setns(*move_mount(*" bash -c "bind-mounter --dry-run --bind $WORK/src:/dry --target $pid 2>&1"
    refute "and does nothing" inside test -e /dry

    # the container is hostile: nothing in it leads to the host
    inside ln -s "$WORK/canary" /evil
    inside ln -s /proc/1/root /magic
    check "a symlink of the container leads to a place inside" live bind-mounter --bind "$WORK/src:/evil/new"
    expect_output "there it is mounted" words inside cat "$WORK/canary/new/file"
    expect_output "the host's directory of that name is as it was" file ls canary
    expect_error "a magic link is refused" 125 "bind-mounter: open /proc/$pid/root/magic/x: Too many levels of symbolic links*" \
        live bind-mounter --bind "$WORK/src:/magic/x"
    expect_error "proc isn't mounted on a symlink" 125 "*is a symlink*" live bind-mounter --proc /magic

    # ---- the others, and all of them in a chain
    check "cgroup-setter, bind-mounter and proc-peek chain" bash -o pipefail -c "bundle-run --root $STATES state $BOX |
        cgroup-setter --pids 33 --target - | bind-mounter --bind $WORK/src:/chained --target - |
        priv-drop --rlimit core=0:0 --target - | proc-peek --target - >seen"
    expect_match "each of them has acted" "*processes 1 of 33*" cat seen
    expect_output "each of them, indeed" words inside cat /chained/file
    expect_output "ns-enter runs a program inside, and ends as it does" 7 bash -c "bundle-run --root $STATES state $BOX |
        ns-enter --target - -- sh -c 'exit 7'; echo \$?"
    field() { grep -i "^$1" "/proc/$pid/$2" | tr -s ' \t' ' ' | cut -d' ' -f"$3"; }
    check "priv-drop changes a limit of a running process" priv-drop --rlimit nofile=64:128 --target "$pid"
    expect_output "the kernel has it" "64 128" field "Max open files" limits 4,5
    check "its preferences" priv-drop --nice 5 --ioprio idle --oom-score-adj 500 --cpus 0 --target "$pid"
    expect_output "the kernel has them: nice" 5 bash -c "cut -d' ' -f19 /proc/$pid/stat"
    expect_output "the kernel has them: oom_score_adj" 500 cat "/proc/$pid/oom_score_adj"
    expect_output "the kernel has them: processors" 0 field Cpus_allowed_list status 2
    with ionice expect_output "the kernel has them: io" idle ionice -p "$pid"
    python3 -c 'import threading, time; [threading.Thread(target=time.sleep, args=(1000,), daemon=True).start() for _ in range(3)]; print(flush=True); time.sleep(1000)' >ready &
    threads=$!
    wait_until test -s ready
    check "scheduling is changed" priv-drop --scheduler batch --nice 3 --target "$threads"
    expect_output "of all its threads" "3 3 3 3" bash -c "echo \$(cut -d' ' -f19 /proc/$threads/task/*/stat)"
    kill "$threads"
    for option in "--user 1:1" "--caps none" --no-new-privs "--seccomp x" "--umask 022" "--cwd /" "--env A=B" \
        "--personality LINUX32" "--memory-policy bind:0" "--apparmor x"; do
        # shellcheck disable=SC2086 # an option and its value
        expect_error "priv-drop ${option%% *} says why it can't, and what can" 125 "priv-drop: * can't be changed from outside: *hint: *" \
            priv-drop $option --target "$pid"
    done
    expect_error "priv-drop with nothing to change is told" 125 "*nothing to change is given*" priv-drop --target "$pid"

    # ---- targets that can't be
    sleep 0 & ended=$!
    wait "$ended"
    jq -c --argjson pid $$ '.pid = $pid | .pidStartTime = 1' before >reused
    jq -c '.status = "stopped" | .pid = 0' before >stopped
    echo 'not a state' >text
    for tool in "bind-mounter --bind /srv:/x" "priv-drop --nice 1" "cgroup-setter --pids 99" "ns-enter"; do
        name=${tool%% *}
        run_on() {
            # shellcheck disable=SC2086 # a tool and its options
            if [[ $name == ns-enter ]]; then timeout 10 $tool --target "$1" -- true; else timeout 10 $tool --target "$1"; fi
        }
        expect_error "$name: a process that has ended" 125 "$name: *No such process*hint: it may have ended*" run_on "$ended"
        expect_error "$name: a number that was used again" 125 "$name: process $$ is not the container's any more*" run_on - <reused
        expect_error "$name: a container that has ended" 125 "$name: container $BOX is stopped: it has no process" run_on - <stopped
        expect_error "$name: words that are no state" 125 "$name: stdin: *hint: a container's state was expected*" run_on - <text
        expect_error "$name: a config where a state was due" 125 "$name: stdin: *hint: a container's state was expected*" run_on - <B/config.json
        expect_error "$name: an empty pipe" 125 "$name: stdin is empty*" run_on - </dev/null
        expect_error "$name: a thread of the kernel" 125 "$name: process 2 (*) is a thread of the kernel's own*" run_on 2
        expect_error "$name: process 0" 125 "$name: --target 0: must be a pid*" run_on 0
        expect_error "$name: a name" 125 "$name: --target web: must be a pid*" run_on web
    done
    expect_error "a process with our own mounts is refused" 125 "*has no mount namespace of its own*hint: add --here*" \
        bind-mounter --bind "$WORK/src:/srv" --target $$
    expect_error "--defaults is for a root nobody lives in" 125 "*--defaults*nobody lives in*" bind-mounter --defaults --target "$pid"
    expect_error "an option that would do nothing there is refused" 125 "*--mkdir and --mount-label have no meaning with --target*" \
        bind-mounter --mkdir /x --target "$pid"
    expect_error "a place that isn't a full path is refused" 125 "*must be a full path*" bind-mounter --bind src:x --target "$pid"
    br delete --force "$BOX"
fi

# ---- tools without a live mode say so
for tool in "chroot-only R" "root-pivot R" "layer-unpack x y" "layer-pack x"; do
    # shellcheck disable=SC2086 # a tool and its options
    expect_error "${tool%% *}: --target has no meaning, and why" 125 "${tool%% *}: --target has no meaning here: *hint: *" $tool --target 1
done

# ---- an ordinary user's container
child_of() { local child; read -r child _ <"/proc/$1/task/$1/children"; echo "$child"; }
# user_box: starts one; its pid in $pid. The maker of a user namespace has all power over it.
user_box() {
    rm -rf user/R user/pid
    rootfs R
    cp -r R user/R
    [[ $EUID != 0 ]] || chown -R "$BELL_TEST_USER" user
    (exec 2>/dev/null; as_user sh -c 'cd "$WORK/user" && exec ns-enter --new user,pid,mount,uts,ipc,net --hostname deep -- \
        bind-mounter --defaults R -- root-pivot R -- sh -c "echo \$\$ >/pid; exec sleep 1000"') &
    supervisor=$!
    wait_until test -s user/R/pid || return 1
    pid=$supervisor
    while child=; read -r child _ <"/proc/$pid/task/$pid/children"; [[ -n $child ]]; do pid=$child; done
}
if have userns; then
    if have root; then _need_user; else mkdir -p user; fi
    check "an ordinary user's container starts" user_box
    user_inside() { as_user ns-enter --target "$pid" -- "$@"; }
    expect_status "its maker mounts a folder of the host's into it" 0 as_user bind-mounter --bind "$WORK/src:/srv/new:ro" --target "$pid"
    expect_output "it is seen there (user)" words user_inside cat /srv/new/file
    expect_error "read-only (user)" 1 "*Read-only*" user_inside touch /srv/new/x
    check "new file systems (user)" as_user bind-mounter --tmpfs /t --proc /p --mqueue /q --target "$pid"
    expect_output "the proc shows its processes (user)" 1 user_inside sh -c 'head -n 1 /p/1/status >/dev/null && echo 1'
    expect_output "what is made there is root's inside" "0 0" user_inside sh -c 'echo $(stat -c %u /t /srv)'
    check "a device of the host's is bound" as_user bind-mounter --device /dev/full:c:1:7 --mask /marker --target "$pid"
    check "it is taken away again (user)" as_user bind-mounter --umount /srv/new --target "$pid"
    refute "it is gone (user)" user_inside cat /srv/new/file
    with idmap expect_error "ids of the host's files can't be mapped by an ordinary user" 125 "*mount_setattr*idmap*rootless can't*" \
        as_user bind-mounter --bind "$WORK/src:/x:idmap" --target "$pid"
    if have root; then
        check "root mounts into it, too" bind-mounter --bind "$WORK/src:/rs" --tmpfs /rt --target "$pid"
        with idmap check "id-mapped, too" bind-mounter --bind "$WORK/src:/mapped:idmap" --target "$pid"
        with idmap expect_output "root's files are nobody's there, but root's where they are id-mapped" "65534 0 0" \
            user_inside sh -c 'echo $(stat -c %u /rs/file /mapped/file /rt)'
        expect_error "another user's process isn't an ordinary user's to change" 125 "bind-mounter: *Permission denied*hint: its namespaces aren't yours*" \
            as_user bind-mounter --bind "$WORK/src:/x" --target $$
    fi
    expect_status "limits of one's own process" 0 as_user priv-drop --rlimit core=0:0 --nice 7 --target "$pid"
    (exec 2>/dev/null; as_user sleep 1000) &
    wait_until grep -q . "/proc/$!/task/$!/children"
    plain=$(child_of $!)
    wait_until grep -q sleep "/proc/$plain/comm"
    expect_error "without a user namespace of its own it is root's affair" 125 "bind-mounter: process * has no mount namespace of its own*" \
        as_user bind-mounter --bind "$WORK/src:/x" --target "$plain"
    kill -KILL "$plain" "$pid"
    wait 2>/dev/null
else
    skip "an ordinary user mounts into its container" "$REASON"
fi

# ---- tools as OCI hooks: --target - takes the state that a hook gets
as_json() { printf '%s\n' "$@" | jq -R . | jq -s -c .; }
hook() { change B '.hooks[$kind] += [{path: $tool, args: $args}]' --arg kind "$1" --arg tool "$BELL_BIN/$2" --argjson args "$(as_json "${@:2}")"; }
# hooks_under NAME COMMAND...: the same under a runtime; the command runs bundle B as $BOX.
hooks_under() {
    local runtime=$1
    shift
    for kind in prestart createRuntime createContainer; do
        change B 'del(.hooks)'
        hook $kind bind-mounter --bind "$WORK/src:/hooked:ro" --tmpfs /hooked-tmpfs --target -
        expect_output "$runtime: bind-mounter as $kind hook mounts into the container" "words tmpfs" \
            "$@" sh -c 'echo "$(cat /hooked/file) $(awk "\$5 == \"/hooked-tmpfs\"" /proc/self/mountinfo | grep -o "tmpfs tmpfs" | cut -d" " -f1)"'
        refute "$runtime: and nothing on the host" grep -q hooked /proc/self/mountinfo
    done
    change B 'del(.hooks)'
    hook createRuntime cgroup-setter --pids 37 --target -
    change B 'del(.hostname)'
    hook createRuntime priv-drop --nice 4 --target -
    hook createRuntime ns-enter --target - --join uts --hostname hooked -- true
    expect_output "$runtime: priv-drop, ns-enter as createRuntime hooks" "hooked 4" \
        "$@" sh -c 'echo "$(hostname) $(cut -d" " -f19 /proc/self/stat)"'
    change B 'del(.hooks)'
    hook poststart cgroup-setter --pids 37 --target -
    hook poststart bind-mounter --bind "$WORK/src:/late" --target -
    change B '.hooks.poststart += [{path: "/bin/sh", args: ["sh", "-c", "\($tool) --target - >\($file)"]}]' \
        --arg tool "$BELL_BIN/proc-peek" --arg file "$WORK/peeked"
    expect_output "$runtime: bind-mounter as poststart hook" words \
        "$@" sh -c 'for i in 1 2 3 4 5 6 7 8 9; do [ -e /late/file ] && break; sleep 0.2; done; cat /late/file; sleep 0.5'
    expect_match "$runtime: cgroup-setter and proc-peek as poststart hooks" "*processes * of 37*" cat peeked
    change B 'del(.hooks)'
}
if have root; then
    hooks_under bundle-run box B run --
    with_runc() {
        local status
        change B '.process.args = $args' --argjson args "$(as_json "$@")"
        (cd B && exec timeout 20 runc --root "$WORK/runc" run "$BOX" </dev/null)
        status=$?
        runc --root "$WORK/runc" delete --force "$BOX" 2>/dev/null
        return $status
    }
    if have runc && change B 'del(.hooks)' && with_runc true 2>errors; then
        hooks_under runc with_runc
    else
        skip "the tools are hooks of runc" "runc runs no container here: $(tail -n 1 errors)"
    fi
fi
check "at the end nothing is left" nothing_left
