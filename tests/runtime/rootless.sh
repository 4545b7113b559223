#!/usr/bin/env bash
# tests/runtime/rootless.sh - an ordinary user's containers: a user namespace, no power outside, no cgroup by default.
source "$(dirname "$0")/bundles.sh"
needs userns
bundle B --rootless
change B 'del(.linux.cgroupsPath)'
mkdir user-bundle && mv B user-bundle/ && cp -r user-bundle/B/config.json plain.json
[[ $EUID != 0 ]] || { as_user true; chown -R "$BELL_TEST_USER" user-bundle; jq --argjson id "$(id -u "$BELL_TEST_USER")" '.linux.uidMappings[0].hostID = $id' plain.json >user-bundle/B/config.json; gid=$(as_user id -g); jq --argjson id "$gid" '.linux.gidMappings[0].hostID = $id' user-bundle/B/config.json >plain.json; cp plain.json user-bundle/B/config.json; }
mine() { as_user timeout -k 2 20 bundle-run --root "/tmp/$UNIQUE-states" "$@"; }
cleanup rm -rf "/tmp/$UNIQUE-states"
cleanup as_user bundle-run --root "/tmp/$UNIQUE-states" delete --force --all
here=user-bundle/B
with_change() { jq "$1" plain.json >changed.json; mine run --config "$WORK/changed.json" --bundle $here "$UNIQUE" -- "${@:2}"; local s=$?; return $s; }
no_rest() { [[ -z $(ls -A "/tmp/$UNIQUE-states" 2>/dev/null) ]]; }

expect_output "it is root inside" "0 0" mine run --bundle $here "$UNIQUE" -- sh -c 'echo $(id -u) $(id -g)'
expect_output "and nobody else: one id is mapped, to the user's own" "0 $(as_user id -u) 1" mine run --bundle $here "$UNIQUE" -- sh -c 'echo $(cat /proc/self/uid_map)'
mine run --bundle $here "$UNIQUE" -- touch /tmp/mine >/dev/null 2>&1
expect_output "so do its files" "$(as_user id -u)" stat -c %u $here/rootfs/tmp/mine
if as_user test -w /sys/fs/cgroup; then
    skip "without a cgroup of one's own a warning says so" "this user may write cgroups"
else
    mine run --bundle $here "$UNIQUE" -- true 2>err
    expect_match "without a cgroup of one's own a warning says so, with the way to one" "*warning*without a cgroup*systemd-run*" cat err
    expect_error "with --strict that is an error" 1 "*without a cgroup*" mine --strict run --bundle $here "$UNIQUE" -- true
    expect_error "a limit that is asked for is never left out" 1 "*limits are asked for*" with_change '.linux.resources.pids = {limit: 20}' true
fi
expect_output "devices are the host's, bound" "1:3 1:9" mine run --bundle $here "$UNIQUE" -- sh -c 'echo $(stat -c %t:%T /dev/null /dev/urandom)'
expect_output "/dev/null swallows what is written" ok mine run --bundle $here "$UNIQUE" -- sh -c 'echo x >/dev/null && echo ok'
expect_output "masked paths stay masked" 0 mine run --bundle $here "$UNIQUE" -- sh -c 'cat /proc/keys | wc -c'
expect_output "/proc/sys can't be written" 1 mine run --bundle $here "$UNIQUE" -- sh -c 'echo x 2>/dev/null >/proc/sys/kernel/hostname; echo $?'
expect_output "it can't mount the machine's disk" 1 with_change '.process.capabilities.bounding += ["CAP_SYS_ADMIN"]' sh -c 'mknod /tmp/disk b 8 0 2>/dev/null; echo $?'
if have root; then
    cp -a $here others && chown root others/rootfs && rm -rf others/rootfs/dev
    expect_error "a root file system that isn't the user's has to have all mount points" 1 "*mkdir *rootfs/dev: Permission denied*hint: *make it there*" \
        mine run --bundle others "$UNIQUE" -- true
fi
expect_error "an id map that isn't the user's is refused" 1 "*" with_change '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]' true
check "create works, too" mine create --bundle $here --pid-file "$WORK/user/pid" "$UNIQUE" -- sleep 60 </dev/null
expect_output "its state is seen" created bash -c "$(declare -f as_user mine _need_user); _user_bin=$_user_bin BELL_TEST_USER=${BELL_TEST_USER-}; mine state $UNIQUE | jq -r .status"
expect_output "its process is the user's" "$(as_user id -u)" stat -c %u "/proc/$(cat user/pid)"
check "start" mine start "$UNIQUE"
expect_output "ps knows its process, also without a cgroup" "[$(cat user/pid)]" mine ps --format json "$UNIQUE"
if as_user test -w /sys/fs/cgroup; then
    skip "without a cgroup nothing can be paused" "this user may write cgroups"
else
    expect_error "without a cgroup nothing can be paused" 1 "*pause*there is no cgroup*" mine pause "$UNIQUE"
fi
check "kill" mine kill "$UNIQUE" KILL
check "delete" mine delete --force "$UNIQUE"
check "no process is left" test ! -e "/proc/$(cat user/pid)"
install -d -m 0755 "$STATES.root"
expect_error "another user's containers aren't yours to see" 1 "*is not yours alone*" as_user bundle-run --root "$STATES.root" list
check "at the end nothing is left" no_rest
