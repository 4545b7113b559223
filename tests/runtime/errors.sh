#!/usr/bin/env bash
# tests/runtime/errors.sh - errors people can act on: what failed, which part of it, why, and what would help. Each one is
# said by exactly these words to a user who asked in another runtime's issue tracker and didn't get them.
source "$(dirname "$0")/bundles.sh"
needs root python3
bundle B
broken() { expect_error "$1" 1 "$2" changed B "$3" "${@:4}"; }
bind() { jq -cn --arg d "$1" --arg s "$2" '[{destination: $d, type: "bind", source: $s, options: (["bind"] + $ARGS.positional)}]' --args -- "${@:3}"; }

# ---- the program. runc's words (in lower case) are those by which docker and podman tell 127 from 126.
expect_error "a program that isn't in PATH" 1 "*nothing: executable file not found in \$PATH*looked in*" box B run -- nothing
expect_error "a path that isn't there" 1 "*/bin/nothing: no such file or directory*" box B run -- /bin/nothing
expect_error "a path of which a part isn't there, which is named" 1 "*/opt/a/b: no such file or directory ('opt' is not in /)*" box B run -- /opt/a/b
expect_error "a path through a file, which is named" 1 "*/marker/x: not a directory ('marker' is a file)*" box B run -- /marker/x
touch B/rootfs/bin/plain
expect_error "a file that isn't executable" 1 "*/bin/plain: permission denied*isn't executable*" box B run -- /bin/plain
expect_error "and in PATH" 1 "*plain: permission denied*/bin/plain is there, but isn't executable*" box B run -- plain
expect_error "a directory" 1 "*/bin: permission denied*/bin is a directory*" box B run -- /bin
expect_error "create finds that out, too" 1 "*/bin: permission denied*" box B create -- /bin
printf '#!/no/such/shell\n' >B/rootfs/bin/script && chmod +x B/rootfs/bin/script
expect_error "the interpreter of a script" 1 "*no such file or directory*its interpreter /no/such/shell is not*" box B run -- script
cp "$(command -v ls)" B/rootfs/bin/dynamic
expect_error "the loader of a program" 1 "*no such file or directory*its loader */ld-linux* is not*" box B run -- dynamic
python3 -c 'import sys; head = bytearray(b"\x7fELF\2\1\1" + bytes(57)); head[16:20] = [2, 0, 183, 0]; sys.stdout.buffer.write(head)' >B/rootfs/bin/foreign
[[ $(uname -m) != aarch64 ]] && chmod +x B/rootfs/bin/foreign &&
    expect_error "a program for another machine" 1 "*foreign: exec format error*is a program for aarch64, and this machine is $(uname -m)*" box B run -- foreign
echo 'echo hello' >B/rootfs/bin/nohead && chmod +x B/rootfs/bin/nohead
expect_error "a script without a first line" 1 "*nohead: exec format error*'#!' line*" box B run -- nohead
broken "a file system without programs" "*/mnt/busybox: permission denied*noexec*" ".mounts += $(bind /mnt "$WORK/B/rootfs/bin" noexec)" /mnt/busybox true
broken "too many arguments" "*argument list too long*128 KiB*" '.process.env += ["X=" + ("x" * 200000)]' true

# ---- paths: the part at fault is named
mkdir -p src/dir && echo content >src/file && ln -s loop src/loop && ln -s /nowhere/at/all src/dangling
expect_error "the bundle" 1 "*bundle*$WORK/src/file/x: Not a directory ('file' is a file)*" br run --bundle "$WORK/src/file/x" "$BOX" -- true
broken "the rootfs" "*root.path*no/such/root: No such file or directory ('no' is not in *" '.root.path = "no/such/root"' true
broken "the source of a mount" "*$WORK/src/file/below: Not a directory ('file' is a file)*" ".mounts += $(bind /mnt "$WORK/src/file/below")" true
broken "a source in the middle of nowhere" "*/no/such/place: No such file or directory ('no' is not in /)*" ".mounts += $(bind /mnt /no/such/place)" true
broken "a source that is a symlink to nowhere" "*dangling: No such file or directory ('dangling' is a symlink to what isn't there)*" ".mounts += $(bind /mnt "$WORK/src/dangling")" true
broken "a source that is a symlink to itself" "*loop: Too many levels of symbolic links ('loop' is a symlink that leads in a circle)*" ".mounts += $(bind /mnt "$WORK/src/loop")" true
broken "the destination of a mount" "*rootfs/marker/below: Not a directory ('marker' is a file)*" ".mounts += $(bind /marker/below "$WORK/src/dir")" true
ln -sf circle B/rootfs/circle
broken "a destination in a circle" "*circle*Too many levels of symbolic links*" ".mounts += $(bind /circle/below "$WORK/src/dir")" true
broken "the working directory" "*process.cwd*/marker/x: Not a directory ('marker' is a file)*" '.process.cwd = "/marker/x"' true
broken "a name that is too long" "*File name too long*255*" ".mounts += $(bind "/$(printf 'x%.0s' {1..300})" "$WORK/src/dir")" true
broken "a path that is too long" "*File name too long*4095*" ".mounts += $(bind /mnt "/$(printf 'x/%.0s' {1..3000})")" true
broken "a mount point that can't be made on a read-only file system" "*/proc/nothing*" ".mounts += $(bind /proc/nothing "$WORK/src/dir")" true
broken "nor in a read-only mount" "*mkdir *rw/in: Read-only file system*make it in the image*" ".mounts += $(bind /rw "$WORK/src/dir" ro) + $(bind /rw/in "$WORK/src/dir")" true
mkdir -p locked/in && chmod 0700 locked
as_user cp -r B user/ 2>/dev/null || cp -r B user/B
chown -R "$BELL_TEST_USER" user/B
as_user bash -c 'cd user && "$BELL_BIN/bundle-run" spec --rootless | jq ".process.terminal = false | .root.readonly = false | del(.linux.cgroupsPath, .linux.resources)" >B/config.json'
rootless() { as_user bash -c 'cd user; cp B/config.json before; jq "$1" before >B/config.json; timeout 20 "$BELL_BIN/bundle-run" --root "$WORK/user/states" run --bundle B "$UNIQUE-user" -- "${@:2}" </dev/null; s=$?; mv before B/config.json; exit $s' - "$@"; }
with userns expect_match "an ordinary user's container runs at all" ok rootless . echo ok
with userns expect_error "a directory that the user may not enter, and whose it is" 1 "*locked/in: Permission denied (user * may not enter *locked: mode 0700, owner *)*" rootless ".mounts += $(bind /mnt "$WORK/locked/in")" true

# ---- what the kernel doesn't allow here
mkdir shut && mount -t tmpfs -o ro,nosuid,nodev none shut && cleanup umount -l "$WORK/shut"
with userns expect_error "flags that are locked in a user namespace are named" 1 "*Operation not permitted (locked: ro)*leave out*" rootless ".mounts += $(bind /mnt "$WORK/shut" rw)" true
with userns expect_error "all of them" 1 "*(locked: ro,nosuid,nodev)*" rootless ".mounts += $(bind /mnt "$WORK/shut" rw suid dev)" true
with userns expect_output "without such an option the mount keeps them" "ro,nosuid,nodev" rootless ".mounts += $(bind /mnt "$WORK/shut")" sh -c 'awk "\$2 == \"/mnt\" {print substr(\$4, 1, 15)}" /proc/mounts'
masked_proc() { unshare -m bash -c 'mount --make-rprivate /; mount -t tmpfs none /proc/acpi 2>/dev/null || mount -t tmpfs none /proc/tty; . "$1"; shift; "$@"' - <(declare -p BELL_TEST_USER _user_bin WORK UNIQUE; declare -f as_user _need_user rootless) "$@"; }
with userns expect_error "a proc that the host's masks forbid, and which they are" 1 "*proc*Operation not permitted*masks parts of /proc (*/proc/*" masked_proc rootless . true
hard=$(ulimit -Hn)
if ! prlimit --nofile=$((hard + 1)):$((hard + 1)) true 2>/dev/null; then
    broken "a limit that needs CAP_SYS_RESOURCE, and how high it may be" "*prlimit nofile*Operation not permitted*hard limit is $hard*CAP_SYS_RESOURCE*" \
        ".process.rlimits = [{type: \"RLIMIT_NOFILE\", soft: $((hard + 1)), hard: $((hard + 1))}]" true
else
    skip "a limit that needs CAP_SYS_RESOURCE, and how high it may be" "this root may raise limits"
fi
expect_error "an open files limit that is used up" 1 "*Too many open files*'ulimit -n'*" bash -c "$(declare -f box br); ulimit -n 8; box B run -- true"
broken "an overlay on a file system that can't be one" "*overlay*upperdir*" \
    '.mounts += [{destination: "/mnt", type: "overlay", source: "overlay", options: ["lowerdir=/etc","upperdir=/proc/sys","workdir=/proc"]}]' true
broken "an id-mapped mount of a file system that knows none" "*idmap*Invalid argument*can't be idmapped*" \
    ".mounts += ($(bind /mnt /proc/sys/kernel) | .[0].uidMappings = [{containerID: 0, hostID: 1000, size: 10}] | .[0].gidMappings = .[0].uidMappings)" true
broken "a file system that the kernel doesn't know" "*nosuchfs: No such device*/proc/filesystems*" '.mounts += [{destination: "/mnt", type: "nosuchfs", source: "none"}]' true
limited() { unshare -U -r -m bash -c 'echo 1 >/proc/sys/user/max_user_namespaces; exec "$@"' - "$@"; }
jq '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings | del(.linux.cgroupsPath, .linux.resources)' B/config.json >user.json
expect_error "user namespaces that are used up" 1 "*No space left on device*/proc/sys/user/max_*_namespaces*" limited unshare -U -r -m "$BELL_BIN/bundle-run" --root s2 run --config user.json --bundle B "$BOX" -- true
check "and what was made until then is unmade, in a relative --root, too" bash -c '[[ -z $(ls -A s2) && -z $(find /sys/fs/cgroup -name "$BOX") ]]'
with userns expect_error "a cgroup that isn't delegated, where limits are asked for" 1 "*limits are asked for*isn't yours to write*Delegate=yes*" rootless '.linux.resources = {pids: {limit: 5}}' true
with userns expect_error "ids that nobody has granted the user" 1 "*uid*" rootless '.linux.uidMappings = [{containerID: 0, hostID: 4000000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' true

# ---- limits too small to start with, and an end without a word
broken "a memory limit that is too small for the runtime itself" "*memory limit too small*before it was ready*4096 bytes*at least 1048576*" \
    '.linux.resources.memory = {limit: 4096, swap: 4096}' true
expect_output "and what it names is enough" fine changed B '.linux.resources.memory = {limit: 1048576, swap: 1048576}' echo fine
broken "a pids limit that is too small for a hook" "*Resource temporarily unavailable*pids*" \
    '.linux.resources.pids = {limit: 1} | .hooks.createContainer = [{path: "/bin/true"}]' true
broken "a first process that somebody kills while the container is made" "*first process was ended by SIGKILL before it was ready*" \
    '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "kill -9 $(jq .pid)"]}]' true
changed B '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["execve"], action: "SCMP_ACT_KILL_PROCESS"}]}' true 2>err
expect_match "a filter that doesn't even let the program start" "*ended by SIGSYS*seccomp*" cat err
changed B '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getcwd"], action: "SCMP_ACT_KILL_PROCESS"}]}' sh -c 'exec pwd -P' 2>err
expect_match "a program that its seccomp filter has killed" "*ended by SIGSYS*seccomp*" cat err
changed B '.linux.resources.memory = {limit: 8388608, swap: 8388608}' awk 'BEGIN {x = "0123456789abcdef"; while (1) x = x x}' 2>err
expect_match "a program that ran out of memory" "*for want of memory*" cat err
expect_error "ulimit -f, which kills other runtimes silently" 1 "*File too large*'ulimit -f'*" bash -c "$(declare -f box br); (ulimit -f 0; box B run -- true 2>&1) | cat >&2; exit \${PIPESTATUS[0]}"
expect_output "and the program doesn't inherit that it is ignored" $'SigIgn:\t0000000000000000' changed B . grep SigIgn /proc/self/status

echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["prctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 23, "op": "SCMP_CMP_EQ"}]}]}' >deaf.json
expect_error "capabilities that can't be asked about are an error, not a set that looks empty" 1 "*prctl PR_CAPBSET_READ*Operation not permitted*" \
    priv-drop --seccomp deaf.json -- "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- true

# ---- quiet where nothing is wrong
"$BELL_BIN/bundle-run" spec | jq '.process.terminal = false | .process.capabilities |= (del(.inheritable) + {ambient: .permitted}) | .linux.cgroupsPath = "/'"$BOX"'"' >C.json
expect_output "ambient capabilities of runc's own default spec are no warning" "" bash -c "$(declare -f br); br run --config C.json --bundle B $BOX -- true 2>&1"
before=$(stat -c '%u %g %a' /dev/null)
changed B '.process.user = {uid: 7, gid: 8}' sh -c 'echo >/dev/null' </dev/null >/dev/null
expect_output "the host's /dev/null never changes owner" "$before" stat -c '%u %g %a' /dev/null
changed B '.linux.cgroupsPath = "/'"$BOX"'-a/b/c"' true
expect_output "a cgroup's parents go with it" "" find /sys/fs/cgroup -name "$BOX-a"
check "errors leave nothing behind" nothing_left

# ---- ids. Where the runtime runs in a user namespace itself, what isn't mapped there can't be mapped on; and that is all
# that is said.
if have userns; then
    cp -r B inside
    change inside '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 4242, size: 1}] | .linux.gidMappings = [{containerID: 0, hostID: 0, size: 1}]'
    expect_error "an id that isn't mapped where we are" 1 "bundle-run: write */uid_map: Operation not permitted*mapped where you are*" \
        unshare --user --map-root-user --mount bundle-run --root "$WORK/inside-states" --cgroup-manager disabled run --bundle inside "$BOX"
    check "and nobody else complains" test "$(wc -l <"$WORK/.err")" = 2
fi
