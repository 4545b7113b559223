#!/usr/bin/env bash
# tests/runtime/config.sh - what a config.json says is what the program gets, field by field.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
# field SENTENCE TEXT FILTER COMMAND...: with that change the container prints this.
field() { expect_output "$1" "$2" changed B "$3" "${@:4}"; }
# broken SENTENCE PATTERN FILTER: with that change it is refused so.
broken() { expect_error "$1" 1 "$2" changed B "$3" true; }

# ---- names, root, process
field "hostname is its own" sea '.hostname = "sea"' hostname
expect_output "and not the machine's" "$(cat /proc/sys/kernel/hostname)" hostname
field "domainname is its own" deep '.domainname = "deep"' cat /proc/sys/kernel/domainname
field "a root that is read-only can't be written" "1" '.root.readonly = true' sh -c 'touch /x 2>/dev/null; echo $?'
field "the working directory is /process/cwd" /tmp '.process.cwd = "/tmp"' pwd
field "a working directory that isn't there is made, even in a root that is read-only" "/made/for/it" '.process.cwd = "/made/for/it" | .root.readonly = true' pwd
field "the environment is the config's, and HOME" "A=b
PATH=/bin
HOME=/root" '.process.env = ["A=b", "PATH=/bin"] | .process.args = ["env"]' env
field "a HOME that is given stays" /x '.process.env += ["HOME=/x"]' sh -c 'echo $HOME'
echo 'seven:x:7:8::/home/seven:/bin/sh' >>B/rootfs/etc/passwd
field "user, group and further groups are the config's" "uid=7(seven) gid=8 groups=9,10" \
    '.process.user = {uid: 7, gid: 8, additionalGids: [9, 10]}' id
field "HOME is that user's" /home/seven '.process.user = {uid: 7, gid: 8}' sh -c 'echo $HOME'
field "umask is the config's" 0027 '.process.user.umask = 23' sh -c umask
field "rlimits are the config's" "77 99" '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 99}]' sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
field "oomScoreAdj is the config's" 77 '.process.oomScoreAdj = 77' cat /proc/self/oom_score_adj
field "noNewPrivileges is set" 1 '.process.noNewPrivileges = true' awk '/^NoNewPrivs/ {print $2}' /proc/self/status
field "and not, where it isn't asked for" 0 '.process.noNewPrivileges = false' awk '/^NoNewPrivs/ {print $2}' /proc/self/status
caps="awk '/^Cap/ {printf \"%s \", \$2}' /proc/self/status"
field "capabilities are the config's, in all five sets" "0000000000000400 0000000000000420 0000000000000420 0000000000000420 0000000000000400 " \
    '.process.capabilities = {bounding: ["CAP_KILL","CAP_NET_BIND_SERVICE"], effective: ["CAP_KILL","CAP_NET_BIND_SERVICE"],
      permitted: ["CAP_KILL","CAP_NET_BIND_SERVICE"], inheritable: ["CAP_NET_BIND_SERVICE"], ambient: ["CAP_NET_BIND_SERVICE"]}' sh -c "$caps"
field "a config without capabilities gives none" "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 " \
    'del(.process.capabilities)' sh -c "$caps"
field "an ordinary user with ambient powers keeps them over exec" 0000000000000400 \
    '.process.user = {uid: 7, gid: 7} | .process.capabilities |= with_entries(.value = ["CAP_NET_BIND_SERVICE"]) |
     .process.capabilities += {inheritable: ["CAP_NET_BIND_SERVICE"], ambient: ["CAP_NET_BIND_SERVICE"]}' awk '/^CapEff/ {print $2}' /proc/self/status
field "seccomp denies a call with the errno it names" "2 1" \
    '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}' \
    sh -c 'mkdir /tmp/seccomp 2>&1 | grep -q "Permission denied" && echo $(awk "/^Seccomp:/ {print \$2}" /proc/self/status) $(awk "/^Seccomp_filters:/ {print \$2}" /proc/self/status)'

# ---- files
mkdir -p src/deep && echo content >src/file
mount_of() { jq -cn --arg d "$1" --arg s "$2" '{destination: $d, type: "bind", source: $s, options: $ARGS.positional}' --args -- "${@:3}"; }
field "a bind mount shows the source, its mount point made" content ".mounts += [$(mount_of /a/new/place "$WORK/src" rbind)]" cat /a/new/place/file
field "a file may be bound on a file that isn't there" content ".mounts += [$(mount_of /etc/made "$WORK/src/file" bind)]" cat /etc/made
field "ro makes it read-only" 1 ".mounts += [$(mount_of /mnt "$WORK/src" rbind ro)]" sh -c 'touch /mnt/x 2>/dev/null; echo $?'
ln -s ../run/there/resolv.conf B/rootfs/etc/resolv.conf
field "a file is bound where a dangling symlink of the rootfs leads, inside of it" content \
    ".mounts += [$(mount_of /etc/resolv.conf "$WORK/src/file" bind)]" cat /run/there/resolv.conf
deep() { unshare -m bash -c 'mount -t tmpfs tmpfs src/deep; . "$1"; shift; "$@"' - <(declare -f box br change changed) "$@"; }
expect_output "ro leaves a mount below it writable, rro doesn't" "0 1" bash -c "$(declare -f deep box br change changed mount_of)
    echo \$(deep changed B '.mounts += [$(mount_of /mnt "$WORK/src" rbind ro)]' sh -c 'touch /mnt/deep/x 2>/dev/null; echo \$?') \
         \$(deep changed B '.mounts += [$(mount_of /mnt "$WORK/src" rbind rro)]' sh -c 'touch /mnt/deep/x 2>/dev/null; echo \$?')"
field "a tmpfs has the size that is asked for" 64 '.mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["size=64k"]}]' \
    sh -c 'df -k /mnt | awk "END {print \$2}"'
mkdir -m 0700 B/rootfs/mode
field "and the mode of the directory it covers" "700 1777" '.mounts += [{destination: "/mode", type: "tmpfs", source: "tmpfs"}, {destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777"]}]' \
    sh -c 'echo $(stat -c %a /mode /tmp)'
mkdir -p B/rootfs/kept && echo kept >B/rootfs/kept/file
field "tmpcopyup starts it with what the rootfs has there" kept \
    '.mounts += [{destination: "/kept", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]}]' sh -c 'cat /kept/file; echo changed >/kept/file'
expect_output "and what is written there stays there" kept cat B/rootfs/kept/file
mkdir -p low up work && echo low >low/f
with overlay field "an overlay lays one directory over another" low \
    ".mounts += [{destination: \"/mnt\", type: \"overlay\", source: \"overlay\", options: [\"lowerdir=$WORK/low\",\"upperdir=$WORK/up\",\"workdir=$WORK/work\"]}]" cat /mnt/f
chown 7:7 src/file
with idmap field "an id-mapped bind shows the mapped owner" 1007 ".mounts += [$(mount_of /mnt "$WORK/src" rbind) + {uidMappings: [{containerID: 0, hostID: 1000, size: 100}], gidMappings: [{containerID: 0, hostID: 1000, size: 100}]}]" \
    stat -c %u /mnt/file
field "masked files are empty and masked directories, too" "0 0" '.linux.maskedPaths = ["/marker", "/etc"]' sh -c 'echo $(wc -c </marker) $(ls /etc | wc -l)'
field "a masked path that isn't there is no matter" ok '.linux.maskedPaths = ["/none/such"]' echo ok
field "read-only paths can't be written" "1 0" '.linux.readonlyPaths = ["/tmp"]' sh -c 'touch /tmp/x 2>/dev/null; echo $? $(touch /root/x; echo $?)'
field "the usual devices are there" "1:3 1:5 1:7 1:8 1:9 5:0" . sh -c 'cd /dev; echo $(stat -c %t:%T null zero full random urandom tty)'
field "a device has its number, mode and owner" "a:e5 640 7 8" '.linux.devices = [{path: "/dev/box/fuse", type: "c", major: 10, minor: 229, fileMode: 416, uid: 7, gid: 8}]' \
    stat -c '%t:%T %a %u %g' /dev/box/fuse

# ---- namespaces
field "sysctl of its own namespaces" "77 1" '.linux.sysctl = {"kernel.msgmax": "77", "net.ipv4.ip_forward": "1"}' \
    sh -c 'echo $(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)'
unshare --uts --ipc sh -c 'hostname joined; echo $$ >joined; exec sleep 60' & joined=$!
wait_until test -s joined
field "a namespace is joined by its path" joined ".linux.namespaces |= map(if .type == \"uts\" then .path = \"/proc/$(cat joined)/ns/uts\" else . end) | del(.hostname)" hostname
kill $joined; wait $joined 2>/dev/null
field "a user namespace has its mapping, and its root is none outside" "0 100000 65536 0" \
    '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' \
    sh -c 'echo $(cat /proc/self/uid_map) $(id -u)'
with timens field "the clocks of a time namespace are shifted" yes \
    '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 864000, nanosecs: 0}}' \
    sh -c 'awk "{exit \$1 < 864000}" /proc/uptime && echo yes'
check "nothing is left so far" nothing_left

# ---- limits
field "pids.limit stops a fork" stopped '.linux.resources.pids = {limit: 3}' \
    sh -c '(sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait) 2>&1 | grep -q "can.t fork" && echo stopped'
expect_status "a program above its memory limit is ended by SIGKILL" 137 changed B '.linux.resources.memory = {limit: 8388608, swap: 8388608}' \
    sh -c 'exec awk "BEGIN {x = \"0123456789abcdef\"; while (1) x = x x}"'
with cpuset broken "a limit that the kernel refuses is an error" "*cpuset.cpus*" '.linux.resources.cpu = {cpus: "999"}'
check "and leaves no cgroup behind" nothing_left
field "the cgroup is the top of what the program sees" / . sh -c 'cut -d: -f3 /proc/self/cgroup | sort -u'

# ---- errors
broken "a wrong type is named by its place" "*/linux/resources/pids/limit*" '.linux.resources.pids = {limit: "64"}'
broken "an unknown namespace gets the nearest word" "*netwrok*network*" '.linux.namespaces += [{type: "netwrok"}]'
broken "a namespace that is named twice is refused" "*pid*" '.linux.namespaces += [{type: "pid"}]'
broken "no mount namespace, no container" "*mount namespace*" '.linux.namespaces |= map(select(.type != "mount"))'
broken "a hostname without a uts namespace is refused" "*/hostname*uts*" '.linux.namespaces |= map(select(.type != "uts"))'
changed B '.process.capabilities.bounding = ["CAP_KIL"]' true 2>err
expect_match "an unknown capability is left out with a warning, as the specification says" "*warning*CAP_KIL*did you mean*" cat err
broken "an unknown rlimit is refused" "*RLIMIT_NOFIL*" '.process.rlimits = [{type: "RLIMIT_NOFIL", soft: 1, hard: 1}]'
broken "a typing mistake in a bind option is not ignored" "*unknown option*nosiud*nosuid*" ".mounts += [$(mount_of /mnt "$WORK/src" rbind nosiud)]"
broken "a source that isn't there is named" "*/no/such*No such file*" ".mounts += [$(mount_of /mnt /no/such rbind)]"
broken "a relative cwd is refused" "*/process/cwd*absolute*" '.process.cwd = "tmp"'
broken "a cwd that is a file is named" "*/marker*Not a directory*" '.process.cwd = "/marker"'
broken "no rootfs is told, with the way to one" "*nowhere*No such file*layer-unpack*" '.root.path = "nowhere"'
broken "version 2 isn't understood" "*/ociVersion*2.0.0*" '.ociVersion = "2.0.0"'
expect_error "no bundle is told" 1 "*nowhere*" br run --bundle nowhere "$BOX" -- true
mkdir empty
expect_error "a bundle without config is told, with the way to one" 1 "*config.json*No such file*bundle-run spec*" br run --bundle empty "$BOX" -- true
cp B/config.json whole && printf '{"ociVersion": "1.0.2",\n  "root": ]\n}' >B/config.json
expect_error "JSON that is none is named by its line" 1 "*B/config.json*2*" box B run -- true
mv whole B/config.json
touch B/rootfs/bin/plain
expect_output "zeros are docker's way to say that nothing is limited" none changed B '.linux.resources = {cpu: {shares: 0, quota: 0}, blockIO: {weight: 0}}' echo none
expect_error "create finds out that a program isn't there, in the words that engines know" 1 "*nothing*executable file not found in \$PATH*" box B create -- nothing
expect_error "and that a program isn't executable" 1 "*/bin/plain*permission denied*" box B create -- /bin/plain
expect_error "or is a directory" 1 "*/bin*permission denied*is a directory*" box B create -- /bin
change B '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1, hard: 9000000000000}]'
expect_error "and that a limit is more than the kernel allows" 1 "*nofile*9000000000000*Operation not permitted*" box B create -- true
change B 'del(.process.rlimits)'
check "errors leave nothing behind" nothing_left
