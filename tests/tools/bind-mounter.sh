#!/usr/bin/env bash
# tests/tools/bind-mounter.sh - a container's files: the same mounts as mount(8) makes, and none of them outside.
source "$(dirname "$0")/../harness.sh"
needs python3 jq busybox
if have root; then _need_user; else mkdir user; fi
rootfs R
mkdir m src src/below
echo words >src/file
chmod -R a+rX .
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"mounts":[{"destination":"/old","type":"tmpfs","z":1}]}'; }
# ./options DESTINATION: what the kernel says about the mounts there: options, type, source, options of the file system.
cat >options <<'EOF'
#!/bin/sh
awk -v place="$1" '$5 == place { for (i = 7; $i != "-"; ++i); print $6, $(i + 1), $(i + 3) }' /proc/self/mountinfo
EOF
chmod 755 options
as_root() { ns-enter --new mount -- "$@"; }
rootless() { as_user ns-enter --new user,mount -- "$@"; }
# same SENTENCE OPTIONS-OF-BIND-MOUNTER... :: SHELL COMMAND: both leave the same mounts on m.
same() {
    local sentence=$1 ours=() wanted
    shift
    while [[ $1 != :: ]]; do ours+=("$1") && shift; done
    wanted=$(unshare --mount sh -c "$2 && ./options $WORK/m")
    [[ -n $wanted ]] || { _not_ok "$sentence" "mount(8) failed: $2"; return; }
    expect_output "$sentence" "$wanted" as_root bind-mounter "${ours[@]}" -- ./options "$WORK/m"
}

# ---- as mount(8)
if have root; then
    same "bind: as mount" --bind src:m :: "mount --bind src m"
    for word in ro nosuid nodev noexec noatime nodiratime nosymfollow ro,nosuid,nodev,noexec; do
        same "bind with $word: as mount" --bind "src:m:$word" :: "mount --bind -o $word src m"
    done
    same "tmpfs with a size and a mode: as mount" --tmpfs m:size=64k,mode=1770 \
        :: "mount -t tmpfs -o nosuid,nodev,size=64k,mode=1770 none m"
    same "proc: as mount" --proc m :: "mount -t proc -o nosuid,nodev,noexec none m"
    same "sysfs: as mount" --sysfs m :: "mount -t sysfs -o nosuid,nodev,noexec,ro none m"
    same "devpts: as mount" --devpts m :: "mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620 none m"
    same "mqueue: as mount" --mqueue m :: "mount -t mqueue -o nosuid,nodev,noexec none m"
    same "any other type: as mount" --mount ramfs:m:noexec :: "mount -t ramfs -o noexec none m"
    mkdir lower upper work
    echo lower >lower/file
    with overlay same "overlay: as mount" --overlay "m:lowerdir=$WORK/lower:$WORK/src" \
        :: "mount -t overlay -o lowerdir=$WORK/lower:$WORK/src none m"
    with overlay expect_output "what is written to an overlay is in its upper layer" "upper lower" \
        as_root bind-mounter --overlay "m:lowerdir=lower,upperdir=upper,workdir=work" -- \
        sh -c 'echo upper >m/file; echo $(cat upper/file lower/file)'
fi

# ---- what is there is changed, and taken away
with root expect_match "--remount changes a mount that is there" "ro,*" as_root bind-mounter --tmpfs m --remount m:ro -- ./options "$WORK/m"
expect_output "in a config.json, too: it stays what it was" '{"destination":"/mnt","type":"bind","source":"/srv","options":["bind","ro"]}' \
    bash -c 'bundle-run spec --bare | bind-mounter --bind /srv:/mnt | bind-mounter --remount /mnt:ro | jq -c ".mounts[] | select(.destination == \"/mnt\")"'
expect_error "where there is none, that is an error" 125 "*--remount /opt: nothing is mounted there*" bash -c 'bundle-run spec --bare | bind-mounter --remount /opt:ro'
with root expect_output "--umount takes it away" "" \
    as_root bind-mounter --tmpfs m -- bind-mounter --umount m -- ./options "$WORK/m"
with root expect_output "the working directory stays" "$WORK" as_root bind-mounter --tmpfs m -- bind-mounter --umount m -- pwd
with root expect_output "a file's mount, too" words \
    as_root bind-mounter --bind options:src/file -- bind-mounter --umount src/file -- cat src/file
with userns expect_error "what isn't mounted can't be taken away" 125 "bind-mounter: umount */m: nothing is mounted there*" \
    rootless bind-mounter --umount m -- true
with root expect_output "id maps under a /proc of another pid namespace" 1000 \
    ns-enter --new pid,mount -- bind-mounter --bind src:m --uid-map 0:1000:1 --gid-map 0:1000:1 -- stat -c %u m

# ---- what they do
with userns expect_output "bind shows a directory at another place" words rootless bind-mounter --bind src:m -- cat m/file
with root expect_output "a file can be bound on a place that isn't there" words \
    as_root bind-mounter --bind src/file:new/place -- cat new/place
with userns expect_error "read-only: writing is refused" 1 "*Read-only file system*" \
    rootless bind-mounter --bind "$WORK/user:m:ro" -- touch m/x
with userns check "without ro it isn't" rootless bind-mounter --bind "$WORK/user:m" -- touch m/x
with userns expect_error "ro is of the top only" 0 "" \
    rootless bind-mounter --tmpfs "$WORK/user" --tmpfs "$WORK/user/t" --rbind "$WORK/user:m:ro" -- touch m/t/x
with userns expect_error "rro is of all below" 1 "*Read-only file system*" \
    rootless bind-mounter --tmpfs "$WORK/user" --tmpfs "$WORK/user/t" --rbind "$WORK/user:m:rro" -- touch m/t/x
with userns expect_output "bind leaves out what is mounted below, rbind doesn't" "there" \
    rootless bind-mounter --tmpfs "$WORK/user" --tmpfs "$WORK/user/t" --rbind "$WORK/user:m" -- sh -c 'touch m/t/x; test -e user/t/x && echo there'
cp /bin/true src/true 2>/dev/null
with userns expect_status "noexec: a program there can't be run" 126 rootless bind-mounter --bind src:m:noexec -- m/true
as_user cp -r src user/src
with userns expect_output "tmpcopyup: a tmpfs that starts with what was there" "words below" \
    rootless bind-mounter --tmpfs user/src:tmpcopyup -- sh -c 'cd user/src; touch x; echo $(cat file; ls | head -n 1)'
check "and what was written is gone" test ! -e user/src/x
with "root userns" expect_error "files of somebody who isn't there inside can't be copied, and that is told" 125 \
    "bind-mounter: fchown *src/*: Invalid argument*hint: its owner has no id in this user namespace*" \
    rootless bind-mounter --tmpfs src:tmpcopyup -- true
with userns expect_output "proc shows the new processes only" 1 \
    as_user ns-enter --new user,pid,mount -- bind-mounter --proc /proc -- sh -c 'echo $(ls /proc | grep -cx 1)'
with userns expect_output "mqueue, sysfs and devpts as an ordinary user" "mqueue sysfs devpts" \
    as_user ns-enter --new user,mount,ipc,net -- bind-mounter --tmpfs m --mqueue m/a --sysfs m/b --devpts m/c -- \
    sh -c 'echo $(stat -f -c %T m/a m/b m/c)'
with root expect_match "cgroup shows the cgroups of this host" "*[[:alnum:]]*" as_root bind-mounter --cgroup m -- ls m
with root expect_match "in a cgroup namespace they are mounted anew, read-only" "ro,*cgroup*" \
    ns-enter --new mount,cgroup -- bind-mounter --cgroup m -- sh -c 'awk -v place="$PWD/m" "index(\$5, place \"/\") == 1 || \$5 == place" /proc/self/mountinfo | grep cgroup | head -n 1 | cut -d" " -f6-'
touch src/owned && chmod 644 src/owned
with root expect_output "an id-mapped bind shows other owners" "1000:1001 0:0" \
    as_root bind-mounter --bind src:m --uid-map 0:1000:1 --gid-map 0:1001:1 -- sh -c 'echo $(stat -c %u:%g m/owned src/owned)'
with root expect_error "an id map without a bind is told" 125 "*--uid-map: belongs behind the --bind*" \
    bind-mounter --tmpfs m --uid-map 0:1:1 -- true
with root expect_output "propagation: shared below a shared root" "shared" \
    as_root bind-mounter --propagation rshared --tmpfs m -- sh -c 'grep -F " $PWD/m " /proc/self/mountinfo | grep -o "shared"'
with root expect_output "propagation: private by a word of the mount" "" \
    as_root bind-mounter --propagation rshared --tmpfs m:private -- sh -c 'grep -F " $PWD/m " /proc/self/mountinfo | grep -o "shared"; true'
with userns expect_output "relative destinations are seen from the working directory" words \
    rootless bind-mounter --bind src:./m -- cat "$WORK/m/file"
with userns expect_output "a source alone is shown at its own place, changed" "ro" \
    rootless bind-mounter --bind "$WORK/src:$WORK/src:ro" -- sh -c './options "$PWD/src" | cut -c1-2'

# ---- hiding, devices, and everything at once
with userns expect_output "a masked file is empty, a masked directory as well" "0 0" \
    rootless bind-mounter --mask "$WORK/src/file" --mask "$WORK/src/below/.." -- sh -c 'echo $(ls src | wc -l) $(cat src/file 2>/dev/null | wc -c)'
with userns expect_output "a masked file reads as empty" 0 rootless bind-mounter --mask "$WORK/src/file" -- sh -c 'wc -c <src/file'
with userns check "what isn't there needs no mask" rootless bind-mounter --mask /no/such/file -- true
with userns expect_error "--readonly: a tree that can only be read" 1 "*Read-only file system*" \
    rootless bind-mounter --readonly "$WORK/user" -- touch user/x2
with root expect_output "a device node is made by root" "1:3 666" \
    as_root bind-mounter --root R --tmpfs /dev --device /dev/null -- stat -c '%t:%T %a' R/dev/null
with root expect_output "and with another number" "1:5 600" \
    as_root bind-mounter --root R --tmpfs /dev --device /dev/other:c:1:5:600 -- stat -c '%t:%T %a' R/dev/other
with root expect_output "and with an owner" "1:5 600 7:8" \
    as_root bind-mounter --root R --tmpfs /dev --device /dev/other:c:1:5:600:7:8 -- stat -c '%t:%T %a %u:%g' R/dev/other
expect_error "an owner is two numbers" 125 "*--device /x:c:1:5:600:7: must be PATH*" bind-mounter --here --device /x:c:1:5:600:7 -- true
with root expect_output "--default-devices: nodes and links, without the rest" "fd full null ptmx random stderr stdin stdout tty urandom zero" \
    as_root bind-mounter --root R --tmpfs /dev --default-devices -- sh -c 'echo $(ls R/dev | grep -v core)'
with userns expect_output "--source: the name a mount is listed under" "scratch" \
    rootless bind-mounter --mount tmpfs:/mnt --source scratch -- awk '$5 == "/mnt" {print $(NF - 1)}' /proc/self/mountinfo
expect_error "--source belongs to a --mount" 125 "*--source: belongs behind*" bind-mounter --source x --mount tmpfs:/mnt -- true
with userns check "--mkdir makes a directory and its parents inside" rootless bind-mounter --root user --mkdir /made/for/it -- test -d user/made/for/it
mkdir -p user/R/dev user/R/proc user/R/sys
[[ $EUID != 0 ]] || chown -R "$BELL_TEST_USER" user/R
with userns expect_output "an ordinary user gets the host's, bound" "1:3" \
    rootless bind-mounter --root user/R --device /dev/null -- stat -c '%t:%T' user/R/dev/null
everything="cd /; echo \$(cut -d' ' -f5 /proc/self/mountinfo | grep -E '^/(proc|dev|sys)(/(pts|shm|mqueue|sys))?\$' | sort -u)
    echo \$(cd dev && ls) \$(cat /proc/keys | wc -c)"
with root expect_match "--defaults as root: all that a container gets" \
    "/dev /dev/mqueue /dev/pts /dev/shm /proc /proc/sys /sys
core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero 0" \
    ns-enter --new mount,pid,ipc,net,uts,cgroup -- bind-mounter --defaults R -- root-pivot R -- sh -c "$everything"
with root expect_error "and the kernel's settings can't be written" 1 "*Read-only file system*" \
    ns-enter --new mount,pid,ipc,net,uts,cgroup -- bind-mounter --defaults R -- root-pivot R -- sh -c 'echo x >/proc/sys/kernel/hostname'
if have userns; then
    as_user cp -r R user/
    expect_match "--defaults as an ordinary user" \
        "/dev /dev/mqueue /dev/pts /dev/shm /proc /proc/sys /sys
core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero 0" \
        as_user ns-enter --new user,mount,pid,ipc,net,uts,cgroup -- bind-mounter --defaults user/R -- root-pivot user/R -- sh -c "$everything"
    expect_match "and without a network namespace" "/dev /dev/mqueue */sys*" \
        as_user ns-enter --new user,mount,pid,ipc -- bind-mounter --defaults user/R -- root-pivot user/R -- sh -c "$everything"
fi

# ---- destinations in a rootfs that means harm
mkdir canary
ln -s "$WORK/canary" R/link
ln -s ../../../../../../.."$WORK"/canary R/relative
ln -s "$WORK/canary/made" R/dangling
for place in /link/x /relative/x "/../../../..$WORK/canary/x" /dangling; do
    with root expect_output "a destination stays inside: $place" words \
        as_root bind-mounter --root R --bind "src:$place" -- sh -c '
            grep -E " $PWD/canary" /proc/self/mountinfo; cat "R$PWD/canary/x/file" 2>/dev/null || cat "R$PWD/canary/made/file"' 2>/dev/null
done
expect_output "and nothing was made outside" "" ls canary
ln -s /tmp R/proclink
with root expect_error "proc is mounted on real directories only" 125 "bind-mounter: mount on */proclink: is a symlink*" \
    ns-enter --new mount,pid -- bind-mounter --root R --proc /proclink -- true
ln -s loop R/loop
with root expect_error "a symlink that leads to itself is told" 125 "bind-mounter: *Too many levels of symbolic links*" \
    as_root bind-mounter --root R --tmpfs /loop -- true

# ---- whose mount namespace
with root expect_error "the login session's mount namespace is left alone" 125 \
    "bind-mounter: these mounts would stay in the mount namespace you are logged in to
  (hint: put 'ns-enter --new mount --' in front, or add --here)" bind-mounter --tmpfs m -- true
with root expect_error "also behind another tool" 125 "bind-mounter: these mounts would stay*" \
    ns-enter --new uts -- bind-mounter --tmpfs m -- true
with root expect_error "also of a session that has its own" 125 "bind-mounter: these mounts would stay*" \
    unshare --mount setsid --wait bind-mounter --tmpfs m -- true
with root check "unless --here" unshare --mount setsid --wait bind-mounter --here --tmpfs m -- true
expect_error "an ordinary user is told the way in" 125 "bind-mounter: *hint: put 'ns-enter --new user,mount --' in front)" \
    as_user bind-mounter --tmpfs m -- true
with root expect_error "with --here, too" 125 "bind-mounter: *Operation not permitted*hint: put 'ns-enter --new user,mount --' in front)" \
    as_user bind-mounter --here --tmpfs m -- true
expect_output "nothing is mounted here" "" sh -c 'grep -F " $WORK" /proc/self/mountinfo || true'

# ---- describe
describe() { config | bind-mounter "$@" | jq -c "$field"; }
field='.mounts[1]'
expect_output "described: a bind" '{"destination":"/mnt","type":"bind","source":"/srv","options":["bind","ro","nosuid"]}' \
    describe --bind /srv:/mnt:ro,nosuid
expect_output "described: a tmpfs" '{"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","size=64m"]}' \
    describe --tmpfs /tmp:size=64m
expect_error "--mkdir and --default-devices can't be described" 125 "*no meaning in a config.json*" bind-mounter --mkdir /x <<<'{"ociVersion":"1.0.2"}'
expect_output "described: an id map" '[{"containerID":0,"hostID":1000,"size":1}]' \
    bash -c "$(declare -f config); config | bind-mounter --bind /srv:/mnt --uid-map 0:1000:1 | jq -c '.mounts[1].uidMappings'"
field='[.mounts[].destination]'
expect_output "described: the same destination is replaced, and --remove takes out" '["/tmp"]' \
    describe --tmpfs /tmp --tmpfs /tmp --tmpfs /b --remove /old --remove /b
field='[.linux.maskedPaths,.linux.readonlyPaths,.linux.rootfsPropagation,.linux.devices[0].path,.x,.mounts[0].z]'
expect_output "described: the rest; unknown fields stay" '[["/a"],["/b"],"slave","/dev/null",{"y":[1]},1]' \
    describe --mask /a --readonly /b --propagation slave --device /dev/null
field='(.mounts | length) > 5 and (.linux.maskedPaths | index("/proc/kcore") != null)'
expect_output "described: the defaults" true describe --defaults
expect_error "described: a directory has no meaning" 125 "*destinations are inside the container anyway*" \
    bind-mounter --defaults R <<<'{"ociVersion":"1.0.2"}'

# ---- what can be wrong
expect_error "an option that isn't one gets the nearest word" 125 "bind-mounter: *unknown mount option 'nosuyd' (did you mean 'nosuid'?)*" \
    bind-mounter --bind src:m:nosuyd -- true
with root expect_error "a source that isn't there is told" 125 "bind-mounter: open_tree nowhere: No such file*" \
    as_root bind-mounter --bind nowhere:m -- true
with root expect_error "a directory on a file is told" 125 "bind-mounter: *src/file: Not a directory*" \
    as_root bind-mounter --bind src:src/file -- true
with root expect_error "a file on a directory is told" 125 "bind-mounter: mount on */m: is a directory, and src/file is not*" as_root bind-mounter --bind src/file:m -- true
with root expect_error "an option that the file system doesn't know is told" 125 "bind-mounter: *tmpfs*siez*" \
    as_root bind-mounter --tmpfs m:siez=1 -- true
with root expect_error "a file system that the kernel doesn't know" 125 "bind-mounter: fsopen*nofs*hint: the kernel doesn't know*" \
    as_root bind-mounter --mount nofs:m -- true
expect_error "nothing to mount is told" 125 "bind-mounter: what is to be mounted?*" bind-mounter -- true
expect_error "a propagation that isn't one gets the nearest word" 125 "*--propagation sharde: unknown (did you mean 'shared'?)*" \
    bind-mounter --propagation sharde -- true
expect_error "a bind without a source is told" 125 "*--bind :/mnt: must be SOURCE:DESTINATION*" bind-mounter --bind :/mnt -- true
expect_error "a device that is none is told" 125 "*--device /etc/passwd: is not a device*" bind-mounter --device /etc/passwd -- true
expect_error "without a root directory that is told" 125 "bind-mounter: open nowhere: No such file*layer-unpack*" \
    rootless bind-mounter --defaults nowhere -- true
with userns expect_error "a proc without a pid namespace of its own is told" 125 "bind-mounter: *proc*hint: a new proc needs a pid namespace*" \
    rootless bind-mounter --proc m -- true

# ---- telling
expect_match "--dry-run tells, and changes nothing" "*tmpfs*m*execve(*" bash -c 'bind-mounter --dry-run --tmpfs m --bind src:m -- true 2>&1'
expect_match "--dry-run of a file on a file" "*move_mount(*execve(*" bash -c 'bind-mounter --explain=full --dry-run --bind src/file:options -- true 2>&1'
