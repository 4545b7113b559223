#!/bin/bash
# lab.sh - scripts/lab hands in and out faithfully what a command is given and gives, and leaves nothing behind.
# A fork bomb takes its time on a slow machine.
# minutes: 20
# shellcheck disable=SC2016    # what is in single quotes is for the shell in the lab
set -u
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh"
lab=$scripts/lab
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
"$lab" -- true </dev/null 2>"$work/why" || skip "$(<"$work/why")"

status() { "$@" </dev/null >/dev/null 2>&1; echo $?; }
is "an exit status comes out" 3 "$(status "$lab" -- sh -c 'exit 3')"
is "a command that is not there gives 127" 127 "$(status "$lab" -- /no/such/command)"
is "a command that can't be run gives 126" 126 "$(status "$lab" -- /etc/passwd)"
is "a signal N gives 128+N" 143 "$(status "$lab" -- sh -c 'kill -TERM $$')"
is "a panic gives 125" 125 "$(status "$lab" -- sh -c 'echo c >/proc/sysrq-trigger; sleep 5')"
is "a timeout gives 124" 124 "$(status "$lab" --timeout 6 -- sleep 60)"
is "a mistyped option gives 125" 125 "$(status "$lab" --usr -- true)"

head -c 100000 /dev/urandom >"$work/blob"
"$lab" -- cat <"$work/blob" >"$work/copy"
is "100 KB of binary input and output arrive unchanged" same "$(cmp "$work/blob" "$work/copy" && echo same)"
is "a closed standard input is an empty one" 0 "$("$lab" -- wc -c <&-)"
is "output and errors stay apart" "out|err" \
    "$("$lab" -- sh -c 'echo out; echo err >&2' </dev/null 2>"$work/err")|$(<"$work/err")"
is "a reader that goes away ends the lab" y "$("$lab" -- yes </dev/null | head -n 1)"
is "arguments arrive as they are" $'a b||*|new\nline|' "$("$lab" -- printf '%s|' 'a b' '' '*' $'new\nline' </dev/null)"
is "directory and environment are kept" "$work x y" \
    "$(cd "$work" && A='x y' "$lab" -- sh -c 'echo "$PWD $A"' </dev/null)"

is "root with all controllers of cgroup v2" "0 cpu io memory pids" \
    "$("$lab" -- sh -c 'echo $(id -u) $(cat /sys/fs/cgroup/cgroup.subtree_control)' </dev/null)"
# With as many processes as this kernel may be told: all of the lab's memory full of them takes minutes.
is "a fork bomb is only the lab's trouble" survived \
    "$("$lab" -- bash -c 'echo 500 >/proc/sys/kernel/pid_max; b() { b | b & }; b; sleep 2; echo survived' </dev/null 2>/dev/null)"
is "an overlay can be mounted in /tmp" yes "$("$lab" -- sh -c \
    'cd /tmp; mkdir l u w m; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w o m && echo yes' </dev/null)"
"$lab" -- sh -c 'rm -rf "$0"/*' "$work" </dev/null
is "the host's files survive rm" yes "$([[ -s $work/blob ]] && echo yes)"
"$lab" --keep-dir "$work" -- sh -c 'echo result >"$0"/result' "$work" </dev/null
is "--keep-dir brings results out" "result $(id -un)" "$(<"$work/result") $(stat -c %U "$work/result")"

is "--user may limit itself, and has subordinate ids" "7 2" "$("$lab" --user -- bash -c '
    scope=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
    mkdir "$scope/../box" && echo 7 >"$scope/../box/pids.max"
    IFS=: read -r _ start _ < <(grep "^$USER:" /etc/subuid)
    unshare --user sleep 5 & sleep 1
    newuidmap $! 0 $(id -u) 1 1 "$start" 65536
    echo $(cat "$scope/../box/pids.max") $(wc -l </proc/$!/uid_map)' </dev/null)"

for signal in TERM HUP KILL; do
    "$lab" --timeout 4242 -- sh -c 'cat /proc/cmdline; sleep 60' </dev/null >"$work/up" 2>/dev/null & pid=$!
    for _ in {1..300}; do grep -q init= "$work/up" && break; sleep 0.1; done
    directory=$(grep -o 'init=[^ ]*/init' "$work/up")
    directory=${directory#init=} directory=${directory%/init}
    kill -$signal $pid
    wait $pid 2>/dev/null
    got=$?
    is "SIG$signal ends it" $((128 + $(kill -l $signal))) $got
    for _ in {1..50}; do pgrep -f "${directory:-nothing}|^sleep 4242" >/dev/null || break; sleep 0.1; done
    is "... and no process is left" 0 "$(pgrep -fc "${directory:-nothing}|^sleep 4242")"
    is "... and no directory" gone "$([[ $directory && ! -e $directory ]] && echo gone)"
done
exit $failed
