#!/usr/bin/env bash
# tests/tools/root-pivot.sh - the new root is the only root: the way out of a chroot is no way out of here.
source "$(dirname "$0")/../harness.sh"
needs python3 jq busybox
if have root; then _need_user; else mkdir user; fi
rootfs R
as_user cp -r R user/R
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"root":{"path":"old","z":1}}'; }
as_root() { ns-enter --new mount -- "$@"; }
rootless() { as_user ns-enter --new user,mount,pid -- "$@"; }

# The classic way out of a chroot: stand outside a deeper root, climb, and make the top the root.
cat >escape.c <<'EOF'
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
    mkdir("deeper", 0700);
    if (chroot("deeper")) return 2;
    for (int i = 0; i < 100; ++i) if (chdir("..")) return 3;
    if (chroot(".")) return 4;
    return access(CANARY, F_OK) ? 1 : 0;
}
EOF
echo canary >canary
have gcc && gcc -static -DCANARY="\"$WORK/canary\"" -o R/escape escape.c 2>/dev/null && as_user cp R/escape user/R/

# ---- do
with root expect_output "the program sees the new root" marker as_root root-pivot R -- cat /marker
with userns expect_output "as an ordinary user, too" marker rootless root-pivot user/R -- cat /marker
with userns expect_output "the program starts in the new root's /" / rootless root-pivot user/R -- pwd
with root expect_output "one mount is left: the old root is gone" "1 /" \
    as_root bind-mounter --proc R/proc -- root-pivot R -- sh -c 'grep -v " /proc " /proc/self/mountinfo | cut -d" " -f5 | { read -r root; echo "$(wc -l | sed s/0/1/) $root"; }'
with userns expect_output "as an ordinary user, too: the root and what is below it" "/ /proc" \
    rootless bind-mounter --proc user/R/proc -- root-pivot user/R -- sh -c 'echo $(cut -d" " -f5 /proc/self/mountinfo)'
if [[ -x R/escape ]]; then
    with root expect_status "out of a chroot root can climb (so what follows can fail)" 0 chroot-only R -- /escape
    with root expect_status "out of a pivoted root it can't" 1 as_root root-pivot R -- /escape
    with userns expect_status "root of a user namespace can climb out of a chroot" 0 \
        as_user ns-enter --new user -- chroot-only user/R -- /escape
    with userns expect_status "but not out of a pivoted root" 1 rootless root-pivot user/R -- /escape
    with root expect_status "--move leaves nothing to climb to, either" 1 as_root root-pivot --move R -- /escape
else
    skip "out of a chroot root can climb, out of a pivoted root it can't" "no static program can be compiled here"
fi
with userns expect_error "--read-only: the root can't be written to" 1 "*Read-only file system*" \
    rootless root-pivot --read-only user/R -- touch /x
with userns check "without it, it can" rootless root-pivot user/R -- touch /x
check "and what is written is in the directory" test -e user/R/x
with root expect_match "--propagation: whether others see what is mounted inside" "*shared:*" \
    as_root root-pivot --propagation shared R -- sh -c 'mkdir -p /proc && mount -t proc proc /proc && awk "\$5 == \"/\"" /proc/self/mountinfo'
expect_output "described: it is linux.rootfsPropagation" '"rslave"' bash -c 'root-pivot --propagation rslave R <<<"{\"ociVersion\":\"1.0.2\"}" | jq .linux.rootfsPropagation'
with root expect_output "--keep leaves the old root to be looked at" canary as_root root-pivot --keep /old R -- cat "/old$WORK/canary"
with root expect_output "--keep makes the directory, for root only" 700 stat -c %a R/old
with root expect_output "--keep as a relative path is the same" canary as_root root-pivot --keep old R -- cat "/old$WORK/canary"
with root expect_output "--move: the new root" marker as_root root-pivot --move R -- cat /marker
with root expect_output "--no-bind: what is a mount already" marker \
    as_root bind-mounter --bind R:R -- root-pivot --no-bind R -- cat /marker
with root expect_output "mounts in the new root come along" 1 \
    as_root bind-mounter --tmpfs R/tmp -- root-pivot R -- sh -c 'stat -f -c %T /tmp | grep -c tmpfs'
with root expect_output "outside nothing is mounted or moved" "" sh -c 'grep -F " $WORK" /proc/self/mountinfo || true'

# ---- chains
with root expect_output "the next tool is found though it isn't in the new root" box \
    as_root root-pivot R -- ns-enter --new uts --hostname box -- hostname
with userns expect_output "over several hops" "box 0000000000000000" \
    rootless bind-mounter --proc user/R/proc -- root-pivot user/R -- ns-enter --new uts --hostname box -- priv-drop --caps none -- \
    sh -c 'echo $(hostname) $(grep CapEff /proc/self/status | cut -f2)'
# The first line of strace's says which file was executed; the tool's own program is opened while it runs.
with "root strace" expect_match "it is a sealed copy: /proc/self/exe can't be written" "*F_SEAL_WRITE*" \
    bash -c 'strace -f -e trace=fcntl,execveat ns-enter --new mount -- root-pivot R -- priv-drop -- true 2>&1 | grep -a F_ADD_SEALS | head -n 1'
payload='for i in 1 2 3 4 5; do ( exec 3<>/proc/$PPID/exe ) 2>/dev/null && echo written; done; echo done'
with root expect_output "and the payload finds no tool to write to" "done" \
    as_root bind-mounter --proc R/proc -- root-pivot R -- priv-drop -- sh -c "$payload"
with root expect_output "the payload gets descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" \
    bash -c 'exec 7</ 9</etc/passwd; ns-enter --new mount -- bind-mounter --proc R/proc -- root-pivot R -- priv-drop -- sh -c "cd /proc/self/fd; echo *"'

# ---- what can be wrong
with root expect_error "a root that isn't there is told" 125 "root-pivot: open nowhere: No such file*layer-unpack*" as_root root-pivot nowhere -- true
with root expect_error "a root that is a file is told" 125 "root-pivot: open canary: Not a directory*" as_root root-pivot canary -- true
expect_error "an ordinary user is told the way in" 125 \
    "root-pivot: *: Operation not permitted*hint: put 'ns-enter --new user,mount --' in front)" as_user root-pivot user/R -- true
with root expect_error "--no-bind on what is no mount is told" 125 "root-pivot: *Device or resource busy*hint: the new root must be a mount of its own*" \
    as_root root-pivot --no-bind R -- true
with root expect_error "a program that isn't there is 127" 127 "root-pivot: run nothing: executable file not found in \$PATH*" as_root root-pivot R -- nothing
with userns expect_status "the program's exit status is ours" 42 rootless root-pivot user/R -- sh -c 'exit 42'
expect_error "a forgotten root is told" 125 "root-pivot: ROOT is required*" root-pivot -- true

# ---- describe
described() { config | root-pivot "$@" | jq -c '[.root,.x]'; }
expect_output "described: the root's path; unknown fields stay" '[{"path":"R","z":1},{"y":[1]}]' described R
expect_output "described: a read-only root" '[{"path":"R","z":1,"readonly":true},{"y":[1]}]' described --read-only R
expect_error "--keep can't be described" 125 "*--keep can't be described*" root-pivot --keep old R <<<'{"ociVersion":"1.0.2"}'

# ---- telling
expect_match "--dry-run tells, and changes nothing" "*pivot_root(*execve(*" bash -c 'root-pivot --dry-run R -- true 2>&1'
with root expect_match "--explain tells each call" "1 root-pivot *pivot_root(*umount*execve(*" \
    bash -c 'ns-enter --new mount -- root-pivot --explain R -- true 2>&1'
