#!/usr/bin/env bash
# tests/runtime/exec.sh - one more process in a container that runs: it is bound by all that the first one is bound by.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
change B '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["sethostname"], action: "SCMP_ACT_ERRNO", errnoRet: 77}]}
          | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 100}] | .process.env += ["LOCAL=yes"]'
box B run --detach --pid-file pid -- sh -c 'sleep 1000' </dev/null
first=$(cat pid)
ex() { br exec "${@:1:$#}"; }
in_box() { br exec "$BOX" "$@"; }
same_namespace() { [[ $(in_box readlink "/proc/self/ns/$1") == "$(readlink "/proc/$first/ns/$1")" ]]; }

# ---- what it shares
for kind in pid mnt uts ipc net cgroup; do check "it is in the container's $kind namespace" same_namespace "$kind"; done
expect_match "it sees the container's processes" "*sleep 1000*" in_box ps
expect_output "its root is the container's" marker in_box cat /marker
expect_output "it is in the container's cgroups" same bash -c '
    bundle-run --root "$STATES" exec "$BOX" sleep 5 &
    for _ in {1..50}; do
        set -- $(cat "/sys/fs/cgroup/pids/$BOX/cgroup.procs" 2>/dev/null || cat "/sys/fs/cgroup/$BOX/cgroup.procs")
        (($# < 2)) || break
        sleep 0.1
    done
    for pid; do cut -d: -f3 "/proc/$pid/cgroup" | sort -u; done | sort -u | wc -l >n
    [[ $# -ge 2 ]] && echo same; wait'
expect_output "it has the config's capabilities, no_new_privs and seccomp filter" "$(grep -E '^(Cap|NoNewPrivs|Seccomp:)' "/proc/$first/status")" \
    in_box grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
expect_match "the filter binds it" "*File descriptor in bad state*" in_box sh -c 'hostname other 2>&1; true'
expect_output "the config's limits hold" 100 in_box sh -c 'ulimit -n'
expect_output "it has the config's environment" yes in_box sh -c 'echo $LOCAL'
expect_output "the config's directory" / in_box pwd
expect_output "masked paths are masked" 0 in_box sh -c 'cat /proc/keys | wc -c'
expect_output "no signal is blocked or ignored" "0000000000000000 0000000000000000" \
    in_box awk '/^Sig(Blk|Ign)/ {printf "%s%s", sep, $2; sep=" "}' /proc/self/status
expect_output "it has descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" \
    bash -c 'exec 7</ 9</etc/passwd; bundle-run --root "$STATES" exec "$BOX" sh -c "cd /proc/self/fd; echo *"'

# ---- how it ends, and what goes in and out
expect_status "it exits as the program does" 42 in_box sh -c 'exit 42'
expect_status "a program that a signal ends is told as the shell tells it" 143 in_box sh -c 'kill -TERM $$'
expect_output "its stdin is ours" words bash -c 'echo words | bundle-run --root "$STATES" exec "$BOX" -- cat'
expect_error "a program that isn't there" 255 "*nope*not found*" in_box nope
expect_error "one that can't be run" 255 "*/etc/passwd*ermission denied*" in_box /etc/passwd
expect_error "a container that isn't there" 255 "*container does not exist: none-$BOX*" ex "none-$BOX" true
expect_error "no program" 255 "*which program*" ex "$BOX"
expect_error "no container" 255 "*which container*" ex
check "a signal is handed on" bash -c '
    bundle-run --root "$STATES" exec "$BOX" sh -c "trap \"exit 9\" USR1; echo up >/tmp/up; while :; do sleep 0.1; done" & pid=$!
    for _ in {1..100}; do [[ -e B/rootfs/tmp/up ]] && break; sleep 0.1; done
    kill -USR1 "$pid"; wait "$pid"; [[ $? == 9 ]]'

# ---- options
expect_output "--user by number" "1000 1001" ex --user 1000:1001 "$BOX" sh -c 'echo $(id -u) $(id -g)'
printf 'sailor:x:1234:77::/home/sailor:/bin/sh\n1000x:x:0:0::/:/bin/sh\n' >>B/rootfs/etc/passwd
expect_output "--user by a name of the container's" "1234 77 /home/sailor" ex -u sailor "$BOX" sh -c 'echo $(id -u) $(id -g) $HOME'
expect_error "a number with a letter is no user's number" 255 "*" ex -u 1001x "$BOX" true
expect_error "nor is one that doesn't fit" 255 "*" ex -u 4294967296 "$BOX" true
expect_output "without capabilities as somebody else" "CapEff: 0000000000000000" ex -u 1000 "$BOX" sh -c 'echo $(grep CapEff /proc/self/status)'
expect_output "--additional-gids" "0 10 20" ex -g 10,20 "$BOX" sh -c 'echo $(id -G)'
expect_output "--env, the last one wins" "b c" ex -e A=a -e A=b --env C=c "$BOX" sh -c 'echo $A $C'
expect_error "--env without =" 255 "*NAME=VALUE*" ex -e A "$BOX" true
expect_output "--cwd" /tmp ex --cwd /tmp "$BOX" pwd
expect_error "--cwd that isn't there" 255 "*/nowhere*" ex --cwd /nowhere "$BOX" pwd
expect_output "--cap adds to bounding, effective and permitted, not to inheritable or ambient" "0 3 3 3 0" \
    ex --cap CAP_CHOWN --cap CAP_DAC_OVERRIDE "$BOX" awk '/^Cap/ {printf "%s%s", sep, substr($2, 16); sep=" "}' /proc/self/status
expect_error "--cap of a word that isn't one" 255 "*CAP_FLY*" ex --cap CAP_FLY "$BOX" true
expect_output "--preserve-fds" "0 1 2 3 4" bash -c 'exec 3</dev/null; bundle-run --root "$STATES" exec --preserve-fds 1 "$BOX" sh -c "cd /proc/self/fd; echo *"'
check "--detach doesn't wait" ex --detach --pid-file tenant "$BOX" sleep 1000 </dev/null
expect_match "--pid-file has its number as the host sees it" "sleep*1000*" bash -c 'tr "\0" " " <"/proc/$(cat tenant)/cmdline"'
expect_error "in the background nobody is at its terminal" 255 "*--console-socket*" ex -d -t "$BOX" true
echo '{"args": ["sh", "-c", "echo $(id -u) $X $(pwd)"], "cwd": "/tmp", "env": ["PATH=/bin", "X=1"], "user": {"uid": 5, "gid": 6}}' >process.json
expect_output "--process has it all" "5 1 /tmp" ex --process process.json "$BOX"
expect_output "--process - takes it from a pipe" "5 1 /tmp" bash -c 'bundle-run --root "$STATES" exec --process - "$BOX" <process.json'
echo '{"args": [], "cwd": "/", "user": {"uid": 0, "gid": 0}}' >process.json
expect_error "--process without a program" 255 "*/process/args*names no program*" ex --process process.json "$BOX"
check "--cgroup is a group below the container's" bash -c '
    for d in $(bundle-run --root "$STATES" state "$BOX" | jq -r ".cgroupDirectories[]"); do mkdir "$d/part"; done
    for d in $(bundle-run --root "$STATES" state "$BOX" | jq -r ".cgroupDirectories[]"); do
        case $d in */cpuset/*) cat "$d/cpuset.cpus" >"$d/part/cpuset.cpus"; cat "$d/cpuset.mems" >"$d/part/cpuset.mems";; esac; done
    bundle-run --root "$STATES" exec --cgroup part "$BOX" grep -q /part /proc/self/cgroup'
expect_error "--cgroup can't leave it" 255 "*--cgroup*" ex --cgroup ../other "$BOX" true

# ---- a terminal
expect_match "--tty: a terminal of the container's" "*/dev/pts/*" on_terminal "$BELL_BIN/bundle-run" --root "$STATES" exec -t "$BOX" tty
expect_output "without it, none" "not a tty" in_box sh -c 'tty; true'

# ---- where no process may come in
mkdir frozen
br run --detach --bundle B "$BOX-2" -- true </dev/null 2>/dev/null
br kill "$BOX" KILL
check "the container ends" wait_until is_now stopped
expect_error "a stopped container takes none" 255 "*cannot exec in a container that is stopped*" in_box true
check "its other processes ended with it" wait_until test ! -e "/proc/$(cat tenant)"
check "delete removes it, groups below included" br delete --force "$BOX"
br delete --force "$BOX-2"

# ---- user and time namespaces
bundle U
change U '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 200000, size: 2000}] | .linux.gidMappings = .linux.uidMappings | .linux.cgroupsPath = "/'"$BOX"'"'
if have timens; then
    change U '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 1000000}}'
else
    skip "it joins the container's time namespace" "$REASON"
fi
chown -R 200000:200000 U/rootfs
box U run --detach --pid-file pid -- sleep 1000 </dev/null
first=$(cat pid)
for kind in user pid $(have timens && echo time); do check "it joins the container's $kind namespace" same_namespace "$kind"; done
expect_output "it is the user of the map" "0 200000" in_box sh -c 'echo $(id -u) $(awk "{print \$2}" /proc/self/uid_map)'
expect_output "another user of it" "7" ex -u 7 "$BOX" id -u
br delete --force "$BOX"

# ---- CPUs (execCPUAffinity)
change B '.process.execCPUAffinity = {initial: "0", final: "0"}'
box B run --detach -- sleep 1000 </dev/null
expect_output "execCPUAffinity holds for it" 0 in_box sh -c "awk '/Cpus_allowed_list/ {print \$2}' /proc/self/status"
br delete --force "$BOX"
check "at the end nothing is left" nothing_left

# ---- an ordinary user's
if have userns; then
    bundle R --rootless
    change R 'del(.linux.cgroupsPath)'
    as_user true
    mkdir -p user && chmod 755 . && chown -R "${BELL_TEST_USER:-root}" R
    jq --argjson u "$(as_user id -u)" --argjson g "$(as_user id -g)" '.linux.uidMappings[0].hostID = $u | .linux.gidMappings[0].hostID = $g' R/config.json >c.json && cat c.json >R/config.json
    mine() { as_user timeout -k 2 20 bundle-run --root "/tmp/$UNIQUE-states" "$@"; }
    cleanup rm -rf "/tmp/$UNIQUE-states"
    cleanup as_user bundle-run --root "/tmp/$UNIQUE-states" delete --force --all
    mine run -d --bundle R "$BOX" -- sleep 1000 </dev/null >/dev/null 2>&1
    expect_output "an ordinary user's container takes one, too" "0 1" mine exec "$BOX" sh -c 'echo $(id -u) $(ps | grep -c "[s]leep 1000")'
    expect_status "its exit status comes back" 42 mine exec "$BOX" sh -c 'exit 42'
    mine delete --force "$BOX"
else
    skip "an ordinary user's container takes one, too" "no user namespaces for ordinary users"
fi
