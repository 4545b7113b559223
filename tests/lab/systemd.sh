#!/usr/bin/env bash
# tests/lab/systemd.sh - bundle-run --systemd-cgroup under a real systemd: process 1 of a pid namespace in the lab, with cgroup
# v2 and an ordinary user's own systemd, and once more with the hybrid layout. A boot each.
#
# What the pure functions do is in tests/unit/cgroup_systemd_test.cpp; what systemd does when it is broken, which a real one
# isn't, in tests/runtime/systemd.sh.
if [[ ${1-} != inside && ${1-} != checks ]]; then
    source "$(dirname "$0")/../harness.sh"
    needs linux.uml busybox jq python3 systemctl dbus-daemon
    systemd=/lib/systemd/systemd
    [[ -x $systemd ]] || { skip "all of $(basename "$0")" "systemd is not installed"; exit 0; }
    [[ -x $BELL_BIN/bundle-run-systemd ]] || { skip "all of $(basename "$0")" "built without libsystemd-dev"; exit 0; }
    for layout in v2 hybrid; do
        if [[ $layout == v2 ]]; then limit=110; else limit=65; fi
        "$TOP/scripts/lab" --timeout "$limit" -- bash "$TOP/tests/lab/systemd.sh" inside $layout "$BELL_BIN" \
            </dev/null >said 2>errors
        status=$?
        relay cat said
        if grep -q 'came to their end$' said; then
            continue
        elif ((status == 124)); then
            skip "the rest under systemd with $layout" "this machine is too slow today: the lab's time was over"
        elif grep -q '^ok\|^not ok' said; then
            _not_ok "the lab with systemd and $layout runs to its end" "status $status" "$(<errors)"
        else
            skip "all under systemd with $layout" "$(tail -n 1 errors)"
        fi
    done
    exit 0
fi

# ---- inside, as process 1's child: few units, so that it is up in seconds, and none of the machine's own
if [[ $1 == inside ]]; then
    layout=$2 bin=$3 units=/run/bell-units
    mkdir -p $units /run/systemd/transient
    for unit in dbus.service dbus.socket basic.target sysinit.target sockets.target shutdown.target exit.target \
        systemd-exit.service; do
        ln -s /lib/systemd/system/$unit $units/
    done
    cat >$units/bell.target <<END
[Unit]
Requires=dbus.socket bell-test.service
END
    cat >$units/bell-test.service <<END
[Unit]
Requires=dbus.socket
After=dbus.socket
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash $0 checks $layout $bin
StandardOutput=file:/run/said
StandardError=file:/run/said
END
    # As systemd's own, but without PAM and logind: the checks make the user and the directory.
    cat >$units/user@.service <<END
[Service]
User=%i
Type=notify
Slice=user-%i.slice
Environment=XDG_RUNTIME_DIR=/run/user/%i HOME=/home/lab
ExecStart=/lib/systemd/systemd --user
Delegate=pids memory cpu
END
    echo 0123456789abcdef0123456789abcdef >/etc/machine-id
    arguments=(--unit=bell.target --show-status=no)
    if [[ $layout == hybrid ]]; then
        arguments+=(systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=0)
        echo "-cpu -io -memory -pids" >/sys/fs/cgroup/cgroup.subtree_control    # else v1 can't have them
        umount /sys/fs/cgroup
        mount -t tmpfs none /sys/fs/cgroup
    fi
    mkfifo /run/said
    cat /run/said &
    container=lab SYSTEMD_UNIT_PATH=/run/systemd/transient:$units SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=warning \
        unshare --pid --fork --mount --mount-proc /lib/systemd/systemd "${arguments[@]}" >&2
    wait    # for the last of it
    exit 0
fi

# ---- the checks, in a service. fork(2) is slow here: the shell does what it can by itself.
layout=$2 bin=$3
PATH=$bin:$PATH
export PATH
real="systemd $(systemctl --version | { read -r _ version _; echo "$version"; }), $layout"
is() {
    # shellcheck disable=SC2053 # a pattern is wanted
    if [[ $3 == $2 ]]; then echo "ok - $real: $1"; else printf 'not ok - %s\n    wanted: %s\n    got: %s\n' "$real: $1" "$2" "$3"; fi
}
# said COMMAND...: what it says. By way of a file: a container that is created would hold a pipe open. One that hangs would take
# the rest with it.
said() { timeout 40 "$@" </dev/null >/tmp/t/out 2>&1; cat /tmp/t/out; }
runtime() { said bundle-run --systemd-cgroup "$@"; }
shown() { systemctl show "$@" | sort | tr '\n' ' '; }
# values GROUP FILE...: of the first hierarchy that has it
values() {
    local file path value
    for file in "${@:2}"; do
        for path in /sys/fs/cgroup/"$1"/"$file" /sys/fs/cgroup/*/"$1"/"$file"; do
            [[ -e $path ]] && { read -r value <"$path"; echo -n "$value;"; break; }
        done
    done
}
left() { find /sys/fs/cgroup -type d -name '*box*'; systemctl list-units --all --plain --no-legend '*box*'; }
# bundle DIR CONFIG-FILTER...: what comes out of the filter is its config.json
bundle() {
    mkdir -p "$1"/rootfs/{bin,proc} && cp "$(type -P busybox)" "$1"/rootfs/bin/ && ln -s busybox "$1"/rootfs/bin/sh
    "${@:2}" >"$1"/config.json
}
limited() { ns-enter --new "$1" | cgroup-setter --pids 20 --memory 64M --cpus 0.505 | bind-mounter --proc /proc; }
plain() { bundle-run spec --bare | limited pid,mount | cgroup-setter --device-deny a --device-allow 'c 1:3 rwm'; }
edit() { jq "$2" "$1"/config.json >"$1"/new && mv "$1"/new "$1"/config.json; }

mkdir -p /tmp/t && cd /tmp/t || exit 1
bundle demo plain
scope=system.slice/bundle-run-box.scope

is "a container is in a scope named after it" "*:/$scope" "$(runtime run --bundle demo box -- /bin/busybox tail -n 1 /proc/self/cgroup)"
is "and nothing of it is left" "" "$(left)"
is "create" "" "$(runtime create --bundle demo box -- /bin/busybox sleep 1000)"
if [[ $layout == v2 ]]; then
    is "systemd knows its limits" "CPUQuotaPerSecUSec=510ms CollectMode=inactive-or-failed Delegate=yes Description=bundle-run container box MemoryMax=67108864 Slice=system.slice TasksMax=20 " \
        "$(shown -p MemoryMax -p TasksMax -p CPUQuotaPerSecUSec -p Delegate -p Description -p Slice -p CollectMode bundle-run-box.scope)"
    limits=(pids.max memory.max cpu.max)
    wanted="20;67108864;50500 100000;"
else
    is "systemd knows its limits" "CPUQuotaPerSecUSec=510ms Delegate=yes DevicePolicy=strict MemoryLimit=67108864 TasksMax=20 " \
        "$(shown -p MemoryLimit -p TasksMax -p CPUQuotaPerSecUSec -p Delegate -p DevicePolicy bundle-run-box.scope)"
    limits=(pids.max memory.limit_in_bytes cpu.cfs_quota_us)
    wanted="20;67108864;50500;"
    is "it is in its group in every hierarchy" "" "$(pid=$(bundle-run state box | jq .pid); grep -v ":/$scope\$" "/proc/$pid/cgroup")"
    devices=$(sort "/sys/fs/cgroup/devices/$scope/devices.list")
    is "and has its own list of devices" "*c 1:3 rwm*" "$devices"
fi
is "the kernel has them exactly" "$wanted" "$(values $scope "${limits[@]}")"
systemctl daemon-reload
wanted=${wanted/50500/5[01]?00}    # systemd writes what it knows, in whole percents
is "systemd's reload leaves them as they were" "$wanted" "$(values $scope "${limits[@]}")"
[[ $layout == v2 ]] || is "and the devices" "$devices" "$(sort "/sys/fs/cgroup/devices/$scope/devices.list")"
is "start" "" "$(runtime start box)"
is "exec joins it" "*:/$scope" "$(runtime exec box /bin/busybox tail -n 1 /proc/self/cgroup)"
is "delete --force" "" "$(runtime delete --force box)"
is "and nothing of it is left, failed units included" "" "$(left)"

edit demo '.linux.cgroupsPath = "bell-test.slice:web:box"'
is "cgroupsPath: slice, prefix and name" "*:/bell.slice/bell-test.slice/web-box.scope" \
    "$(runtime run --bundle demo box -- /bin/busybox tail -n 1 /proc/self/cgroup)"
edit demo '.linux.cgroupsPath = "bell-test.slice:web:bell-test-box.slice"'
is "cgroupsPath: a slice of its own" "*:/bell.slice/bell-test.slice/bell-test-box.slice" \
    "$(runtime run --bundle demo box -- /bin/busybox tail -n 1 /proc/self/cgroup)"
is "and that is gone, too" "" "$(left)"

edit demo '.linux.cgroupsPath = "" | .annotations = {"org.systemd.property.TimeoutStopSec": "uint64 7"}'
runtime create --bundle demo box -- /bin/busybox true
is "an annotation sets a property" "TimeoutStopUSec=7s " "$(shown -p TimeoutStopUSec bundle-run-box.scope)"
is "the same id again is refused" "*already exists*" "$(runtime create --bundle demo box -- /bin/busybox true)"
is "delete" "" "$(runtime delete box)"
edit demo 'del(.annotations)'

# The runtime is killed at its worst: init runs, the scope is there, the state says "creating".
edit demo '.hooks.prestart = [{"path": "/bin/sh", "args": ["sh", "-c", "echo $PPID >/tmp/t/runtime; exec sleep 1000"]}]'
bundle-run --systemd-cgroup create --bundle demo box -- /bin/busybox true </dev/null >/dev/null 2>&1 &
for ((i = 0; i < 100; ++i)); do [[ -s runtime ]] && break; sleep 0.2; done
{ kill -KILL "$(<runtime)"; wait; } 2>/dev/null
is "a runtime that was killed: delete --force clears up" "" "$(runtime delete --force box; left)"
edit demo 'del(.hooks)'

if [[ $layout == v2 ]]; then
    # ---- an ordinary user with a systemd of its own
    grep -q '^[^:]*:[^:]*:1000:' /etc/passwd || echo "lab:x:1000:1000::/home/lab:/bin/bash" >>/etc/passwd
    grep -q '^[^:]*:[^:]*:1000:' /etc/group || echo "lab:x:1000:" >>/etc/group
    mkdir -p /home/lab && chown 1000:1000 /home/lab
    user() { setpriv --reuid 1000 --regid 1000 --clear-groups env XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
    mkdir -p /run/user/1000 && chown 1000:1000 /run/user/1000
    bundle_of_user() { bundle-run spec --bare | user ns-enter --new user,pid,mount | cgroup-setter --pids 20 --memory 64M | bind-mounter --proc /proc; }
    bundle mine bundle_of_user
    chown -R 1000:1000 mine    # the container's /dev is made in its root: that has to be its own
    # as_user ARGUMENTS...: as a login would be, below user@1000.service
    as_user() { runtime_as systemd-run --quiet --user --scope bundle-run --systemd-cgroup "$@"; }
    runtime_as() { said setpriv --reuid 1000 --regid 1000 --clear-groups env XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
    is "rootless, without a systemd of the user's: the error says what to do" "*no systemd of this user's runs here*hint: log in*" \
        "$(runtime_as bundle-run --systemd-cgroup run --bundle mine box -- /bin/busybox true)"
    systemctl start user@1000.service
    own=user.slice/user-1000.slice/user@1000.service/user.slice/bundle-run-box.scope
    is "rootless: a scope of the user's own systemd" "0::/$own" "$(as_user run --bundle mine box -- /bin/busybox cat /proc/self/cgroup)"
    is "rootless: also from a group that isn't the user's" "0::/$own" \
        "$(runtime_as bundle-run --systemd-cgroup run --bundle mine box -- /bin/busybox cat /proc/self/cgroup)"
    is "rootless: create" "" "$(as_user create --bundle mine box -- /bin/busybox sleep 1000)"
    is "rootless: the limits are in the kernel" "20;67108864;" "$(values $own pids.max memory.max)"
    is "rootless: start and exec" "0::/$own" "$(as_user start box && as_user exec box /bin/busybox cat /proc/self/cgroup)"
    is "rootless: delete --force, and nothing is left" "" "$(as_user delete --force box; left)"
    edit mine '.linux.resources.blockIO = {"weight": 100}'
    is "rootless: a controller that isn't delegated is an error" "*limits of io are asked for*Delegate=*" \
        "$(as_user run --bundle mine box -- /bin/busybox true)"
    is "rootless: which leaves nothing" "" "$(left)"
    systemctl stop user@1000.service
fi
echo "ok - $real: the checks came to their end"
