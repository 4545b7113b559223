#!/usr/bin/env bash
# tests/runtime/systemd.sh - --systemd-cgroup against a stand-in for systemd on a private bus: what it is asked, and what comes of
# it when it doesn't answer, fails or isn't there. A real systemd is asked in tests/lab/systemd.sh.
source "$(dirname "$0")/../harness.sh"
needs busybox
bundle() {
    rootfs R/rootfs
    bundle-run spec --bare | ns-enter --new pid,mount | cgroup-setter --pids 20 --memory 64M | bind-mounter --proc /proc >R/config.json
}
bundle
runtime() { timeout 60 bundle-run --root "$WORK/state" --systemd-cgroup "$@" </dev/null; }
no_bus() { DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORK/nothing runtime "$@"; }

# ---- without systemd
with "$BELL_BIN/bundle-run-systemd root" expect_error "no systemd here: the error says so, and what to do instead" 1 \
    "*systemd isn't running here: connect to the system bus: No such file*hint:*cgroupfs*" no_bus run --bundle R "$UNIQUE"
expect_error "the helper is missing: the error names it" 1 "*helper is missing: *nowhere: No such file*hint:*libsystemd-dev*" \
    runtime --systemd-helper "$WORK/nowhere" run --bundle R "$UNIQUE"
mkdir alone && cp "$BELL_BIN/bundle-run" alone/
expect_error "so also where it would be looked for" 1 "*helper is missing: bundle-run-systemd is neither beside*" \
    alone/bundle-run --root "$WORK/state" --systemd-cgroup run --bundle R "$UNIQUE"
expect_output "and nothing is left of these" "" bundle-run --root "$WORK/state" list --quiet
with "$BELL_BIN/bundle-run-systemd" expect_error "the helper is nothing to be run by hand" 125 "*is started by*" bundle-run-systemd --system

# ---- the stand-in
needs root dbus-daemon "$BELL_BIN/bundle-run-systemd"
/usr/bin/python3 -c 'import dbus, gi' 2>/dev/null || { skip "the rest of $(basename "$0")" "python3-dbus or python3-gi is not here"; exit 0; }
exec {address}< <(exec dbus-daemon --session --nofork --nopidfile --print-address=1 2>/dev/null)
daemon=$!
cleanup kill $daemon
read -r DBUS_SYSTEM_BUS_ADDRESS <&"$address"
export DBUS_SYSTEM_BUS_ADDRESS
echo good >mode
"$TOP/tests/runtime/systemd-stand-in" "$WORK" "/$UNIQUE" >stand-in.log 2>&1 &
cleanup kill $!
clean_groups() { find /sys/fs/cgroup -depth -type d -path "*/$UNIQUE*" -exec rmdir {} +; }
cleanup clean_groups
wait_until dbus-send --bus="$DBUS_SYSTEM_BUS_ADDRESS" --print-reply --dest=org.freedesktop.systemd1 /org/freedesktop/systemd1 \
    org.freedesktop.systemd1.Manager.Subscribe >/dev/null 2>&1

# Its mode, and an empty list of what it was asked.
mode() { echo "$1" >mode; : >asked; }
asked() { tr ' ' '\n' <asked | grep "$@" | tr '\n' ' '; }
scope=bundle-run-$UNIQUE.scope

mode good
expect_match "stand-in: a container is where systemd has put it" "*:/$UNIQUE/system.slice/$scope*" \
    runtime run --bundle R "$UNIQUE" -- /bin/cat /proc/self/cgroup
expect_match "stand-in: it is asked for a delegated scope around init, with the limits" \
    "*CollectMode=inactive-or-failed*DefaultDependencies=false*Slice=system.slice*Delegate=true*PIDs=[1-9]*TasksMax=20*" cat asked
with cgroup1 expect_match "stand-in: by version 1's names on this host" "*MemoryLimit=67108864*" asked MemoryLimit
expect_output "stand-in: and stopped and forgotten afterwards" "stop $scope
reset $scope" grep -v ^start asked
expect_output "stand-in: nothing is left of the groups" "" find /sys/fs/cgroup -name "$scope"

for how in "failed the job ended as 'failed'" "silent the job has not ended in time" "mute *imed out" \
    "elsewhere but the container isn't in" "refuse systemd: start*no*hint: only root"; do
    mode "${how%% *}"
    SYSTEMD_BUS_TIMEOUT=2 expect_error "stand-in, ${how%% *}: the error says so" 1 "*${how#* }*" runtime create --bundle R "$UNIQUE"
    mode good
    expect_output "stand-in, ${how%% *}: nothing is left" "" bundle-run --root "$WORK/state" list --quiet
    expect_output "stand-in, ${how%% *}: nor a group" "" find /sys/fs/cgroup -name "$scope"
done
mode exists
check "stand-in: a failed unit of that name is cleared away" runtime run --bundle R "$UNIQUE" -- /bin/true

# ---- what may be asked of it
mode good
jq '.annotations = {"org.systemd.property.TimeoutStopSec": "uint64 7"} | .linux.cgroupsPath = "a-b.slice:web:one"' R/config.json >new
cp new R/config.json
check "stand-in: an annotation and a cgroupsPath" runtime run --bundle R "$UNIQUE" -- /bin/true
expect_match "stand-in: come to the bus" "*Slice=a-b.slice*TimeoutStopUSec=7000000*" asked -e Slice= -e Timeout
jq '.annotations = {"org.systemd.property.Wants": "[\"debug-shell.service\"]"}' new >R/config.json
mode good
expect_error "an annotation that would start something of the host's is refused" 1 "*not a property that an annotation may set*" \
    runtime run --bundle R "$UNIQUE"
jq '.annotations = {"org.systemd.property.DeviceAllow": "[(\"/dev/sda\", \"rw\")]"}' new >R/config.json
expect_error "and one that would allow something" 1 "*not a property that an annotation may set*" runtime run --bundle R "$UNIQUE"
jq '.linux.cgroupsPath = "/a/b"' new >R/config.json
expect_error "a cgroupsPath of the other form is refused in runc's words" 1 '*expected cgroupsPath to be of format "slice:prefix:name"*' \
    runtime run --bundle R "$UNIQUE"
expect_output "stand-in: it was asked for none of these" "" cat asked

# ---- other limits while it runs
cp new R/config.json
mode good
runtime create --bundle R "$UNIQUE" >/dev/null
check "stand-in: update" runtime update --pids-limit 7 "$UNIQUE"
expect_match "stand-in: systemd is told, which would set the old limit back at its next reload" "*set web-one.scope*TasksMax=7*" cat asked
expect_output "stand-in: and the kernel" 7 bash -c 'cat $(find /sys/fs/cgroup -path "*web-one.scope/pids.max")'
runtime delete --force "$UNIQUE"

# ---- the runtime is killed while systemd works
cp new R/config.json
mode silent
bundle-run --root "$WORK/state" --systemd-cgroup create --bundle R "$UNIQUE" </dev/null >/dev/null 2>&1 &
wait_until grep -q ^start asked
kill -KILL $!
wait $! 2>/dev/null
mode good
check "stand-in: the runtime was killed meanwhile: delete --force clears up" runtime delete --force "$UNIQUE"
expect_output "stand-in: it had the unit on record" "stop web-one.scope
reset web-one.scope" cat asked
