#!/usr/bin/env bash
# tests/security/guards.sh - each attack three times: it is held; in a test build it is held as well; and when its guard
# is switched off there, it hits. So each of these tests can fail.
#
# class  guard                 rule  what is attacked
# A M    resolve_in_root       1     a mount, a fifo, a link made through a symlink of the rootfs
# B      checked_devices       3     a file in the place of /dev/null
# B      hosts_null            3     a masked file covered by the image's /dev/null
# C      private_procfs        4     oom_score_adj written to a tree that lies on /proc
# D      closed_descriptors    5     a descriptor of / leaked by the caller, in run and exec
# D      checked_directory     6     a working directory of /proc/self/fd/N, in run and exec
# E      protected_copy        7     the runtime's file, held by /proc/PID/exe while it runs; in run and exec
# F      new_session           8     the caller's terminal as the controlling one, and TIOCSTI
# G      own_inheritable       9     inheritable capabilities of the caller, in run and exec
# H      numbers_are_ids       10    a user called 1000 with uid 0 in the image
# H      bounded_passwd        10    256 MiB of /etc/passwd
# I      own_sysctls           11    a setting of the whole machine
# I      cgroup_below          11    a cgroup path with ..
# I      borrowed_cgroup       11    the caller's own cgroup, mounted for writing
# J      whole_messages        12    a state of 10 KiB on its way to a hook
# K      hook_environment      13    LD_PRELOAD in front of a hook
# S      unknown_architecture  19    mkdir by i386's and x32's numbers
# T      private_states        20    a state directory that others can write
# -      read_back             21    a kernel that says yes and does nothing
#
# L has no guard: nothing there could be switched off. Its test (host.sh) shows its own eye by naive tools.
# shellcheck disable=SC2030,SC2031 # the tools of an attack are chosen in a subshell, on purpose
source "$(dirname "$0")/../runtime/bundles.sh"
needs root python3
GUARDED=$BELL_BIN
UNGUARDED=${BELL_UNGUARDED_BIN:-$TOP/build/unguarded/bin}
refute "nothing of the switch is in the tools" grep -lE 'BELL_GUARDS_OFF|resolve_in_root' "$GUARDED"/{bundle-run,priv-drop,ns-enter,bind-mounter}
if [[ ! -x $UNGUARDED/bundle-run ]]; then
    skip "each attack hits when its guard is off" "no build/unguarded: 'cmake --preset unguarded && cmake --build --preset unguarded'"
    exit "$_failed"
fi
expect_match "the test build says what it is" "*guards can be switched off*" "$UNGUARDED/bundle-run" --version
bundle B
mkdir canary fake && echo alive >canary/file

# ---- what an attack is made of
# fresh [JQ-FILTER [COMMAND]]: bundle A as B, changed so; the command prepares its rootfs.
fresh() {
    rm -rf A && cp -a B A && rm -rf canary/made "canary/fifo" canary/loaded
    change A "${1-.}"
    [[ -z ${2-} ]] || (cd A/rootfs && eval "$2")
}
without_mount() { echo ".mounts |= map(select(.destination != \"$1\"))"; }
hit_if() { if "$@"; then echo hit; else echo held; fi; }
hit_if_not() { if "$@"; then echo held; else echo hit; fi; }
# in_box COMMAND...: the output of the container's program alone.
in_box() { box A run -- "$@" 2>/dev/null; }
# in_exec COMMAND...: the same by exec into a container that sleeps.
in_exec() {
    box A create -- sleep 60 >/dev/null 2>&1 && br start "$BOX"
    br exec "$BOX" "$@" 2>/dev/null
    br delete --force "$BOX"
}

# attack GUARD CLASS SENTENCE COMMAND...: the command prints "hit" if the attack gets through, else anything else.
attack() {
    local held also_held naive
    held=$(BELL_BIN=$GUARDED "${@:4}" 2>&1 </dev/null)
    also_held=$(BELL_BIN=$UNGUARDED "${@:4}" 2>&1 </dev/null)
    naive=$(export BELL_BIN=$UNGUARDED BELL_GUARDS_OFF=$1; "${@:4}" 2>&1 </dev/null)
    if [[ $held == held && $also_held == held ]]; then _ok "$3 ($2)"; else _not_ok "$3 ($2)" "the attack printed: $held" "in the test build: $also_held"; fi
    if [[ $naive == hit ]]; then _ok "without $1 the attack works"; else _not_ok "without $1 the attack works" "it printed: $naive"; fi
    nothing_left || { _not_ok "the attack leaves nothing" "$(ls -A "$STATES")" "$(find /sys/fs/cgroup -name "$BOX*")"; br delete --force --all; }
}

# ---- A, M: paths of the rootfs
mount_through_symlink() {
    fresh ".mounts += [{destination: \"/a/made\", type: \"bind\", source: \"$WORK/canary\", options: [\"bind\"]}]" "ln -s '$WORK/canary' a"
    in_box true
    hit_if test -e canary/made
}
fifo_through_symlink() {
    fresh '.linux.devices = [{path: "/run/fifo", type: "p"}]' "ln -s '$WORK/canary' run"
    in_box true
    hit_if test -e canary/fifo
}
attack resolve_in_root A "a mount point is not made through a symlink" mount_through_symlink
attack resolve_in_root M "nor a file that the runtime writes into the rootfs" fifo_through_symlink

# ---- B: devices
fake_null() {
    fresh "$(without_mount /dev) | .linux.devices = [{path: \"/dev/null\", type: \"c\", major: 1, minor: 3}]" 'echo evil >dev/null'
    hit_if test "$(in_box cat /dev/null)" = evil
}
masked_by_image() {
    # A /dev that is bound is taken as it is.
    fresh '.mounts |= map(if .destination == "/dev" then {destination: "/dev", type: "bind", source: "rootfs/dev", options: ["bind"]} else . end) |
        .linux.maskedPaths = ["/marker"]' 'echo evil >evil; ln -s /evil dev/null'
    hit_if test "$(in_box cat /marker)" = evil
}
attack checked_devices B "a file in the place of a device is no device" fake_null
attack hosts_null B "what is masked is not covered by a file of the image" masked_by_image

# ---- C: /proc
covered_proc() {
    mkdir -p fake/self && echo 0 >fake/self/oom_score_adj
    fresh "$(without_mount /proc) | .process.oomScoreAdj = 77 | .linux.maskedPaths = [] | .linux.readonlyPaths = [] |
        .mounts += [{destination: \"/proc\", type: \"bind\", source: \"$WORK/fake\", options: [\"bind\"]}]"
    in_box true
    hit_if grep -q 77 fake/self/oom_score_adj
}
attack private_procfs C "a setting is not written to what lies on /proc" covered_proc

# ---- D: descriptors and directories of the caller
leaked() { fresh; exec 9</; hit_if test "$("$1" cat "/proc/self/fd/9$WORK/canary/file")" = alive; }
outside() {
    fresh '.process.cwd = "/proc/self/fd/9"'
    exec 9</
    hit_if test "$(in_box cat ".$WORK/canary/file")" = alive
}
outside_by_exec() {
    fresh
    box A create -- sleep 60 >/dev/null 2>&1 && br start "$BOX"
    exec 9</
    hit_if test "$(br exec --cwd /proc/self/fd/9 "$BOX" cat ".$WORK/canary/file" 2>/dev/null)" = alive
    br delete --force "$BOX"
}
attack closed_descriptors D "a descriptor of / that the caller leaks doesn't reach the program" leaked in_box
attack closed_descriptors D "nor one of exec" leaked in_exec
attack checked_directory D "a working directory outside the root is refused" outside
attack checked_directory D "by exec, too" outside_by_exec

# ---- E: the runtime's file
# exec is told to run /proc/self/exe: the runtime once more, inside, waiting for a config. Another process of the
# container holds its file open, and writes to it when nobody runs it any more.
cat >B/rootfs/bin/hold <<'P'
#!/bin/sh
while [ ! -e /tmp/held ]; do
    for pid in /proc/[0-9]*; do
        case $(readlink $pid/exe) in *busybox* | '') ;; *) exec 5<$pid/exe && held=$pid && touch /tmp/held && break ;; esac
    done
done
while [ ! -e /tmp/gone ] || [ "$(readlink $held/exe)" ]; do sleep 0.02; done
(echo evil >/proc/self/fd/5) 2>/dev/null
touch /tmp/done
P
chmod +x B/rootfs/bin/hold
overwrite() {
    local own victim
    rm -rf bin && mkdir bin && cp "$BELL_BIN/bundle-run" bin/ && own=$(sha256sum <bin/bundle-run)
    fresh '.process.capabilities |= with_entries(.value += ["CAP_DAC_OVERRIDE", "CAP_SYS_PTRACE"])'
    [[ -p waiting ]] || mkfifo waiting
    exec 8<>waiting
    box A create -- sleep 60 >/dev/null 2>&1 && br start "$BOX"
    bin/bundle-run --root "$STATES" exec --env "BELL_GUARDS_OFF=${BELL_GUARDS_OFF-}" "$BOX" \
        /proc/self/exe run --config - x <waiting >/dev/null 2>&1 8<&- & victim=$!
    br exec --detach "$BOX" hold >/dev/null 2>&1 8<&-
    wait_until test -e A/rootfs/tmp/held
    exec 8>&-
    { kill -KILL $victim; wait $victim; } 2>/dev/null    # it may have ended by itself: its standard input did
    touch A/rootfs/tmp/gone
    wait_until test -e A/rootfs/tmp/done
    br delete --force "$BOX"
    hit_if_not test "$(sha256sum <bin/bundle-run)" = "$own"
}
attack protected_copy E "who holds /proc/PID/exe of the runtime can't write to its file" overwrite

# ---- F: the terminal
# The caller has a terminal; the container gets it as its 0, 1 and 2 (no terminal of its own).
inherited_terminal() {
    fresh
    # Field 7 of stat: the controlling terminal.
    on_terminal "$BELL_BIN/bundle-run" --root "$STATES" run --bundle A "$BOX" -- sh -c 'cut -d" " -f7 /proc/self/stat >/tmp/tty' >/dev/null
    hit_if_not test "$(cat A/rootfs/tmp/tty)" = 0
}
attack new_session F "an inherited terminal is not the controlling one" inherited_terminal
inject_input() {
    fresh '' "cp '$WORK/tiocsti' bin/"
    on_terminal "$BELL_BIN/bundle-run" --root "$STATES" run --bundle A "$BOX" -- tiocsti >/dev/null
    case $? in 42) echo held ;; 43) echo hit ;; *) echo "tiocsti didn't run" ;; esac
}
cat >tiocsti.c <<'P'
#include <sys/ioctl.h>
int main(void) { return ioctl(0, TIOCSTI, "x") == 0 ? 43 : 42; }
P
if [[ $(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1) != 1 ]]; then
    skip "nobody types into the caller's terminal (F)" "this kernel forbids TIOCSTI to all (dev.tty.legacy_tiocsti = 0)"
elif ! c++ -x c -static -o tiocsti tiocsti.c 2>/dev/null; then
    skip "nobody types into the caller's terminal (F)" "no static compiler"
else
    attack new_session F "nobody types into the caller's terminal" inject_input
fi

# ---- G: powers
inherited_powers() {
    fresh
    hit_if_not test "$(setpriv --inh-caps +net_raw,+sys_admin bash -c "$(declare -f br box in_box); in_box sed -n 's/^CapInh:.//p' /proc/self/status")" = 0000000000000000
}
inherited_by_exec() {
    local found
    fresh
    box A create -- sleep 60 >/dev/null 2>&1 && br start "$BOX"
    found=$(setpriv --inh-caps +net_raw,+sys_admin "$BELL_BIN/bundle-run" --root "$STATES" exec --cap CAP_NET_RAW "$BOX" sed -n 's/^CapInh:.//p' /proc/self/status 2>/dev/null)
    hit_if_not test "$found" = 0000000000000000
    br delete --force "$BOX"
}
attack own_inheritable G "inheritable capabilities of the caller don't come along" inherited_powers
attack own_inheritable G "nor by exec --cap" inherited_by_exec

# ---- H: users
user_named_1000() {
    fresh '' "echo '1000:x:0:0::/:/bin/sh' >>etc/passwd"
    hit_if test "$("$BELL_BIN/ns-enter" --new mount -- "$BELL_BIN/chroot-only" A/rootfs -- priv-drop --user 1000 -- id -u)" = 0
}
heavy_passwd() {
    fresh '.process.env |= map(select(startswith("HOME=") | not))' 'truncate -s 256M etc/passwd'
    hit_if_not python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sys.exit(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 100 * 1024)' "$BELL_BIN/bundle-run" --root "$STATES" run --bundle A "$BOX" -- true
}
attack numbers_are_ids H "a user called 1000 in the image doesn't take the place of uid 1000" user_named_1000
attack bounded_passwd H "a passwd of 256 MiB doesn't fill the memory" heavy_passwd

# ---- I: settings and groups
# The value it has already: nobody is hurt where the attack works.
host_sysctl() {
    fresh ".linux.sysctl = {\"vm.swappiness\": \"$(cat /proc/sys/vm/swappiness)\"}"
    hit_if test "$(in_box echo ran)" = ran
}
# Each hierarchy's directory, as this process sees it.
hierarchies() { awk '/ - cgroup2? / {print $5}' /proc/self/mountinfo; }
group_above() {
    local directory
    fresh ".linux.cgroupsPath = \"/$BOX-a/../$BOX-escape\""
    for directory in $(hierarchies); do mkdir -p "$directory/$BOX-a" 2>/dev/null; done
    box A create -- true >/dev/null 2>&1
    hit_if test -n "$(find /sys/fs/cgroup -name "$BOX-escape")"
    br delete --force "$BOX"
    find /sys/fs/cgroup -name "$BOX-a" -exec rmdir {} +
}
attack own_sysctls I "a setting of the whole machine is refused" host_sysctl
attack cgroup_below I "a cgroup path doesn't lead up" group_above

# An ordinary user in a group of which it may change one file, but make none below: the container has no group of its own.
borrowed_group() {
    local pids group said
    pids=$(awk '/ - cgroup [^ ]* [^ ]*pids/ {print $5; exit}' /proc/self/mountinfo)
    group=${pids:-$(awk '/ - cgroup2 / {print $5; exit}' /proc/self/mountinfo)}/$BOX-user
    mkdir "$group" && echo 100 >"$group/pids.max" && chown "$BELL_TEST_USER" "$group/pids.max" || return
    said=$(
        echo $BASHPID >"$group/cgroup.procs"
        cd user && as_user env "BELL_GUARDS_OFF=${BELL_GUARDS_OFF-}" "$BELL_BIN/bundle-run" --root "$WORK/user/states" run --bundle "$WORK/user/R" "$BOX" -- \
            sh -c 'for f in /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max $(find /sys/fs/cgroup -path "*/$1/pids.max"); do echo 33 >$f; done 2>/dev/null; echo ran' - "$BOX-user" 2>&1
    )
    [[ $said == *ran ]] || echo "the container did not run: $said"
    hit_if grep -qx 33 "$group/pids.max"
    rmdir "$group"
}
# Without a cgroup namespace: behind one, a hierarchy mounted with nsdelegate refuses the write by itself.
hosts_groups='.process.terminal = false | .root.readonly = false | .linux.namespaces |= map(select(.type != "cgroup"))'
with_group_mount="$hosts_groups"' |
    .mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "nodev", "noexec"]}]'
if have userns && _need_user; then
    rootfs user/R/rootfs && chown -R "$BELL_TEST_USER" user
    as_user bundle-run spec --rootless 2>/dev/null </dev/null | jq "$with_group_mount" >user/R/config.json
    attack borrowed_cgroup I "the caller's own cgroup is there to look at, not to change" borrowed_group
    # The same by way of /sys, of which a rootless container gets the host's: read-only with all below it, not only at the top.
    as_user bundle-run spec --rootless 2>/dev/null </dev/null | jq "$hosts_groups" >user/R/config.json
    expect_output "nor can it be changed below the host's /sys (I)" held borrowed_group
    jq '(.mounts[] | select(.destination == "/sys").options) |= map(if . == "rro" then "ro" else . end)' user/R/config.json >c.json && mv c.json user/R/config.json
    expect_output "with 'ro' in place of 'rro' it could" hit borrowed_group
else
    skip "the caller's own cgroup is there to look at, not to change (I)" "$REASON"
fi

# ---- J, K: messages and hooks
long_state() {
    rm -f heard
    fresh '.annotations.long = ("x" * 10000) | .hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "cat >'"$WORK"'/heard"]}]'
    in_box true
    hit_if_not test "$(jq -r '.annotations.long | length' heard 2>/dev/null)" = 10000
}
preloaded() {
    fresh '.hooks.createRuntime = [{path: "/bin/true"}]'
    LD_PRELOAD=$WORK/evil.so "$BELL_BIN/bundle-run" --root "$STATES" run --bundle A "$BOX" -- true >/dev/null 2>&1
    hit_if test -e canary/loaded
}
attack whole_messages J "a long message is whole at the other end" long_state
cat >evil.c <<P
#include <fcntl.h>
__attribute__((constructor)) static void loaded(void) { creat("$WORK/canary/loaded", 0644); }
P
if c++ -x c -shared -fPIC -o evil.so evil.c 2>/dev/null; then
    attack hook_environment K "LD_PRELOAD of whoever calls doesn't reach a hook" preloaded
else
    skip "LD_PRELOAD of whoever calls doesn't reach a hook (K)" "no compiler"
fi

# ---- S: the filter
no_mkdir='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}'
cat >calls.c <<'P'
#include <string.h>
#include <unistd.h>
static char path[] = "made";
// The kernel's answer: 13 is the filter's, a signal its other one; all else means that the filter let it pass.
int main(int argc, char** argv) {
    long result = 0;
    if (argc > 1 && !strcmp(argv[1], "i386"))
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(39), "b"(path), "c"(0755) : "memory");
    else
        __asm__ volatile("syscall" : "=a"(result) : "a"(0x40000000 + 83), "D"(path), "S"(0755) : "rcx", "r11", "memory");
    return result == -13 ? 13 : 1;
}
P
other_numbers() {
    fresh "$no_mkdir" "cp '$WORK/calls' bin/"
    in_box calls "$1"
    hit_if test $? = 1
}
other_numbers_by_exec() {
    fresh "$no_mkdir" "cp '$WORK/calls' bin/"
    box A create -- sleep 60 >/dev/null 2>&1 && br start "$BOX"
    br exec "$BOX" calls "$1" 2>/dev/null
    hit_if test $? = 1
    br delete --force "$BOX"
}
if [[ $(uname -m) == x86_64 ]] && c++ -x c -static -no-pie -o calls calls.c 2>/dev/null; then
    # A directory made is the proof: user-mode-linux takes the call for an x86_64 one where the host lets it through.
    if (mkdir -p i386 && cd i386 && ../calls i386; [[ -d made ]]) 2>/dev/null; then
        attack unknown_architecture S "mkdir by i386's number is refused like x86_64's" other_numbers i386
        attack unknown_architecture S "by exec, too" other_numbers_by_exec i386
    else
        skip "mkdir by i386's number is refused like x86_64's (S)" "this kernel has no 32-bit calls"
    fi
    attack unknown_architecture S "mkdir by x32's number is refused like x86_64's" other_numbers x32
else
    skip "mkdir by other numbers is refused like x86_64's (S)" "x86_64 only, and a static compiler is needed"
fi

# ---- T: states
open_states() {
    fresh
    rm -rf open && install -d -m 0777 open
    "$BELL_BIN/bundle-run" --root open run --bundle A "$BOX" -- true 2>/dev/null
    hit_if test $? = 0
}
attack private_states T "states are not kept where others can write" open_states

# ---- the posture is read back
lying_kernel() {
    fresh '.process.user = {uid: 7, gid: 7}'
    hit_if test "$(strace -f -o /dev/null -e trace=setresuid -e inject=setresuid:retval=0 \
        "$BELL_BIN/bundle-run" --root "$STATES" run --bundle A "$BOX" -- id -u 2>/dev/null)" = 0
}
if have strace && strace -f -o /dev/null true 2>/dev/null; then
    attack read_back - "a kernel that says yes and does nothing is found out" lying_kernel
else
    skip "a kernel that says yes and does nothing is found out" "no strace, or it may not trace here"
fi
check "at the end nothing is left" nothing_left
