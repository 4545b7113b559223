#!/usr/bin/env bash
# tests/tools/ns-enter.sh - new namespaces, and those of others: the same as unshare(1) and nsenter(1) make of a process.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
if have root; then _need_user; else mkdir user; fi
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"process":{"cwd":"/","args":["sh"]},"z":1}'; }

# ./changed: the namespaces that aren't those of this file. ./facts: these, and the rest of what decides on power.
stat -L -c %i /proc/self/ns/{user,pid,mnt,uts,ipc,net,cgroup,time} >before
cat >changed <<'EOF'
#!/bin/sh
set -- user pid mnt uts ipc net cgroup time
while read -r inode; do
    [ "$(stat -L -c %i "/proc/self/ns/$1")" = "$inode" ] || printf '%s ' "$1"
    shift
done <"${0%/*}/before"
EOF
cat >facts <<'EOF'
#!/bin/sh
"${0%/*}/changed"
cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
grep -E '^(Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp):' /proc/self/status
EOF
chmod 755 changed facts
# same SENTENCE OURS... :: THEIRS...: both print the same, and something.
same() {
    local sentence=$1 ours=() wanted
    shift
    while [[ $1 != :: ]]; do ours+=("$1") && shift; done
    shift
    wanted=$("$@" 2>/dev/null)
    [[ -n $wanted ]] || { skip "$sentence" "${*:1:3} ... doesn't work here"; return; }
    expect_output "$sentence" "$wanted" "${ours[@]}"
}

# ---- new ones
for type in user pid mount:mnt uts ipc network:net cgroup time; do
    with root expect_output "a new ${type%:*} namespace, and no other" "${type#*:} " ns-enter --new "${type%:*}" -- ./changed
    [[ $type == user ]] ||
        with userns expect_output "an ordinary user gets a ${type%:*} namespace with a user namespace" \
            "user ${type#*:} " as_user ns-enter --new "user,${type%:*}" -- "$WORK/changed"
done
with userns expect_output "an ordinary user gets all eight" "user pid mnt uts ipc net cgroup time " \
    as_user ns-enter --new all -- "$WORK/changed"
with root expect_output "the short names are the same" "pid mnt net " ns-enter --new net,mnt,pid -- ./changed

# ---- which ids are which
with userns expect_output "root inside is who calls" "0 0" as_user ns-enter --new user -- sh -c 'echo $(id -u) $(id -g)'
with userns same "one id mapped: as unshare --map-root-user" as_user ns-enter --new user -- "$WORK/facts" \
    :: as_user unshare --map-root-user "$WORK/facts"
with userns same "with a pid namespace too: as unshare --fork" as_user ns-enter --new user,pid,ipc,cgroup -- "$WORK/facts" \
    :: as_user unshare --map-root-user --fork --pid --ipc --cgroup "$WORK/facts"
with userns same "--map-current: as unshare --map-current-user" \
    as_user ns-enter --new user --map-current -- sh -c 'cat /proc/self/uid_map /proc/self/gid_map; id -u' \
    :: as_user unshare --map-current-user sh -c 'cat /proc/self/uid_map /proc/self/gid_map; id -u'
with userns same "no map at all: as unshare --user" as_user ns-enter --new user --map-none -- "$WORK/facts" \
    :: as_user unshare --user "$WORK/facts"
with root same "root's other namespaces: as unshare" ns-enter --new mount,uts,ipc,net,cgroup,pid -- ./facts \
    :: unshare --fork --pid --mount --uts --ipc --net --cgroup ./facts
with "root newuidmap" expect_match "--map-auto: root and the ids of /etc/subuid" "0 +([0-9]) 1 1 +([0-9]) 65536 allow" \
    as_user ns-enter --new user,mount --map-auto -- sh -c 'echo $(cat /proc/self/uid_map /proc/self/setgroups)'
with "root newuidmap" expect_output "--map-auto: files can be given to these ids" 65536 \
    as_user ns-enter --new user --map-auto -- sh -c 'cd "$0/user"; touch f; chown 65536:1 f; stat -c %u f; chown 0:0 f' "$WORK"
with root expect_output "--uid-map and --gid-map, the first of several ranges with a root counts" "0 7 0|5 1005 3|0 9 9|0 0" \
    ns-enter --new user --uid-map 0:7:1 --uid-map 5:1005:3 --gid-map 0:9:9 -- \
    sh -c 'set -- $(cat /proc/self/uid_map /proc/self/gid_map); echo "$1 $2 0|$4 $5 $6|$7 $8 $9|$(id -u) $(id -g)"'
with userns expect_output "--setgroups deny stays so" deny as_user ns-enter --new user --setgroups deny -- cat /proc/self/setgroups
with root expect_output "--setgroups allow, where it may be" allow \
    ns-enter --new user --setgroups allow -- cat /proc/self/setgroups
with "userns newuidmap" expect_error "another's id isn't there for an ordinary user" 125 "*newuidmap*: refused*hint: do /etc/subuid*" \
    as_user ns-enter --new user --uid-map 0:1:1 -- true

# ---- what is in them
with userns expect_output "a host name and a domain name" "box.deep" \
    as_user ns-enter --new user,uts --hostname box --domainname deep -- \
    sh -c 'echo "$(hostname).$(cat /proc/sys/kernel/domainname)"'
with userns expect_output "--lo: a new network's one interface is up" "127.0.0.1 answers" as_user ns-enter --new user,network --lo -- \
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); socket.create_connection(s.getsockname()); print("127.0.0.1 answers")'
expect_error "--lo without a new network says what is missing" 125 "*add 'network' to --new*" ns-enter --new uts --lo -- true
with root expect_output "a kernel setting of the new ipc namespace" 4242 \
    ns-enter --new ipc --sysctl kernel.msgmax=4242 -- cat /proc/sys/kernel/msgmax
with userns expect_output "and of the network's, as an ordinary user" 1 \
    as_user ns-enter --new user,net --sysctl net.ipv4.ip_forward=1 -- cat /proc/sys/net/ipv4/ip_forward
uptime_days() { awk '{print int($1 / 86400)}' /proc/uptime; }
with userns expect_output "a clock of its own: 100 days ahead" $(($(uptime_days) + 100)) \
    as_user ns-enter --new user --boottime 8640000 -- awk '{print int($1 / 86400)}' /proc/uptime
with userns expect_output "both clocks, with parts of a second" "monotonic -2 500000000 boottime 3 250000000" \
    as_user ns-enter --new user --monotonic -1.5 --boottime 3.25 -- sh -c 'echo $(cat /proc/self/timens_offsets)'
with root expect_output "what is mounted inside stays inside" "" bash -c '
    mkdir m; ns-enter --new mount -- mount -t tmpfs none m; grep -F " $PWD/m " /proc/self/mountinfo || true'
with root expect_match "--propagation slave: what is mounted outside is seen" "* master:*" \
    ns-enter --new mount --propagation shared -- sh -c 'ns-enter --new mount --propagation slave -- cat /proc/self/mountinfo; exit'

# ---- the process
with userns expect_output "with a pid namespace the program is process 1" 1 as_user ns-enter --new user,pid -- sh -c 'echo $$'
with userns expect_output "--no-fork: its children are inside" 1 \
    as_user ns-enter --new user,pid --no-fork -- sh -c 'sh -c "echo \$\$"; exit'
with userns expect_status "the program's exit status is ours" 42 as_user ns-enter --new user,pid -- sh -c 'exit 42'
with userns expect_status "a program that isn't there is 127" 127 as_user ns-enter --new user,pid -- nothing
# in_background NAME OPTIONS...: runs $payload there; its pid, as seen from here, comes in user/NAME.
payload=
telling='read -r pid rest </proc/self/stat; echo "$pid" >"$0"; '
in_background() {
    as_user ns-enter "${@:2}" -- sh -c "$telling$payload" "$WORK/user/$1" 2>/dev/null &
    wait_until test -s "user/$1"
}
if have userns; then
    payload='trap "exit 7" TERM; while :; do sleep 0.05; done' in_background one --new user,pid
    # The payload's parent is ns-enter.
    ns_enter=$(awk '/^PPid/ {print $2}' "/proc/$(<user/one)/status")
    sleep 0.2
    kill -TERM "$ns_enter"
    expect_status "a signal is handed on, and its handler's exit status comes back" 7 wait $!
    payload='while :; do sleep 0.05; done' in_background two --new user,pid
    kill -KILL "$(<user/two)"
    expect_status "a program that a signal ends is told as the shell tells it" 137 wait $!
    payload='exec sleep 1000' in_background three --new user,pid
    kill -KILL "$(awk '/^PPid/ {print $2}' "/proc/$(<user/three)/status")"
    check "killed, it takes the program along" wait_until bash -c '! kill -0 "$1"' sh "$(<user/three)"
    wait 2>/dev/null
    payload='exec sleep 1000' in_background four --new user,pid --outlive
    kill -KILL "$(awk '/^PPid/ {print $2}' "/proc/$(<user/four)/status")"
    sleep 0.2
    check "unless it may outlive" kill -0 "$(<user/four)"
    kill -KILL "$(<user/four)"
    wait 2>/dev/null
fi

# ---- those of others
if have root; then
    check "--keep gives a namespace a name" ns-enter --new uts --hostname kept --keep uts=uts -- true
    cleanup umount "$WORK/uts"
    expect_output "--join TYPE=FILE enters it, when nobody is in it any more" kept ns-enter --join uts=uts -- hostname
    same "as nsenter does" ns-enter --join uts=uts -- ./facts :: nsenter --uts=uts ./facts
    expect_output "one joined and one new" "kept uts ipc " \
        ns-enter --join uts=uts --new ipc -- sh -c 'echo "$(hostname) $(./changed)"'
    check "--keep names a new time namespace with a new user namespace" \
        ns-enter --new user,time --boottime 86400 --keep time=clock -- true
    cleanup umount "$WORK/clock"
    with nsenter expect_match "its clock is shifted" "*boottime *86400*" nsenter --time=clock cat /proc/self/timens_offsets
    expect_error "a file that is no namespace is told" 125 "ns-enter: setns facts: Invalid argument*hint: is the file*" \
        ns-enter --join uts=facts -- true
    expect_error "a namespace of another type is told" 125 "ns-enter: setns uts: Invalid argument*" ns-enter --join ipc=uts -- true
fi
if have userns; then
    payload='exec sleep 1000' in_background deep --new user,pid,mount,uts,ipc,net --hostname deep
    pid=$(<user/deep)
    expect_output "--target joins all that differ" "deep user pid mnt uts ipc net " \
        as_user ns-enter --target "$pid" -- sh -c 'echo "$(hostname) $("$0")"' "$WORK/changed"
    expect_output "--join chooses some" "user uts " as_user ns-enter --target "$pid" --join user,uts -- "$WORK/changed"
    same "as nsenter: all" as_user ns-enter --target "$pid" -- "$WORK/facts" \
        :: as_user nsenter --target "$pid" --user --pid --mount --uts --ipc --net --preserve-credentials "$WORK/facts"
    with root same "as nsenter: some, by root" ns-enter --target "$pid" --join uts,net -- ./facts \
        :: nsenter --target "$pid" --uts --net ./facts
    expect_error "without the user namespace an ordinary user is told" 125 "ns-enter: setns*hint: join its user namespace too*" \
        as_user ns-enter --target "$pid" --join uts -- true
    printf '{"ociVersion":"1.0.2","id":"a","status":"running","pid":%s,"bundle":"/"}' "$pid" >state
    expect_output "--target - takes the pid from a state" deep as_user ns-enter --target - -- hostname <state
    cd user || exit
    expect_output "--wd starts where it is" "$WORK" as_user ns-enter --target "$pid" --wd -- pwd
    cd .. || exit
    kill -KILL "$pid"
    wait 2>/dev/null
    expect_error "a process that isn't there is told" 125 "ns-enter: *No such process*" as_user ns-enter --target "$pid" -- true
fi
if have root; then
    ns-enter --new user --uid-map 7:0:1 --gid-map 8:0:1 -- sh -c "${telling}exec sleep 1000" "$WORK/odd" &
    wait_until test -s odd
    expect_output "a user namespace without a root is joined as who one is there" "7 8" \
        ns-enter --target "$(<odd)" -- sh -c 'echo $(id -u) $(id -g)'
    touch even && chmod 666 even
    ns-enter --new user,uts,pid --uid-map 0:1000:9 --gid-map 0:1000:9 -- sh -c "${telling}exec sleep 1000" "$WORK/even" &
    wait_until test -s even
    same "as nsenter: by root, with the user namespace" ns-enter --target "$(<even)" -- ./facts \
        :: nsenter --target "$(<even)" --user --uts --pid ./facts
    kill -KILL "$(<odd)" "$(<even)"
    wait 2>/dev/null
fi

# ---- describe
describe() { config | ns-enter "$@" | jq -c "$field"; }
field=.linux.namespaces
expect_output "described: the spec's names, in the order of the words" '[{"type":"pid"},{"type":"mount"},{"type":"network"}]' \
    describe --new pid,mnt,net
expect_output "described: a path" '[{"type":"network","path":"/run/netns/blue"}]' describe --join net=/run/netns/blue
field='[.linux.namespaces,.linux.uidMappings]'
expect_output "described: a user namespace has its map" "[[{\"type\":\"user\"}],[{\"containerID\":0,\"hostID\":$EUID,\"size\":1}]]" \
    describe --new user
field='[.hostname,.domainname,.linux.sysctl,.linux.timeOffsets,.linux.rootfsPropagation]'
expect_output "described: what is in them" \
    '["box","deep",{"net.ipv4.ip_forward":"1"},{"boottime":{"secs":5,"nanosecs":0}},"slave"]' \
    describe --new uts,net,mount --hostname box --domainname deep --sysctl net.ipv4.ip_forward=1 --boottime 5 --propagation slave
field='[.x,.z,.process,.linux.namespaces]'
expect_output "described: --share takes out again; unknown fields stay" \
    '[{"y":[1]},1,{"cwd":"/","args":["sh"]},[{"type":"pid"}]]' \
    bash -c "$(declare -f config); config | ns-enter --new pid,user,uts | ns-enter --share user,uts | jq -c '$field'"
expect_match "described: --explain tells what changed" "*/hostname: unset -> \"box\"*" \
    bash -c "$(declare -f config); config | ns-enter --explain --new uts --hostname box 2>&1 >/dev/null"

# ---- what can be wrong
expect_error "a namespace that isn't one gets the nearest word" 125 \
    "ns-enter: *unknown namespace 'moun' (did you mean 'mount'?)*" ns-enter --new moun -- true
expect_error "nothing wanted is told" 125 "ns-enter: which namespaces?*hint:*--new LIST*" ns-enter -- true
expect_error "--map-auto without a user namespace is told" 125 "*only be mapped in a new user namespace*add 'user' to --new*" \
    ns-enter --new uts --map-auto -- true
expect_error "a setting of the whole machine is refused" 125 "*sysctl kernel.panic: belongs to the whole machine*" \
    ns-enter --new uts --sysctl kernel.panic=1 -- true
expect_error "and one of a namespace that isn't new" 125 "*kernel.msgmax: needs a new ipc namespace*hint: *ns-enter --new ipc*" \
    ns-enter --new uts --sysctl kernel.msgmax=1 -- true
expect_error "--target without a program is told" 125 "ns-enter: --target, but no program to run there*hint: *-- PROGRAM*" ns-enter --target $$
with root expect_output "under a /proc of another pid namespace ids are mapped, too" 0 ns-enter --new pid -- ns-enter --new user --uid-map 0:0:10 --gid-map 0:0:10 -- id -u
expect_error "--join TYPE without a target is told" 125 "*--join TYPE needs --target PID*" ns-enter --join uts -- true
expect_error "--share doesn't do" 125 "*--share has no meaning with '-- PROGRAM'*" ns-enter --share uts --new ipc -- true
expect_error "--setgroups takes two words" 125 "*must be allow or deny*" ns-enter --new user --setgroups maybe -- true
expect_error "a map that is none is told" 125 "*--uid-map 0:x: must be INSIDE:OUTSIDE:COUNT*" ns-enter --new user --uid-map 0:x -- true
expect_error "an offset that is no time is told" 125 "*--boottime soon: must be seconds*" ns-enter --boottime soon -- true
if have root || ! unshare --uts true 2>/dev/null; then
    expect_error "an ordinary user is told the way in" 125 \
        "ns-enter: unshare*: Operation not permitted*hint: add 'user' to --new*" as_user ns-enter --new uts -- true
    expect_error "with a pid namespace as well" 125 \
        "ns-enter: clone3*: Operation not permitted*hint: add 'user' to --new*" as_user ns-enter --new pid -- true
fi
with userns expect_error "a host name without a uts namespace" 125 "ns-enter: sethostname*: Operation not permitted*hint: *--new uts*" \
    as_user ns-enter --new user --hostname box -- true
expect_error "a host name that is too long" 125 "ns-enter: sethostname 0*: Invalid argument*at most 64 bytes*" \
    as_user ns-enter --new user,uts --hostname "$(printf '%065d' 0)" -- true

# ---- telling
with userns expect_match "--explain=full shows the change" "*uts:[[]+([0-9])] -> uts:[[]+([0-9])]*" \
    as_user sh -c 'ns-enter --explain=full --new user,uts -- true 2>&1'
expect_match "--dry-run tells, and changes nothing" "*unshare(NEWUSER|NEWUTS)*sethostname(\"box\")*execve(*" \
    bash -c 'ns-enter --dry-run --new user,uts --hostname box -- hostname 2>&1'
