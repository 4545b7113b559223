# shellcheck shell=bash disable=SC2034 # what is set here is for those who read it
# engine.sh - what the tests of bundle-run under the container engines share: an engine apart from the machine, an image
# made here, and a story that is told twice.
#
#     source "$(dirname "$0")/engine.sh"
#     needs root podman
#     story() { step "run prints what the program prints" "0 hello" engine run --rm box echo hello; }
#     tell story
#
# A story is a function of steps. It is told with $RUNTIME being runc, then bundle-run. What fails under runc, too, is
# not possible on this machine and skipped, with the reason. BELL_ENGINE_RUNTIME=runc tells it with runc only and shows
# the result: whether the engine works here at all.
#
# As root, an engine has mount and network namespaces of the test's own, and a /run of its own: whatever it forgets to
# remove isn't the machine's. Everything else it keeps is in $WORK; its cgroups are below $PARENT.
if [[ $EUID == 0 && -z ${BELL_ENGINE_APART-} ]]; then
    BELL_ENGINE_APART=1 exec unshare --mount --net --propagation private bash "$0" "$@"
fi
# shellcheck source=tests/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/../harness.sh"
[[ -x $BELL_BIN/bundle-run ]] || { echo "not ok - $BELL_BIN has a bundle-run"; exit 1; }
if [[ $EUID == 0 ]]; then
    ip link set lo up
    mount -t tmpfs -o mode=755 tmpfs /run
    cleanup umount -l /run
fi

# The engines' own settings and caches are none of the user's.
HOME=$WORK
PARENT=/$UNIQUE
export HOME PARENT

# What an engine keeps for its next container: the cgroup above them all, and conmon's, which may take a moment to end.
_parent_is_gone() {
    find /sys/fs/cgroup -depth -type d -path "*/$UNIQUE*" -exec rmdir {} \; 2>/dev/null
    [[ -z $(find /sys/fs/cgroup -type d -path "*/$UNIQUE*" -print -quit) ]]
}
[[ $EUID != 0 ]] || cleanup wait_until _parent_is_gone
# cgroups_left: those of containers. A pod's is the engine's to remove.
cgroups_left() { find /sys/fs/cgroup -type d -path "*$PARENT/*" ! -name conmon -regextype egrep ! -regex ".*$PARENT/[0-9a-f]{64}"; }

# image LAYOUT: busybox, with a user diver, as an OCI image named latest.
image() {
    rootfs "$WORK/root"
    echo 'diver:x:1000:1000:diver:/tmp:/bin/sh' >>"$WORK/root/etc/passwd"
    echo 'diver:x:1000:' >>"$WORK/root/etc/group"
    chmod 1777 "$WORK/root/tmp"
    printf '#!/no/such/shell\n' >"$WORK/root/bin/script"
    chmod +x "$WORK/root/bin/script"
    "$BELL_BIN/layer-pack" --cmd sh "$WORK/root" "$1:latest" >/dev/null 2>&1
    chmod -R a+rX "$1"
}

# whether an overlay can be made of directories in $WORK
overlay_here() {
    mkdir -p "$WORK"/.overlay/{lower,upper,work,merged}
    mount -t overlay -o "lowerdir=$WORK/.overlay/lower,upperdir=$WORK/.overlay/upper,workdir=$WORK/.overlay/work" \
        overlay "$WORK/.overlay/merged" 2>/dev/null && umount "$WORK/.overlay/merged"
}

# start_docker: dockerd, with bundle-run as its runtime "bell". It has neither a bridge nor firewall rules to make; its
# containerd is one of its own, below exec-root. Fails if it doesn't answer; dockerd.log says why.
start_docker() {
    local driver=vfs
    ! overlay_here || driver=overlay2
    cat >daemon.json <<D
{
    "data-root": "$WORK/docker", "exec-root": "/run/docker", "pidfile": "/run/docker.pid", "hosts": ["unix:///run/docker.sock"],
    "deprecated-key-path": "$WORK/key.json", "storage-driver": "$driver", "bridge": "none", "iptables": false, "ip6tables": false,
    "cgroup-parent": "$PARENT", "runtimes": {"bell": {"path": "$BELL_BIN/bundle-run"}}, "log-level": "warn"
}
D
    dockerd --config-file daemon.json >dockerd.log 2>&1 & _daemon=$!
    cleanup _end_docker
    export DOCKER_HOST=unix:///run/docker.sock DOCKER_CLI_HINTS=false
    wait_until docker version >/dev/null 2>err
}
_end_docker() { kill -TERM "$_daemon"; wait "$_daemon"; }

# What a program finds. Only that they are there is alike of what is masked, not how: that is read-only, and of what is in /dev all but core.
look='awk "/^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:|Sig(Blk|Ign))/" /proc/self/status
ulimit -a; id; umask; pwd; cat /proc/self/oom_score_adj
awk "{print \$5, \$5 ~ /^.(proc|sys)./ ? substr(\$6, 1, 2) : \$6}" /proc/self/mountinfo | grep -v ^/sys/fs/cgroup | sort
cd /dev; stat -c "%n %A %U %t:%T" $(ls | grep -v core); readlink fd stdin ptmx; cd /proc/self/fd; echo *'

# ---- stories

declare -A _runc_said _runc_failed
# What no two containers have in common: ids and times.
_same() {
    sed -E 's/[0-9a-f]{64}/ID/g; s/\b[0-9a-f]{12}\b/ID/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+/TIME/g' <<<"$1"
}
# _look: what the last run was like, in a line or more: its status, its output, and its errors if it failed.
_look() { _same "$STATUS${OUT:+ $OUT}$( ((STATUS == 0)) || echo " $ERR")"; }
# _judge SENTENCE WANTED YES COMMAND...: YES is 1 if that is how it should be.
_judge() {
    if [[ $TELLING == aside ]]; then
        _runc_said[$1]=$STATUS${OUT:+ $(_same "$OUT")}
        (($3)) || _runc_failed[$1]=$(_look)
    elif (($3)); then
        _ok "$1"
    elif [[ -n ${_runc_failed[$1]-} ]]; then
        skip "$1" "not under runc either: $(tail -n 1 <<<"${_runc_failed[$1]}" | cut -c1-200)"
    else
        _details "$1" "should have been: $2" "${@:4}"
    fi
}
# step SENTENCE PATTERN COMMAND...: "STATUS OUTPUT" matches the shell pattern (and errors, if the status isn't 0).
step() {
    local yes=0
    run "${@:3}"
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $(_look) != $2 ]] || yes=1
    _judge "$1" "$2" $yes "${@:3}"
}
# alike SENTENCE COMMAND...: status and output are those under runc.
alike() {
    local said
    run "${@:2}"
    said="$STATUS${OUT:+ $(_same "$OUT")}"
    if [[ $TELLING == aloud && -z ${_runc_said[$1]-} ]]; then
        skip "$1" "runc is not here, to compare with"
    elif [[ $TELLING == aloud && ${_runc_said[$1]} == 12* && $STATUS == 0 ]]; then
        skip "$1" "runc can't do it here"
    else
        _judge "$1" "as under runc (<):"$'\n'"$(diff <(echo "${_runc_said[$1]-$said}") <(echo "$said"))" \
            "$([[ ${_runc_said[$1]-$said} == "$said" ]] && echo 1 || echo 0)" "${@:2}"
    fi
}

# tell STORY
tell() {
    local runtime
    _runc_said=() _runc_failed=()
    if [[ ${BELL_ENGINE_RUNTIME-} ]]; then
        TELLING=alone RUNTIME=$(command -v "$BELL_ENGINE_RUNTIME")
        "$1"
        return
    fi
    if runtime=$(command -v runc); then
        TELLING=aside RUNTIME=$runtime
        "$1"
    fi
    TELLING=aloud RUNTIME=$BELL_BIN/bundle-run
    "$1"
}
