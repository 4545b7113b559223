#!/usr/bin/env bash
# tests/tools/priv-drop.sh - what the program may still do: the same as capsh, setpriv, prlimit and friends make it.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
facts=(grep -E 'Cap|NoNewPrivs|Seccomp:|^Uid|^Gid|^Groups|^Umask' /proc/self/status)
capability() { awk -v set="Cap$1:" '$1 == set {print $2}' /proc/self/status; }
# same SENTENCE OURS... :: THEIRS...: both print the same.
same() {
    local sentence=$1 ours=() wanted
    shift
    while [[ $1 != :: ]]; do ours+=("$1") && shift; done
    shift
    wanted=$("$@" 2>/dev/null)
    expect_output "$sentence" "$wanted" "${ours[@]}"
}

# ---- capabilities
with "root setpriv" same "no capabilities: as setpriv" \
    priv-drop --caps none -- "${facts[@]}" :: setpriv --bounding-set -all --inh-caps -all "${facts[@]}"
with "root capsh" same "two capabilities less: as capsh" priv-drop --caps -net_raw,-kill -- "${facts[@]}" \
    :: capsh --drop=cap_net_raw,cap_kill -- -c 'exec "$@"' sh "${facts[@]}"
with root expect_output "a root without powers gets none back by exec" 0000000000000000 \
    priv-drop --caps none -- sh -c "sh -c 'awk \"/CapEff/ {print \\\$2}\" /proc/self/status'"
with root refute "a root without CAP_CHOWN can't chown" priv-drop --caps -chown -- sh -c 'touch mine && chown 1 mine'
with root expect_output "default is what runc spec grants" 0000000020000420 \
    priv-drop --caps default -- awk '/CapBnd/ {print $2}' /proc/self/status
with root expect_output "names and CAP_ names and numbers are the same" 0000000000000021 \
    priv-drop --caps CAP_KILL,Chown,5 -- awk '/CapBnd/ {print $2}' /proc/self/status
with "root setpriv" same "ambient capabilities stay with an ordinary user: as setpriv" \
    priv-drop --user 1000:1000 --groups none --caps +none --ambient kill -- "${facts[@]}" \
    :: setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps +kill --ambient-caps +kill "${facts[@]}"
with root expect_output "the bounding set alone" 0000000000000020 \
    priv-drop --bounding kill -- awk '/CapBnd/ {print $2}' /proc/self/status
expect_error "a capability that isn't one gets the nearest word" 125 \
    "priv-drop: capability netraw: unknown (did you mean 'net_raw'?)*" priv-drop --caps netraw -- true
expect_error "signs and none don't mix" 125 "priv-drop: capabilities +kill,chown: all words*" priv-drop --caps +kill,chown -- true
expect_error "a capability that isn't there can't be had" 125 "priv-drop: this process doesn't have CAP_KILL*never gained*" \
    as_user priv-drop --caps kill -- true
expect_error "an ordinary user is told why the bounding set stays" 125 \
    "priv-drop: prctl PR_CAPBSET_DROP*hint:*ns-enter --new user*" as_user priv-drop --caps none -- true
with userns expect_output "in a user namespace an ordinary user drops them all" 0000000000000000 \
    as_user ns-enter --new user -- priv-drop --caps none -- awk '/CapBnd/ {print $2}' /proc/self/status
with userns expect_match "a chain ends without powers" "CapInh:*0000000000000000*CapBnd:?0000000000000000*" \
    as_user ns-enter --new user,pid,mount,uts,ipc -- priv-drop --caps none -- grep Cap /proc/self/status

# ---- users
with "root setpriv" same "another user: as setpriv" priv-drop --user 1000:1000 --groups 5,6 --no-new-privs -- "${facts[@]}" \
    :: setpriv --nnp --reuid 1000 --regid 1000 --groups 5,6 "${facts[@]}"
with root expect_output "a name brings its group" "65534 65534" priv-drop --user nobody -- sh -c 'echo $(id -u) $(id -g)'
with root expect_error "2^32-1 is no user" 125 "priv-drop: user 4294967295: ids go from 0*" priv-drop --user 4294967295 -- true
with root expect_output "2^32-2 is one" 4294967294 priv-drop --user 4294967294 -- id -u
with root expect_error "a number with a letter is a name that isn't there" 125 "priv-drop: user 1000x: not in /etc/passwd*" \
    priv-drop --user 1000x -- true
check "one may become who one is" as_user sh -c 'priv-drop --user "$(id -un)" -- true'
expect_error "an ordinary user can't be root" 125 "priv-drop: set*: Operation not permitted*" as_user priv-drop --user root -- true
with userns check "no groups are wanted where groups can't be changed" \
    as_user ns-enter --new user -- priv-drop --user 0:0 --groups none -- true
with userns expect_error "other groups can't be had there" 125 "priv-drop: setgroups*" \
    as_user ns-enter --new user -- priv-drop --groups 5 -- true
with root expect_output "the umask" 0027 priv-drop --umask 027 -- sh -c umask

# ---- names of users come from the rootfs, whatever it is
rootfs R
mkdir -p B && mv R B/rootfs
printf 'root:x:0:0:r:/root:/bin/sh\n1000:x:0:0::/:\nalice:x:1234:55::/home/alice:/bin/sh\n' >B/rootfs/etc/passwd
printf 'audio:x:29:alice\nstaff:x:55:alice\n' >B/rootfs/etc/group
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"root":{"path":"rootfs"},"process":{"cwd":"/","args":["sh"]},"z":1}'; }
described() { config >B/config.json && priv-drop --bundle B --user "$1" && jq -c .process.user B/config.json; }
with root expect_output "a chain looks names up in the new root" 1234 chroot-only B/rootfs -- priv-drop --user alice -- id -u
expect_output "a name in the bundle's rootfs" '{"uid":1234,"gid":55,"additionalGids":[29]}' described alice
expect_output "a group of it" '{"uid":1234,"gid":29}' described alice:audio
expect_output "a user called 1000 isn't uid 1000" '{"uid":1000,"gid":0}' described 1000
expect_error "on stdin only numbers can be described" 125 "priv-drop: names are looked up in the rootfs*" \
    bash -c 'priv-drop --user alice <<<"$1"' sh "$(config)"
mv B/rootfs/etc/passwd passwd && mkfifo B/rootfs/etc/passwd
expect_error "a pipe instead of /etc/passwd doesn't hang us" 125 "priv-drop: /etc/passwd is not a regular file*" \
    timeout 10 "$BELL_BIN/priv-drop" --bundle B --user alice
expect_output "two numbers read no file" '{"uid":7,"gid":8}' described 7:8
rm B/rootfs/etc/passwd && truncate -s 1G B/rootfs/etc/passwd
expect_error "a gigabyte of /etc/passwd is refused" 125 "priv-drop: /etc/passwd: larger than*" described alice
rm B/rootfs/etc/passwd && echo 'mallory:x:0:0::/:' >passwd-outside && ln -s "$WORK/passwd-outside" B/rootfs/etc/passwd
expect_error "a symlink leads to places inside" 125 "priv-drop: user mallory: not in /etc/passwd*" described mallory

# ---- limits and preferences
with prlimit same "rlimits: as prlimit" priv-drop -r nofile=10:20 -r core=0 -r memlock=64k -- cat /proc/self/limits \
    :: prlimit --nofile=10:20 --core=0 --memlock=65536 cat /proc/self/limits
expect_error "a soft limit above the hard one is refused" 125 "priv-drop: RLIMIT_NOFILE: the soft limit 3 is above*" \
    priv-drop -r nofile=3:2 -- true
expect_error "an rlimit that isn't one gets the nearest word" 125 "*unknown (did you mean 'nofile'?)*" priv-drop -r nofil=3 -- true
expect_error "raising a hard limit fails for an ordinary user" 125 "*hint: the hard limit is 100 here; raising it needs CAP_SYS_RESOURCE*" \
    as_user sh -c 'ulimit -n 100; priv-drop -r nofile=200 -- true'
with chrt expect_match "the scheduling policy" "*SCHED_BATCH*" priv-drop --scheduler batch -- chrt -p 0
expect_output "the nice value" 7 priv-drop --nice 7 -- nice
with ionice same "the io priority: as ionice" priv-drop --ioprio be:2 -- ionice :: ionice -c 2 -n 2 ionice
expect_output "the CPUs" 1 priv-drop --cpus 0 -- nproc
with setarch same "the personality: as setarch" priv-drop --personality LINUX:ADDR_NO_RANDOMIZE -- cat /proc/self/personality \
    :: setarch -R cat /proc/self/personality
expect_output "the oom score" 500 priv-drop --oom-score-adj 500 -- cat /proc/self/oom_score_adj
[[ -d /proc/self/attr/apparmor ]] ||
    expect_error "a host without AppArmor says so" 125 "*this host runs no AppArmor*" priv-drop --apparmor box -- true

# ---- seccomp
cat >profile.json <<'EOF'
{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat","nosuchcall"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}
EOF
chmod 644 profile.json
expect_error "a filter answers instead of the kernel" 1 "*No space left on device*" priv-drop --no-new-privs -s profile.json -- mkdir x
expect_error "the profile itself may stand there, where no file of the host's is any more" 1 "*No space left on device*" \
    priv-drop --no-new-privs --seccomp "$(<profile.json)" -- mkdir x
with root expect_error "root needs no no-new-privs for it" 1 "*No space left on device*" priv-drop -s profile.json -- mkdir x
expect_error "an ordinary user does, and is told" 125 "*hint: without CAP_SYS_ADMIN a filter needs --no-new-privs*" \
    as_user priv-drop -s "$WORK/profile.json" -- true
echo '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve","exit_group","exit","brk","arch_prctl","mmap","mprotect","munmap"],"action":"SCMP_ACT_ALLOW"}]}' >strict.json
with busybox expect_status "a filter without write and openat still lets the program start, narrated or not" 0 \
    priv-drop --explain=full --no-new-privs -s strict.json -- busybox true
profile=/usr/share/containers/seccomp.json
[[ ! -r $profile ]] || with root expect_output "podman's profile works" 0 priv-drop --caps kill --no-new-privs -s $profile -- id -u

# ---- the rest of a process
expect_output "the environment" $'B=2' env -i A=1 "$BELL_BIN/priv-drop" -e -A -e B=2 -- /usr/bin/env
expect_output "an empty one" "" priv-drop --clear-env -- /usr/bin/env
expect_output "the directory" /usr priv-drop --cwd /usr -- pwd
expect_status "the program's exit status is ours" 42 priv-drop -- sh -c 'exit 42'
expect_status "a program that isn't there is 127" 127 priv-drop -- nothing

# ---- describe
describe() { config | priv-drop "$@" | jq -c "${field}"; }
field=.process.capabilities
expect_output "described: no capabilities" \
    '{"bounding":[],"effective":[],"inheritable":[],"permitted":[],"ambient":[]}' describe --caps none
expect_output "described: one" \
    '{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"inheritable":[],"permitted":["CAP_KILL"],"ambient":[]}' describe --caps kill
field=.process.rlimits
expect_output "described: rlimits, the last of a type counts" '[{"type":"RLIMIT_NOFILE","hard":5,"soft":5}]' \
    describe -r nofile=9 -r nofile=5
field='[.process.noNewPrivileges,.process.oomScoreAdj,.process.cwd,.process.env,.x,.z,.linux]'
expect_output "described: the rest, and nothing else changes" '[true,5,"/srv",["A=1"],{"y":[1]},1,null]' \
    describe --no-new-privs --oom-score-adj 5 --cwd /srv -e A=1
field=.linux.seccomp.defaultAction
expect_output "described: a seccomp profile" '"SCMP_ACT_ALLOW"' describe -s profile.json
expect_error "what was changed is told" 0 "*/process/noNewPrivileges: unset -> true*" \
    bash -c 'priv-drop --explain --no-new-privs <<<"$1"' sh "$(config)"

# ---- narration
with root expect_match "the narration tells powers, limits and the filter in order" \
    "1 priv-drop*prlimit(nofile, 64)*2 priv-drop*root with 3 of *PR_CAPBSET_DROP*capset(kill,net_bind_service,audit_write)*PR_SET_NO_NEW_PRIVS*3 priv-drop*seccomp(*execve(*" \
    bash -c 'priv-drop --explain --caps default --no-new-privs -r nofile=64 -s profile.json -- true 2>&1'
with root expect_output "no line is wider than 80 columns" "" \
    bash -c 'priv-drop --explain --caps default -u 1:2 --groups 3,4,5 --no-new-privs -r nofile=64 --nice 3 -s profile.json -- true 2>&1 | grep -E ".{81}"; true'
with root expect_output "a dry run changes nothing" "" bash -c 'priv-drop --dry-run --caps none -u 1 -s profile.json -- echo done 2>/dev/null'
