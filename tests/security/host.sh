#!/usr/bin/env bash
# tests/security/host.sh - what the runtime itself does on the host: it runs and loads nothing of the image, looks up
# nothing there, and settings of the container stay the container's. (classes A I L T)
source "$(dirname "$0")/../runtime/bundles.sh"
needs root python3
bundle B

# ---- L: nothing of the image runs outside of it
# The image has what a careless runtime would use: helpers, libraries, a name service. Inside they would be seen to run.
for name in newuidmap newgidmap unpigz gzip tar nsenter modprobe; do
    printf '#!/bin/sh\ntouch /evil-ran\n' >B/rootfs/bin/$name
done
mkdir -p B/rootfs/{lib,lib64,etc}
for name in libnss_files.so.2 libnss_compat.so.2 libc.so.6 ld-linux-x86-64.so.2; do
    echo evil >B/rootfs/lib/$name
    echo evil >B/rootfs/lib64/$name
done
echo 'passwd: files compat' >B/rootfs/etc/nsswitch.conf
echo /lib/evil.so >B/rootfs/etc/ld.so.preload
chmod +x B/rootfs/bin/* B/rootfs/lib/*
# of_the_image TRACE: what was executed or loaded of the rootfs; the program itself (busybox) aside.
of_the_image() {
    # An execve of another file than the program; a library, or a file of the name service, opened by whomever.
    grep -E 'execve(at)?\(' "$1" | grep -v ENOENT | grep -vE 'execveat\([0-9]+, ""|"[^"]*(bundle-run|busybox|chroot|chroot-only|true|id)"'
    grep -E 'open(at|at2)?\(.*(libnss|nsswitch|ld\.so\.preload|libc\.so|/lib/evil)' "$1" | grep -vE 'ENOENT|"/(lib|lib64|usr|etc)/[^"]*", O_RDONLY\|O_CLOEXEC\) = -1'
    true
}
if have strace && strace -f -o /dev/null true 2>/dev/null; then
    strace -f -o naive chroot B/rootfs /bin/busybox nsenter >/dev/null 2>&1
    strace -f -o naive2 chroot B/rootfs /bin/newuidmap >/dev/null 2>&1
    refute "the oracle works: it sees a helper of the image run, and a library loaded" test -z "$(of_the_image naive2)"
    change B '.process.user = {uid: 1000, gid: 1000} | .process.env |= map(select(startswith("HOME=") | not))'
    strace -f -o trace "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- /bin/busybox true >run.out 2>&1
    expect_output "the runtime executes and loads nothing of the image (L)" "" of_the_image trace
    check "and nothing of it has run" test ! -e B/rootfs/evil-ran
    "$BELL_BIN/bundle-run" --root "$STATES" create --bundle B "$BOX" -- /bin/busybox sleep 60 >/dev/null 2>&1 </dev/null
    br start "$BOX"
    strace -f -o trace "$BELL_BIN/bundle-run" --root "$STATES" exec --user root "$BOX" /bin/busybox true >run.out 2>&1
    br delete --force "$BOX"
    expect_output "nor does exec, which looks up a user there (L)" "" of_the_image trace
else
    skip "the runtime executes and loads nothing of the image (L)" "no strace, or it may not trace here"
fi
rm -rf B && bundle B

# ---- A: sources of mounts
mkdir B/data && echo "the bundle's" >B/data/file
ln -s /etc B/rootfs/data
relative='.mounts += [{destination: "/mnt", type: "bind", source: "data", options: ["rbind"]}]'
expect_output "a relative source is one of the bundle, not what the image has under that name (A)" "the bundle's" changed B "$relative" cat /mnt/file
expect_output "in a user namespace, too" "the bundle's" changed B "$relative"' | .linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1000}] | .linux.gidMappings = .linux.uidMappings' cat /mnt/file

# ---- I: namespaces that are the host's, by their path
for setting in ipc:kernel.msgmax network:net.ipv4.ip_forward; do
    type=${setting%%:*} key=${setting#*:} file=${setting%%:*}
    [[ $type == network ]] && file=net
    value=$(cat "/proc/sys/${key//.//}")
    expect_error "a setting of the host's $type namespace is refused, though the config names it by its path (I)" 1 "*sysctl*$type*" \
        changed B '(.linux.namespaces[] | select(.type == "'"$type"'")).path = "/proc/self/ns/'"$file"'" | .linux.sysctl = {"'"$key"'": "'"$value"'"}' true
done
# The name it has already: nobody is hurt should this fail.
expect_error "so is the host's name" 1 "*hostname*uts*" changed B '(.linux.namespaces[] | select(.type == "uts")).path = "/proc/self/ns/uts" | .hostname = "'"$(hostname)"'"' true
unshare --ipc sleep 60 & joined=$!
wait_until test -e /proc/$joined/ns/ipc
wait_until bash -c "[[ \$(readlink /proc/$joined/ns/ipc) != \$(readlink /proc/self/ns/ipc) ]]"
expect_output "in a joined one that isn't the host's it is set" 77 changed B '(.linux.namespaces[] | select(.type == "ipc")).path = "/proc/'$joined'/ns/ipc" | .linux.sysctl = {"kernel.msgmax": "77"}' cat /proc/sys/kernel/msgmax
kill $joined; wait $joined 2>/dev/null

# ---- T: setuid
_need_user
cp "$BELL_BIN/bundle-run" setuid && cp "$(command -v id)" id && chmod 4755 setuid id
if [[ $(as_user "$WORK/id" -u) == 0 ]]; then
    expect_error "a setuid runtime runs for nobody (T)" 1 "*setuid*" as_user "$WORK/setuid" list
else
    skip "a setuid runtime runs for nobody (T)" "setuid means nothing on this file system"
fi
# An image's setuid program, laid out by layer-unpack, is out of reach for other users of the machine.
mkdir -p layer/bin && cp "$(command -v busybox)" layer/bin/su && chmod 4755 layer/bin/su
if layer-pack layer image >/dev/null 2>pack.err </dev/null && layer-unpack image unpacked >/dev/null 2>>pack.err </dev/null; then
    check "a setuid program of an image is laid out as such" test -u unpacked/rootfs/bin/su
    refute "and no other user reaches it (T)" as_user "$WORK/unpacked/rootfs/bin/su" true
    refute "the directory isn't even to be looked into (T)" as_user ls "$WORK/unpacked"
else
    _not_ok "an image with a setuid program is made and laid out" "$(cat pack.err)"
fi
check "at the end nothing is left" nothing_left
