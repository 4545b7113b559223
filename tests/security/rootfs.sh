#!/usr/bin/env bash
# tests/security/rootfs.sh - a rootfs made by an enemy: symlinks, fake files and swaps lead nowhere outside. (classes A B C H M)
#
# The canary is a directory of the host. That the attacks are real is shown first, each against the naive way to do it:
# mount(8), sh and install(1) on string paths, in a mount namespace of their own.
source "$(dirname "$0")/../runtime/bundles.sh"
needs root python3
bundle B
mkdir -p canary/deep && echo alive >canary/deep/file && echo null >canary/null && chmod 0640 canary/null
fingerprint() { (cd "$WORK" && find canary -printf '%p %y %m %U %G %i %l\n' -type f -exec sha256sum {} \;) | sort | sha256sum; }
before=$(fingerprint)
canary_is_unchanged() { [[ $(fingerprint) == "$before" ]]; }
# attacked SENTENCE PREPARE [JQ-FILTER]: a container of a rootfs prepared so either runs or is refused; the canary lives.
attacked() {
    rm -rf A && mkdir A && cp -a B/. A/ && (cd A/rootfs && eval "$2")
    run changed A "${3-.}" sh -c 'echo ran; touch /a/b/hit /dev/hit /sys/hit /proc/hit 2>/dev/null'
    if canary_is_unchanged && ((STATUS < 124)) && nothing_left; then _ok "$1"; else _details "$1" "the canary should have lived, and nothing be left" "$2"; fi
}

# ---- the oracle works
expect_output "the naive way hits the canary: a mount on a symlink" hit unshare -m bash -c '
    mkdir N && ln -s "$WORK/canary/deep" N/dev && mount -t tmpfs tmpfs N/dev && test ! -e canary/deep/file && echo hit'
rm -rf N; mkdir -p N; ln -s "$WORK/canary/new" N/file; : >N/file
refute "the naive way hits the canary: a mount point made through a dangling symlink" canary_is_unchanged
rm canary/new
touch -r canary/deep canary
check "and the oracle is calm again" canary_is_unchanged

# ---- A: mount targets and their parents
bind() { echo ".mounts += [{destination: \"$1\", type: \"bind\", source: \"$WORK/B/rootfs/etc\", options: [\"rbind\"]}]"; }
bind_file() { echo ".mounts += [{destination: \"$1\", type: \"bind\", source: \"$WORK/B/rootfs/marker\", options: [\"bind\"]}]"; }
for name in dev proc sys; do
    attacked "/$name is a symlink to the host (A)" "rmdir $name && ln -s '$WORK/canary/deep' $name"
    attacked "/$name is a symlink upwards (A)" "rmdir $name && ln -s ../../../../../../../../..'$WORK/canary/deep' $name"
done
attacked "/dev/console is a symlink to the host, with a terminal (A, B)" "ln -s '$WORK/canary/null' dev/console" \
    '.process.terminal = true | .mounts |= map(select(.destination != "/dev"))'
attacked "/dev/pts is a symlink to the host (A)" "ln -s '$WORK/canary/deep' dev/pts" '.mounts |= map(select(.destination != "/dev"))'
attacked "a mount's target is a symlink to the host (A)" "mkdir a && ln -s '$WORK/canary/deep' a/b" "$(bind /a/b)"
for link in / . a/..; do
    rm -rf A && mkdir A && cp -a B/. A/ && mkdir A/rootfs/a && ln -s "$link" A/rootfs/loop
    expect_error "a mount's target is a symlink to the root itself, '$link': no volume becomes the root (A)" 1 "*leads to the root itself*" \
        changed A "$(bind /loop)" true
done
attacked "a mount's parent is a symlink to the host (A)" "ln -s '$WORK/canary' a" "$(bind /a/made)"
attacked "a mount's parent is a symlink to /proc/self/root and the like (A)" "ln -s /proc/1/root'$WORK/canary' a" "$(bind /a/made)"
attacked "a file's target is a dangling symlink to the host (A)" "mkdir a && ln -s '$WORK/canary/new' a/b" "$(bind_file /a/b)"
attacked "a file's target is a chain of dangling symlinks with .. (A)" "mkdir -p a x && ln -s ../x/../../../../../..'$WORK/canary/new' a/c && ln -s c a/b" "$(bind_file /a/b)"
attacked "a mount's destination goes up (A)" ":" "$(bind "/../../../../..$WORK/canary/deep")"
attacked "symlinks in a circle (A)" "mkdir a && ln -s c a/b && ln -s b a/c" "$(bind_file /a/b)"
attacked "a remount finds a symlink (A)" "ln -s '$WORK/canary/deep' a" '.mounts += [{destination: "/a", type: "bind", source: "none", options: ["remount", "ro", "bind"]}]'
attacked "tmpcopyup of a symlink to the host (A)" "ln -s '$WORK/canary' a" '.mounts += [{destination: "/a", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]}]'

# ---- B: devices of the image
host_null=$(stat -c '%t:%T %a %u %g' /dev/null)
attacked "/dev/null of the image is a symlink to the host (B)" "ln -s '$WORK/canary/null' dev/null" \
    '.mounts |= map(select(.destination != "/dev")) | .linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 511, uid: 7, gid: 7}]'
attacked "/dev/null of the image is a file (B)" "echo evil >dev/null" '.mounts |= map(select(.destination != "/dev"))'
rm -rf A && cp -a B A && rm -f A/rootfs/dev/null && echo evil >A/rootfs/dev/null
# A /dev that is bound is taken as it is.
images_dev='.mounts |= map(if .destination == "/dev" then {destination: "/dev", type: "bind", source: "rootfs/dev", options: ["bind"]} else . end)'
expect_output "what is masked is covered by the host's /dev/null, not the image's" 0 \
    changed A "$images_dev | .linux.maskedPaths = [\"/marker\"]" sh -c 'cat /marker | wc -c'
ln -sf /etc/passwd A/rootfs/dev/null
expect_output "nor where the image's is a symlink" 0 \
    changed A "$images_dev | .linux.maskedPaths = [\"/marker\"]" sh -c 'cat /marker | wc -c'
expect_output "tmpcopyup of a fake /dev/null is refused, not used" 1 bash -c "$(declare -f changed change box br)
    changed A '.mounts |= map(if .destination == \"/dev\" then .options += [\"tmpcopyup\"] else . end)' true 2>/dev/null; echo \$?"
expect_output "the host's /dev/null is as it was" "$host_null" stat -c '%t:%T %a %u %g' /dev/null
check "and empty" test ! -s /dev/null -a -c /dev/null

# ---- C: writes to /proc
msgmax=$(cat /proc/sys/kernel/msgmax)
fake='.linux.sysctl = {"kernel.msgmax": "77"}'
attacked "a fake tree at /proc catches no sysctl (C)" "mkdir -p proc/sys/kernel && ln -s '$WORK/canary/null' proc/sys/kernel/msgmax" \
    "$fake | .mounts |= map(select(.destination != \"/proc\"))"
attacked "a tmpfs at /proc catches no sysctl (C)" ":" "$fake | .mounts += [{destination: \"/proc\", type: \"tmpfs\", source: \"tmpfs\"}]"
attacked "a bind on /proc/sys catches no sysctl (C)" ":" "$fake | .mounts += [{destination: \"/proc/sys/kernel\", type: \"bind\", source: \"$WORK/canary\", options: [\"bind\"]}]"
attacked "a bind of another process's files catches no label (C)" ":" \
    ".process.oomScoreAdj = 77 | .mounts += [{destination: \"/proc\", type: \"bind\", source: \"$WORK/canary\", options: [\"bind\", \"ro\"]}]"
expect_output "the machine's own setting is as it was" "$msgmax" cat /proc/sys/kernel/msgmax
expect_output "the write lands in the container though /proc is covered" 77 changed B \
    "$fake | .mounts += [{destination: \"/mnt\", type: \"proc\", source: \"proc\"}, {destination: \"/proc\", type: \"tmpfs\", source: \"tmpfs\"}]" cat /mnt/sys/kernel/msgmax

# ---- M: files written from outside
for name in etc/hostname etc/hosts etc/resolv.conf run/.containerenv dev/fd dev/ptmx; do
    attacked "nothing is written through /$name (M)" "mkdir -p $(dirname $name); ln -sf '$WORK/canary/new' $name"
done

# ---- H: /etc/passwd and /etc/group of the image
cp B/rootfs/etc/passwd passwd
echo '1000:x:0:0::/root/fake:/bin/sh' >>B/rootfs/etc/passwd
expect_output "a number is never a user's name: uid 1000 stays 1000 (H)" "1000" changed B '.process.user = {uid: 1000, gid: 1000}' id -u
expect_output "nor for a chain (H)" "1000" ns-enter --new mount -- root-pivot B/rootfs -- priv-drop --user 1000:1000 -- id -u
for number in -1 2147483648 4294967295 4294967296 18446744073709551616 1.5 '"1000x"'; do
    run changed B ".process.user.uid = $number" id -u
    if ((STATUS == 1)) || [[ $OUT == "$number" ]]; then _ok "uid $number is that or refused (H)"; else _details "uid $number is that or refused (H)" "" uid "$number"; fi
done
for word in 1000x 4294967296 -1 '' 0x0 ' 0'; do
    refute "priv-drop --user '$word' is refused (H)" chroot-only B/rootfs -- priv-drop --user "$word" -- true
done
rm B/rootfs/etc/passwd && mkfifo B/rootfs/etc/passwd
expect_error "a fifo as /etc/passwd is refused, not waited for (H)" 1 "*passwd*not a regular file*" box B run -- true
rm B/rootfs/etc/passwd && ln -s /dev/zero B/rootfs/etc/passwd
expect_error "so is a device (H)" 1 "*passwd*" box B run -- true
rm B/rootfs/etc/passwd && truncate -s 1G B/rootfs/etc/passwd
run timeout 10 "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- true
if ((STATUS < 124)); then _ok "a passwd of 1 GiB is no trouble (H)"; else _details "a passwd of 1 GiB is no trouble (H)" "" run; fi
rm B/rootfs/etc/passwd && cp passwd B/rootfs/etc/passwd

# ---- A again: a swap while it is being made
cat >flip.py <<'P'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
a, b = sys.argv[1].encode(), sys.argv[2].encode()
os.write(1, b"flipping\n")
while True: libc.syscall(316, -100, a, -100, b, 2)  # renameat2(EXCHANGE), x86_64
P
if [[ $(uname -m) == x86_64 ]]; then
    mkdir -p B/rootfs/a/b && ln -s "$WORK/canary" B/rootfs/link
    change B "$(bind_file /a/b/c) | $(bind /a/b/d | sed 's/^//')"
    python3 flip.py B/rootfs/a/b B/rootfs/link >flipping & flipper=$!
    wait_until test -s flipping
    for ((i = 0; i < 100; ++i)); do mkdir -p "B/rootfs/a/b/naive$i" 2>/dev/null; done
    refute "the naive way is caught by the swap" canary_is_unchanged
    rm -rf canary/naive*
    rm -rf B/rootfs/a/b/naive* B/rootfs/link/naive* canary/naive* 2>/dev/null
    before=$(fingerprint)
    swaps=0
    for ((i = 0; i < 50; ++i)); do
        box B create -- true >/dev/null 2>&1 </dev/null && ((++swaps))
        br delete --force "$BOX" >/dev/null 2>&1
    done
    kill $flipper; wait $flipper 2>/dev/null
    check "a target that is swapped with a symlink during 50 creates ($swaps came up) never leads outside (A)" canary_is_unchanged
else
    skip "a target that is swapped with a symlink during creates" "the test knows renameat2's number for x86_64 only"
fi
check "at the end nothing is left" nothing_left
