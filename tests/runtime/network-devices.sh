#!/usr/bin/env bash
# tests/runtime/network-devices.sh - network devices of the host, lent to a container. The host is a network namespace of
# the test's own.
source "$(dirname "$0")/bundles.sh"
needs root ip unshare
unshare --net sh -c 'ip link set lo up; echo $$ >host; exec sleep 300' & host=$!
cleanup kill $host
wait_until test -s host
export host
# here COMMAND...: on that host.
here() { nsenter --net="/proc/$host/ns/net" "$@"; }
if ! here ip link add a0 type veth peer name b0 2>err; then skip "all of network-devices.sh" "this kernel makes no veth: $(cat err)"; exit 0; fi
bundle B
# lent NETDEVICES COMMAND...: what the container prints.
lent() {
    change B ".linux.netDevices = $1"
    here "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- "${@:2}" </dev/null
}
here ip link set a0 up
here ip link set b0 up
here ip address add 198.51.100.7/24 dev b0
here ip address add 198.51.100.8/24 dev b0
v6=
here ip address add 2001:db8::7/64 dev b0 nodad 2>/dev/null && v6=$'\n2001:db8::7/64'  # a kernel may have no IPv6
here ip address add 198.51.100.9/32 dev b0 scope link
# A device that comes back is a new one: made again for each container, once the kernel has cleared the last one away.
gone() { ! here ip link show "$1" >/dev/null 2>&1; }
again() {
    wait_until gone a0
    here ip link add a0 type veth peer name b0
    here ip link set a0 up
}
expect_output "it has its new name, is up, and keeps its permanent addresses of global scope" "up
198.51.100.7/24
198.51.100.8/24$v6" lent '{b0: {name: "eth7"}}' sh -c "cat /sys/class/net/eth7/operstate; ip -o address show dev eth7 | awk '\$4 !~ /^fe80/ {print \$4}'"
check "it isn't on the host meanwhile or, being virtual, afterwards" wait_until gone b0
again
expect_output "without a name it keeps its own" b0 lent '{b0: {}}' sh -c 'cd /sys/class/net; echo b*'
again
expect_match "sysctl finds it by its new name" 1 bash -c "$(declare -f lent here change); change B '.linux.sysctl = {\"net.ipv4.conf.eth7.forwarding\": \"1\"}'
    lent '{b0: {name: \"eth7\"}}' cat /proc/sys/net/ipv4/conf/eth7/forwarding"
change B 'del(.linux.sysctl)'

# ---- errors, and the device stays
again
expect_error "a device that isn't there is named" 1 "*netDevices*none0*no such device*" lent '{none0: {}}' true
expect_error "a name that is taken in the container is refused" 1 "*b0*has a lo already*" lent '{b0: {name: "lo"}}' true
check "and the device is where it was" here ip link show b0
here ip address add 198.51.100.7/24 dev b0
expect_error "when another device fails, what was lent comes back" 1 "*none0*" lent '{b0: {name: "eth7"}, none0: {}}' true
expect_match "with its address" "*198.51.100.7/24*" here ip address show dev b0
expect_error "and so it does when the container fails later" 1 "*/no/such*" bash -c "$(declare -f lent here change)
    lent '{b0: {name: \"eth7\"}} | .mounts += [{destination: \"/mnt\", source: \"/no/such\", options: [\"bind\"]}]' true"
expect_match "with its address once more" "*198.51.100.7/24*" here ip address show dev b0
change B '.mounts |= map(select(.source != "/no/such"))'
expect_error "two devices of one name are refused" 1 "*two devices*eth7*" lent '{a0: {name: "eth7"}, b0: {name: "eth7"}}' true
expect_error "a name that is none is refused" 1 "*can't name a network device*" lent '{b0: {name: "a/b"}}' true
change B 'del(.linux.netDevices)'
expect_error "without a network namespace it is refused" 1 "*netDevices*network namespace*" changed B '.linux.netDevices = {lo: {}} | .linux.namespaces |= map(select(.type != "network"))' true
check "nothing is left" nothing_left
