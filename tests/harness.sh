# shellcheck shell=bash
# harness.sh - what a command-level test file is made of.
#
#     #!/usr/bin/env bash
#     # tests/tools/chroot-only.sh - one line about what is tested.
#     source "$(dirname "$0")/../harness.sh"
#     rootfs R
#     check "the program sees the new root" chroot-only R -- test -e /marker
#
# A test file runs by itself or from scripts/test. Its working directory is a new one, $WORK, which goes away at the end;
# the tools of $BELL_BIN (build/release/bin) are first on PATH. Each check prints one line: "ok - sentence",
# "not ok - sentence" with the details indented, or "skip - sentence # reason".
#
# After the last check the file fails if it left mounts, cgroups or processes behind. Every process it starts, however
# far removed, becomes its child in the end (PR_SET_CHILD_SUBREAPER), so none can hide; what is still there is killed.
# Cgroups are to be named after $UNIQUE, which no other run has.
set -u

# The distribution's programs before others of their names: a python3 that is a script and looks for its version takes
# twenty times as long to start.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# Become a subreaper first: the attribute survives execve(2).
if [[ -z ${BELL_TEST_REAPER-} ]]; then
    [[ $0 == /* ]] || set -- "$PWD/$0" "$@"
    [[ $0 == /* ]] && set -- "$0" "$@"
    BELL_TEST_REAPER=1 exec python3 -c '
import ctypes, os, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
os.execvp("bash", ["bash"] + sys.argv[1:])' "$@"
fi
unset BELL_TEST_REAPER

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BELL_BIN=${BELL_BIN:-$TOP/build/release/bin}
PATH=$BELL_BIN:$PATH
export TOP BELL_BIN PATH
export LC_ALL=C.UTF-8
unset XDG_RUNTIME_DIR LESSOPEN MAIL

UNIQUE=belltest-$$
WORK=$(mktemp -d "${TMPDIR:-/tmp}/bell-test.XXXXXX") || exit 1
chmod 0755 "$WORK"
cd "$WORK" || exit 1
export WORK UNIQUE

_failed=0
_cleanups=()
_own_user=
_user_bin=
_mounts_before=$(awk '{print $5}' /proc/self/mountinfo | sort)
_cgroups_before=$(find /sys/fs/cgroup -type d 2>/dev/null | sort)

# ---- results

_ok() { echo "ok - $1"; }
# _not_ok SENTENCE DETAILS...
_not_ok() {
    _failed=1
    echo "not ok - $1"
    shift
    printf '%s\n' "$@" | head -n 60 | sed 's/^/    /'
}
skip() { echo "skip - $1 # $2"; }

# _read VARIABLE FILE: its text, NULs and the line ends at the end aside. No fork(2): in the lab one costs 40 ms.
_read() {
    local text='' part
    while IFS= read -r -d '' part; do text+=$part; done <"$2"
    text+=$part
    while [[ $text == *$'\n' ]]; do text=${text%$'\n'}; done
    printf -v "$1" %s "$text"
}
# run COMMAND...: sets STATUS, OUT and ERR (and leaves them in $WORK/.out and .err). Stdin is empty unless redirected.
run() {
    # The outer redirection is for the shell's own words about signals.
    { "$@" >"$WORK/.out" 2>"$WORK/.err"; } 2>/dev/null
    STATUS=$?
    _read OUT "$WORK/.out"
    _read ERR "$WORK/.err"
}
_details() {
    _not_ok "$1" "\$ ${*:3}" "$2" "status $STATUS" "${OUT:+stdout: $OUT}" "${ERR:+stderr: $ERR}"
}

# ---- checks: a sentence first, then what it is about

# check SENTENCE COMMAND...: the command succeeds.
check() {
    run "${@:2}"
    if ((STATUS == 0)); then _ok "$1"; else _details "$1" "should have succeeded" "${@:2}"; fi
}
# refute SENTENCE COMMAND...: it fails, by itself and not by a signal.
refute() {
    run "${@:2}"
    if ((STATUS > 0 && STATUS < 128)); then _ok "$1"; else _details "$1" "should have failed" "${@:2}"; fi
}
# expect_status SENTENCE NUMBER COMMAND...
expect_status() {
    run "${@:3}"
    if ((STATUS == $2)); then _ok "$1"; else _details "$1" "should have ended with status $2" "${@:3}"; fi
}
# expect_output SENTENCE TEXT COMMAND...: it succeeds and prints exactly this (line ends at the end aside).
expect_output() {
    run "${@:3}"
    if ((STATUS == 0)) && [[ $OUT == "$2" ]]; then _ok "$1"; else _details "$1" "should have printed: $2" "${@:3}"; fi
}
# expect_match SENTENCE PATTERN COMMAND...: it succeeds and its output matches the shell pattern.
expect_match() {
    run "${@:3}"
    # shellcheck disable=SC2053 # a pattern is wanted
    if ((STATUS == 0)) && [[ $OUT == $2 ]]; then _ok "$1"; else _details "$1" "should have matched: $2" "${@:3}"; fi
}
# expect_error SENTENCE STATUS PATTERN COMMAND...: it fails so, and what it says on stderr matches the shell pattern.
expect_error() {
    run "${@:4}"
    # shellcheck disable=SC2053 # a pattern is wanted
    if ((STATUS == $2)) && [[ $ERR == $3 ]]; then
        _ok "$1"
    else
        _details "$1" "should have failed with status $2 and said: $3" "${@:4}"
    fi
}

# relay COMMAND...: its output has the form of ours; it is passed on and counts.
relay() {
    local output
    output=$("$@" 2>&1) || output+=$'\n'"not ok - $(basename "$1") runs to its end"
    printf '%s\n' "$output"
    ! grep -q '^not ok - ' <<<"$output" || _failed=1
}

# ---- what is needed

# have THING...: whether all are here; else sets REASON. Things: root userns cgroup1 cgroup2 cpuset overlay timens idmap
# (id-mapped mounts of what is in $WORK), or a program.
have() {
    local thing
    for thing in "$@"; do
        case $thing in
            root) [[ $EUID == 0 ]] || { REASON="needs root"; return 1; } ;;
            userns) as_user unshare --user true 2>/dev/null || { REASON="user namespaces are blocked here"; return 1; } ;;
            cgroup1)
                grep -q ' - cgroup [^ ]* [^ ]*memory' /proc/self/mountinfo ||
                    { REASON="no cgroup v1 hierarchy with controllers here"; return 1; } ;;
            cgroup2)
                grep -q pids "$(awk '/ - cgroup2 / {print $5; exit}' /proc/self/mountinfo)/cgroup.controllers" 2>/dev/null ||
                    { REASON="no cgroup v2 hierarchy with controllers here"; return 1; } ;;
            cpuset) grep -qw cpuset /proc/cgroups || { REASON="this kernel has no cpusets"; return 1; } ;;
            timens) [[ -e /proc/self/ns/time ]] || { REASON="this kernel has no time namespaces"; return 1; } ;;
            idmap)
                [[ $(stat -f -c %T "$WORK") != tmpfs || $(printf '%s\n' 6.3 "$(uname -r)" | sort -V | head -n 1) == 6.3 ]] ||
                    { REASON="this kernel's tmpfs can't be id-mapped"; return 1; } ;;
            overlay) grep -qw overlay /proc/filesystems || { REASON="this kernel has no overlay"; return 1; } ;;
            *) command -v "$thing" >/dev/null || { REASON="$thing is not here"; return 1; } ;;
        esac
    done
}
# needs THING...: the rest of the file is skipped, with the reason, unless all are here.
needs() {
    have "$@" && return
    skip "the rest of $(basename "$0")" "$REASON"
    exit 0
}
# with "THING..." CHECK SENTENCE ...: the check, or a skip of that sentence.
with() {
    # shellcheck disable=SC2086 # a list of words
    if have $1; then "${@:2}"; else skip "$3" "$REASON"; fi
}

# ---- things to work with

# rootfs DIR: busybox, its applets and a file /marker: the smallest root directory that is of use.
rootfs() {
    local busybox
    busybox=$(command -v busybox) || { skip "all of $(basename "$0")" "busybox is not installed"; exit 0; }
    mkdir -p "$1"/{bin,dev,etc,proc,sys,tmp,root}
    cp "$busybox" "$1/bin/busybox"
    # One process for its 300 links.
    (cd "$1/bin" && ./busybox --list | grep -vx busybox | perl -lne 'symlink "busybox", $_')
    echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
    echo 'root:x:0:' >"$1/etc/group"
    echo marker >"$1/marker"
}

# cleanup COMMAND...: to be run at the end, the last first, also when the file is ended by a signal.
cleanup() { _cleanups+=("$(printf '%q ' "$@")"); }

# as_user COMMAND...: as an ordinary user in $WORK/user, its own directory. The runner makes one user for all files
# (BELL_TEST_USER); a file run alone makes its own. Who isn't root runs the command as it is.
as_user() {
    if [[ $EUID != 0 ]]; then "$@"; return; fi
    _need_user
    setpriv --reuid="$BELL_TEST_USER" --regid="$BELL_TEST_USER" --init-groups --inh-caps=-all --reset-env \
        env PATH="$_user_bin:$PATH" BELL_BIN="$_user_bin" WORK="$WORK" UNIQUE="$UNIQUE" LC_ALL=C.UTF-8 "$@"
}
_need_user() {
    [[ -z $_user_bin ]] || return 0
    if [[ -z ${BELL_TEST_USER-} ]]; then
        BELL_TEST_USER=$("$TOP/tests/ordinary-user" make) || exit 1
        _own_user=$BELL_TEST_USER
    fi
    install -d -o "$BELL_TEST_USER" -m 0755 "$WORK/user"
    _user_bin=$BELL_BIN
    # A checkout in a place that others can't enter (a home of mode 0700): a copy of the tools, then.
    if ! setpriv --reuid="$BELL_TEST_USER" --clear-groups --regid=nogroup test -x "$BELL_BIN/chroot-only"; then
        cp -r "$BELL_BIN" "$WORK/bin"
        _user_bin=$WORK/bin
    fi
}

# wait_until COMMAND...: until it succeeds, for ten seconds at most.
wait_until() {
    local end=$((SECONDS + 10))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.02
    done
}

# rounds NUMBER: how often something is to be tried: that often, in the lab a tenth of it.
rounds() { if [[ ${BELL_LAB-} ]]; then echo $((1 + $1 / 10)); else echo "$1"; fi; }

# on_terminal COMMAND...: with a new terminal as stdin, stdout and stderr; Enter is never pressed.
on_terminal() {
    python3 -c '
import os, pty, sys
status = pty.spawn(sys.argv[1:], lambda fd: os.read(fd, 65536).replace(b"\r\n", b"\n"), lambda fd: b"")
sys.exit(os.waitstatus_to_exitcode(status) % 256)' "$@" </dev/null
}

# ---- the end

_children() { cat "/proc/$$/task/$$/children" 2>/dev/null; }
# Those of our children that aren't the shell's own subshell of the moment, with their names.
_left_processes() {
    local pid
    for pid in $(_children); do
        [[ $pid != "$BASHPID" && -r /proc/$pid/cmdline ]] || continue
        grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null && continue
        echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-100)"
    done
}
# Other tests may run beside us: what is named after them isn't ours.
_foreign='process_api|belltest-|bell-test\.'
_new() { comm -13 <(echo "$1") <(echo "$2") | { grep -E "$UNIQUE|$WORK" || true; }; comm -13 <(echo "$1") <(echo "$2") | grep -vE "$_foreign|^$"; }
_left_mounts() { _new "$_mounts_before" "$(awk '{print $5}' /proc/self/mountinfo | sort)" | sed 's/^/mount /'; }
_left_cgroups() { _new "$_cgroups_before" "$(find /sys/fs/cgroup -type d 2>/dev/null | sort)" | sed 's/^/cgroup /'; }
_left() { _left_processes; _left_mounts; _left_cgroups; }

_finish() {
    local status=$? command pid left i
    trap '' TERM INT HUP
    trap - EXIT
    for ((i = ${#_cleanups[@]} - 1; i >= 0; --i)); do
        command=${_cleanups[i]}
        eval "$command" >/dev/null 2>&1
    done
    left=$(_left)
    # What is just going away is given two seconds.
    for ((SECONDS = 0; SECONDS < 2; )); do
        [[ -n $left ]] || break
        sleep 0.05
        left=$(_left)
    done
    if [[ -n $left ]]; then
        _not_ok "$(basename "$0") leaves nothing behind" "$left"
        for pid in $(_children); do kill -KILL "$pid" 2>/dev/null; done
        _left_cgroups | sed 's/^cgroup //' | grep "$UNIQUE" | sort -r | while read -r group; do rmdir "$group"; done
        _left_mounts | sed 's/^mount //' | sort -r | while read -r mount; do umount -l "$mount"; done
    fi
    [[ -z $_own_user ]] || "$TOP/tests/ordinary-user" remove "$_own_user"
    cd / || exit 1
    chmod -R u+rwX "$WORK" 2>/dev/null  # a rootfs may have directories that not even their owner can empty
    rm -rf --one-file-system "$WORK"
    if ((status != 0)); then
        ((_failed)) || _not_ok "$(basename "$0") runs to its end" "it ended with status $status"
        exit "$status"
    fi
    exit "$_failed"
}
trap _finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP
