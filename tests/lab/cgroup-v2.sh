#!/usr/bin/env bash
# tests/lab/cgroup-v2.sh - budgets on cgroup v2 alone, as root and as a user with a delegated cgroup. Started outside the
# lab it boots one.
if [[ -z ${BELL_LAB-} ]]; then
    source "$(dirname "$0")/../harness.sh"
    needs linux.uml busybox python3
    "$TOP/scripts/lab" --timeout 100 -- env BELL_LAB=1 bash "$TOP/tests/lab/cgroup-v2.sh" </dev/null >said 2>errors
    status=$?
    if ((status == 125)) && ! grep -q '^ok\|^not ok' said; then
        skip "all of $(basename "$0")" "$(tail -n 1 errors)"
        exit 0
    fi
    relay cat said
    if ((status == 0)); then _ok "the lab runs to its end"; else _not_ok "the lab runs to its end" "status $status" "$(<errors)"; fi
    exit 0
fi

# ---- inside: no harness, as fork(2) is slow here. The kernel is a whole one, and nobody else's.
PATH=$BELL_BIN:$PATH
export PATH
top=/sys/fs/cgroup
# is SENTENCE WANTED GOT: the pattern matches.
is() {
    # shellcheck disable=SC2053 # a pattern is wanted
    if [[ $3 == $2 ]]; then echo "ok - $1"; else printf 'not ok - %s\n    wanted: %s\n    got: %s\n' "$1" "$2" "$3"; fi
}
group=/belltest
# In the lab a cat is 40 ms: all files of a group at once, by the shell.
files='for file in "$@"; do read -r value <"'$top$group'/$file"; printf "%s;" "$value"; done'

is "every limit is written" "20;67108864;33554432;50000 100000;0;" "$(cgroup-setter --name $group --pids 20 --memory 64M \
    --memory-reservation 32M --cpus 0.5 --unified memory.swap.max=0 -- bash -c "$files" sh pids.max memory.max memory.low cpu.max memory.swap.max 2>&1)"
is "a weight of version 1 is converted" "20;" "$(cgroup-setter --name $group --cpu-shares 512 -- bash -c "$files" sh cpu.weight 2>&1)"
is "bytes a second of a disk" "7:0 rbps=1048576 wbps=max riops=max wiops=max;" \
    "$(cgroup-setter --name $group --read-bps 7:0=1M -- bash -c "$files" sh io.max 2>&1)"
is "a weight of io that this kernel doesn't have is told" "*io.weight: No such file*hint*" \
    "$(cgroup-setter --name $group --io-weight 200 -- true 2>&1)"
is "the group is gone afterwards" gone "$([[ -e $top$group ]] || echo gone)"
is "pids.max stops forks" "*fork*" "$(cgroup-setter --name $group --pids 3 -- bash -c 'for i in 1 2 3 4 5; do sleep 3 & done' 2>&1)"
said=$(cgroup-setter --name $group --memory 16M --unified memory.swap.max=0 -- python3 -c 'b"x" * (1 << 27)' 2>&1)
is "memory.max ends it, and that is told" "137 *out of memory (the limit is --memory)*" "$? $said"
is "only allowed devices can be opened, by an eBPF program" "null zero: *Operation not permitted*" \
    "$(cgroup-setter --name $group --device-deny a --device-allow 'c 1:3 rwm' -- bash -c 'echo >/dev/null && printf "null zero: "; read -r x </dev/zero' 2>&1)"

cgroup-setter --name $group --pids 9 -- sleep 1000 &
supervisor=$!
for ((i = 0; i < 100; ++i)); do
    [[ -e $top$group/cgroup.procs ]] && read -r pid <$top$group/cgroup.procs && [[ $pid ]] && break
    sleep 0.1
done
is "live: a limit changes" "31" "$(cgroup-setter --target "$pid" --pids 31 2>&1; read -r x <$top$group/pids.max; echo "$x")"
is "live: frozen" "1 frozen 1" "$(cgroup-setter --target "$pid" --freeze 2>&1; sleep 0.2; read -r x <$top$group/cgroup.freeze
    { read -r _; read -r y; } <$top$group/cgroup.events; echo "$x $y")"
is "live: thawed" "0" "$(cgroup-setter --target "$pid" --thaw 2>&1; read -r x <$top$group/cgroup.freeze; echo "$x")"
is "--show knows version 2" "*v2*memory*pids*$group*31*" "$(cgroup-setter --show --target "$pid" 2>&1)"
is "--watch knows version 2" "memory */*cpu */*processes */31*events: memory full 0*killed 0*throttled *forks refused*" \
    "$(timeout 2 cgroup-setter --watch --interval 0.2 --target "$pid" 2>&1 | head -n 2 | tail -n 1)"
kill -TERM $supervisor
wait $supervisor 2>/dev/null
is "a signal is handed on, and the group goes" "143 gone" "$? $([[ -e $top$group ]] || echo gone)"
cgroup-setter --name $group --pids 9 -- bash -c 'setsid sleep 1000 & :' 2>/dev/null
is "what the program left running is ended by cgroup.kill" "gone" "$([[ -e $top$group ]] || echo gone)"

# ---- delegated, as systemd does it: an ordinary user's own part, and a leaf in it to live in
mkdir $top/user $top/user/leaf
echo "+pids +memory +cpu" >$top/user/cgroup.subtree_control
chown 1000:1000 $top/user $top/user/cgroup.{procs,threads,subtree_control} $top/user/leaf $top/user/leaf/cgroup.{procs,threads,subtree_control}
as_user() { (echo "$BASHPID" >$top/user/leaf/cgroup.procs; exec setpriv --reuid 1000 --regid 1000 --clear-groups "$@"); }
is "a user with a delegated cgroup has limits" "17" "$(as_user cgroup-setter --pids 17 -- bash -c '
    IFS=: read -r _ _ own </proc/self/cgroup; read -r x <'$top'$own/pids.max; echo $x' 2>&1)"
is "and nothing is left of it" "leaf" "$(cd $top/user && echo */ | tr -d /)"

# ---- the runtime
mkdir -p /tmp/bundle/rootfs/bin && cp "$(type -P busybox)" /tmp/bundle/rootfs/bin/ && ln -s busybox /tmp/bundle/rootfs/bin/sh
bundle-run spec --bare | ns-enter --new pid,mount,cgroup | cgroup-setter --name $group --pids 12 --memory 48M |
    bind-mounter --proc /proc --cgroup /sys/fs/cgroup >/tmp/bundle/config.json
mkdir /tmp/bundle/rootfs/{proc,sys} /tmp/bundle/rootfs/sys/fs /tmp/bundle/rootfs/sys/fs/cgroup
is "bundle-run: the container's limits" "12 50331648" "$(bundle-run run --bundle /tmp/bundle box -- sh -c \
    'read -r a </sys/fs/cgroup/pids.max; read -r b </sys/fs/cgroup/memory.max; echo $a $b' 2>&1 </dev/null)"
is "bundle-run: and its group goes with it" gone "$([[ -e $top$group ]] || echo gone)"

# ---- root with all its powers, which the machine that runs the tests may lack
bundle-run spec --bare | jq '.process += {rlimits: [{type: "RLIMIT_NOFILE", soft: 2000, hard: 2000}], oomScoreAdj: -77} |
    .mounts = [{destination: "/proc", type: "proc", source: "proc"}] | .linux.namespaces = [{type: "pid"}, {type: "mount"}, {type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings' >/tmp/bundle/config.json
is "bundle-run: what a user namespace can't raise or lower by itself, its maker does" "2000 -77" "$(ulimit -n 1000; bundle-run run --bundle /tmp/bundle box -- sh -c \
    'read -r score </proc/self/oom_score_adj; echo $(ulimit -Hn) $score' 2>&1 </dev/null)"
# A group that root of a user namespace sees as the top, and may write to, is its own; its limits aren't.
bundle-run spec --bare | jq '.mounts = [{destination: "/proc", type: "proc", source: "proc"},
    {destination: "/sys/fs/cgroup", type: "cgroup2", source: "cgroup", options: ["rw"]}] | .linux.cgroupsPath = "'$group'" |
    .linux.namespaces = [{type: "pid"}, {type: "mount"}, {type: "user"}, {type: "cgroup"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings' >/tmp/bundle/config.json
ln -s busybox /tmp/bundle/rootfs/bin/mkdir && ln -s busybox /tmp/bundle/rootfs/bin/stat
is "bundle-run: a user namespace's own cgroup is delegated to it" "0 made 65534" "$(bundle-run run --bundle /tmp/bundle box -- sh -c \
    'cd /sys/fs/cgroup; echo $(stat -c %u .) $(mkdir sub && echo made) $(stat -c %u memory.max)' 2>&1 </dev/null)"
exit 0
