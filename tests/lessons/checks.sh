#!/usr/bin/env bash
# tests/lessons/checks.sh - what `lesson check` says to who has done nothing, half of an exercise, something else, and to
# who has typed the last hint. Each NO has to have evidence, something that follows, and a reason.
source "$(dirname "$0")/../harness.sh"
[[ -x $BELL_BIN/lesson ]] || { skip "all of $(basename "$0")" "built without libcmark-gfm-dev"; exit 0; }
needs jq userns

mkdir -p user
! have root || _need_user
cp -r "$TOP/lessons" user/
if [[ -d $TOP/images/busybox ]]; then
    cp -r "$TOP/images/busybox" user/image
else
    rootfs root && rm root/marker
    SOURCE_DATE_EPOCH=0 layer-pack --cmd sh root user/image >/dev/null
fi
chmod -R a+rX user
learner() {
    (cd "$WORK/user" && as_user env HOME="$WORK/user" BELL_LESSONS="$WORK/user/lessons" BELL_IMAGE="$WORK/user/image" SHELL=/bin/bash "$@")
}
reset() { learner lesson reset "$1" >/dev/null 2>&1; }
for lesson in "$TOP"/lessons/[0-9][0-9]-*/; do
    number=$(basename "$lesson")
    cleanup reset "${number:0:2}"
done

# found NUMBER: what the check says: a line a finding
found() {
    learner lesson check --json "$1" |
        jq -r '.findings[] | if .good then "ok  \(.name)" elif [.evidence, .so, .why] | index("") then "??  \(.name): no reason" else "NO  \(.name)" end'
}
# try SENTENCE NUMBER PATTERN <<<COMMANDS: the findings, when the commands were typed into `lesson start NUMBER`.
try() {
    learner lesson start "$2" >/dev/null 2>&1
    OUT=$(found "$2" 2>&1)
    # shellcheck disable=SC2053 # a pattern is wanted
    if [[ $OUT == $3 && $OUT != *'??'* ]]; then _ok "$2: $1"; else _not_ok "$2: $1" "should have been: $3" "$OUT"; fi
    reset "$2"
}
# solution NUMBER: the commands of the last hint. above NUMBER SECTION: those of the lesson, up to a section
solution() { awk '/^## [0-9]+$/ {out = ""} sub(/^[$>] /, "") {out = out $0 "\n"} END {printf "%s", out}' "$TOP/lessons/$1"-*/hints.md; }
above() { awk -v end="## $2" '$0 == end {exit} sub(/^  [$>] /, "")' "$TOP/lessons/$1"-*/README.md; }
# solved NUMBER <<<COMMANDS: all is good when the last hint was typed after the commands, up to its check (behind that it
# tidies up).
solved() {
    { cat; solution "$1" | sed '/^lesson check/q'; } | learner lesson start "$1" >/dev/null 2>&1
    OUT=$(found "$1" 2>&1)
    if [[ $OUT == ok* && $OUT != *NO* && $OUT != *'??'* ]]; then _ok "$1: the last hint is the solution"; else _not_ok "$1: the last hint is the solution" "$OUT"; fi
    reset "$1"
}

for lesson in "$TOP"/lessons/[0-9][0-9]-*/; do
    number=$(basename "$lesson")
    number=${number:0:2}
    try "nothing is done" "$number" "*NO  *" <<<true
    # What 11 and 16 change is made in the lesson; the solution of 08 looks for itself, in the lab.
    case $number in
        08) ;;
        11) solved 11 < <(above 11 Why) ;;
        16) solved 16 < <(above 16 Why; echo 'rm -r demo; lesson workspace .; breaker 7 demo') ;;
        *) solved "$number" </dev/null ;;
    esac
done

# ---- 00
run='bundle-run --cgroup-manager disabled run --detach --bundle demo mine -- sleep 100'
try "no answer" 00 "*NO  no answer yet" <<<"$run"
try "the number inside" 00 "*NO  your answer is the number inside" <<<"$run; echo 1 >answer"
try "another process" 00 "*NO  your answer is another process" <<<"$run; sleep 100 & echo \$! >answer"
try "no process" 00 "*NO  your answer is no process" <<<"$run; echo 99999999 >answer"
# ---- 01
inside='ns-enter --new user -- chroot-only demo/rootfs --'
bring='cp "$(type -P sleep)" demo/rootfs/bin/my-sleep'
all='for file in $(ldd "$(type -P sleep)" | grep -o "/[^ ]*"); do mkdir -p "demo/rootfs${file%/*}"; cp "$file" "demo/rootfs$file"; done'
try "not in a root" 01 "NO  its root is the host's" <<<'sleep 100 &'
try "busybox" 01 "ok*NO  no dynamic program" <<<"$inside sleep 100 &"
try "without its loader" 01 "ok*NO  my-sleep can't start" <<<"$bring; $inside sleep 100 &"
try "the wrong one runs" 01 "ok*NO  my-sleep doesn't run" <<<"$bring; $all; $inside sleep 100 &"
try "another program than sleep" 01 $'ok *\nok  it is dynamic*' <<<"${bring/my-sleep/other}; $all; $inside other 100 &"
# ---- 02
up=../../../../../../../../../../../..
try "not in a root" 02 "NO  its root is the host's" <<<'sleep 100 &'
try "inside" 02 $'ok *\nNO  it stands inside' <<<"$inside sleep 100 &"
try "all the way out" 02 "NO  its root is the host's" <<<"$inside chroot-only --stay tmp -- chroot-only $up -- sleep 100 &"
try "one chroot too many" 02 "NO  its root is another one*" <<<"$inside chroot-only --stay tmp -- bin/sleep 100 &"
try "no secret" 02 $'ok *\nok *\nNO  the secret isn\'t where it stands' <<<"${inside/only/only --stay} sleep 100 &"
try "another program than sleep" 02 $'ok *\nok *\nok *' <<<"echo >secret; mkfifo tube; ${inside/only/only --stay} cat tube &"
# ---- 03
try "no namespace" 03 "NO  its user namespace is yours" <<<'sleep 100 &'
try "root" 03 $'ok *\nNO  user 0 inside\nNO  group 0 inside' <<<'ns-enter --new user -- sleep 100 &'
try "no group" 03 $'ok *\nok  user 4711 *\nNO  no group inside' <<<'ns-enter --new user --uid-map "4711:$(id -u):1" -- sleep 100 &'
try "nobody" 03 $'ok *\nNO  no user inside\nNO  no group inside' <<<'ns-enter --new user --map-none -- sleep 100 &'
# ---- 04
bell='ns-enter --new user,uts --hostname bell --'
try "no namespace" 04 "NO  its uts namespace is the machine's" <<<'ns-enter --new user -- sleep 100 &'
try "one alone, with a child" 04 $'ok *\nok *\nNO  nobody shares it' <<<"$bell sh -c 'sleep 100; true' &"
try "two of one name" 04 $'ok *\nok *\nNO  the second has another one' <<<"$bell sleep 100 & $bell sleep 100 &"
try "no name" 04 $'ok *\nNO  its name isn\'t bell\n*' <<<'ns-enter --new user,uts -- sleep 100 &'
try "another program joins" 04 $'ok *\nok *\nok *' <<<"$bell sleep 100 & sleep 0.5; ns-enter --target \$! -- tail -f /dev/null &"
# ---- 05
mounts='mkdir -p host other; ns-enter --new user,mount -- bind-mounter'
in='-- chroot-only demo/rootfs -- sleep 100 &'
try "no list of its own" 05 "NO  its mounts are the machine's" <<<"$inside sleep 100 &"
try "not in the root" 05 $'ok *\nNO  its root is the host\'s' <<<"$mounts --tmpfs demo/rootfs/tmp -- sleep 100 &"
try "no bind" 05 $'ok *\nNO  nothing is mounted at its /root\nok *' <<<"$mounts --tmpfs demo/rootfs/tmp $in"
try "another directory" 05 $'ok *\nNO  its /root isn\'t your host\n*' <<<"$mounts --bind other:demo/rootfs/root:ro $in"
try "to be written to" 05 $'ok *\nNO  its /root can be written to\n*' <<<"$mounts --bind host:demo/rootfs/root $in"
try "no tmpfs" 05 $'ok *\nok *\nNO  nothing is mounted at its /tmp' <<<"$mounts --bind host:demo/rootfs/root:ro $in"
try "a bind instead" 05 $'ok *\nok *\nNO  its /tmp isn\'t a tmpfs' <<<"$mounts --bind host:demo/rootfs/root:ro --bind other:demo/rootfs/tmp $in"
try "root-pivot does as well" 05 $'ok *\nok *\nok *' <<<"$mounts --bind host:demo/rootfs/root:ro --tmpfs demo/rootfs/tmp ${in/chroot-only/root-pivot}"
# ---- 06
pivot='ns-enter --new user,mount -- bind-mounter --tmpfs demo/rootfs/tmp -- root-pivot'
try "no list of its own" 06 $'NO  its mounts are the machine\'s\nNO  its root is only a chroot' <<<"$inside sleep 100 &"
try "not in the root" 06 $'ok *\nNO  its root is the host\'s' <<<'ns-enter --new user,mount -- sleep 100 &'
try "a chroot" 06 $'ok *\nNO  its root is only a chroot' <<<"${pivot/root-pivot/chroot-only} demo/rootfs -- sleep 100 &"
try "the old root" 06 $'ok *\nok *\nNO  old root still at /old\nok *\nok *' <<<"mkdir demo/rootfs/old; $pivot --read-only --keep /old demo/rootfs -- sleep 100 &"
try "to be written to" 06 $'ok *\nok *\nok *\nNO  / can be written to\nok *' <<<"$pivot demo/rootfs -- sleep 100 &"
try "no tmpfs" 06 $'ok *\nok *\nok *\nok *\nNO  no tmpfs at /tmp' <<<'ns-enter --new user,mount -- root-pivot --read-only demo/rootfs -- sleep 100 &'
# ---- 07
first='ns-enter --new user,pid,mount --'
obeys='trap exit TERM; while :; do sleep 1; done'
try "no namespace" 07 "NO  its pid namespace is yours" <<<"$inside sh -c '$obeys' &"
try "no /proc" 07 $'ok *\nok *\nNO  its /proc is empty\nok *' <<<"$first chroot-only demo/rootfs -- sh -c '$obeys' &"
try "the host's /proc" 07 $'ok *\nok *\nNO  its /proc is another\'s\nok *' <<<"$first bind-mounter --rbind /proc:demo/rootfs/proc -- chroot-only demo/rootfs -- sh -c '$obeys' &"
try "no handler" 07 $'ok *\nok *\nok *\nNO  it can\'t be asked to end' <<<"$first bind-mounter --proc demo/rootfs/proc -- chroot-only demo/rootfs -- sleep 100 &"
try "root-pivot does as well" 07 $'ok *\nok *\nok *\nok *' <<<"$first bind-mounter --proc demo/rootfs/proc -- root-pivot demo/rootfs -- sh -c '$obeys' &"
# ---- 08: it looks in the lab itself, which is where the lesson's line for it says.
# in_lab SENTENCE PATTERN SED
in_lab() {
    local sentence="08: $1"
    have linux.uml || { skip "$sentence" "$REASON"; return; }
    [[ -x $BELL_BIN/../../../scripts/lab && $_user_bin != "$WORK"* ]] || { skip "$sentence" "no scripts/lab beside the tools"; return; }
    expect_match "$sentence" "$2" bash -c 'learner lesson start 08 <<<"$1"; true' - "$(solution 08 | sed "$3")"
    reset 08
}
export -f learner as_user _need_user
export BELL_TEST_USER _user_bin
in_lab "the last hint is the solution" '*ok  own group*4 of 4. Well done.*' ''
in_lab "one limit" '*ok  processes*NO  memory: no limit*Why: *NO  processor: no limit*Why: *' 's/--memory 64M --cpus 0.5//'
in_lab "limits that are too high" '*NO  processes: too much*ok  memory*NO  processor: too much*' 's/--pids 20/--pids 30/; s/0.5/0.8/'
# ---- 09
drop="$inside priv-drop"
try "no namespace" 09 "NO  its user namespace is yours" <<<'priv-drop --no-new-privs -- sleep 100 &'
try "all powers" 09 $'ok *\nNO  other powers than kill\nNO  it can have more again\nNO  programs may give it more\nNO  no filter of system calls\nNO  too many open files' <<<"$inside sleep 100 &"
try "no power" 09 $'ok *\nNO  no power at all\nok *\nok *\nNO *\nok *' <<<"$drop --caps none --no-new-privs --rlimit nofile=64 -- sleep 100 &"
try "not in the root" 09 $'NO  its root is the host\'s\nok *' <<<'ns-enter --new user -- priv-drop --caps kill -- sleep 100 &'
# ---- 11
try "a copy" 11 $'ok *\nok *\nNO  it starts what web starts\nNO *' < <(above 11 Why; echo 'cp -r web mine')
try "changed where it is" 11 $'ok *\nNO  the config isn\'t what its name says' < <(above 11 Why; echo 'cp -r web mine; echo >>mine/${config#web/}')
try "nobody names it" 11 $'ok *\nNO  the config isn\'t there' < <(above 11 Why; echo 'cp -r web mine; mv mine/${config#web/} mine/blobs/new')
try "no bundle" 11 $'ok *\nok *\nok *\nNO  the bundle of it doesn\'t' < <(above 11 Why; solution 11 | grep -v layer-unpack)
# ---- 12
pack="layer-pack --on base --cmd '[\"cat\",\"/etc/greeting\"]' room/rootfs greeter"
room='layer-pack --cmd sh demo/rootfs base; touch -d "-1 hour" base/index.json; layer-unpack base room; echo hello >room/rootfs/etc/greeting'
try "nothing but base" 12 "NO  an image 'greeter'" <<<"$room"
try "all of it" 12 $'NO  it doesn\'t begin with base\'s layer\nNO  it adds nothing\nok *\nNO *' <<<"$room; rm room/rootfs/bin/ls; ${pack/--on base/}"
try "nothing written" 12 $'ok *\nNO  it adds nothing\nok *\nok *' <<<"${room%;*}; SOURCE_DATE_EPOCH=0 $pack"
try "no greeting" 12 $'ok *\nNO  it adds no /etc/greeting\nok *\nok *' <<<"${room/greeting/greetings}; SOURCE_DATE_EPOCH=0 $pack"
try "more than that" 12 $'ok *\nNO  it adds more than a small file\nok *\nok *' <<<"$room; head -c 20000 /dev/urandom >room/rootfs/more; SOURCE_DATE_EPOCH=0 $pack"
try "another program" 12 $'ok *\nok *\nNO  it doesn\'t start cat*\nok *' <<<"$room; SOURCE_DATE_EPOCH=0 ${pack/cat/ls}"
try "of today" 12 $'ok *\nok *\nok *\nNO  another one tomorrow' <<<"$room; $pack"
try "a date that isn't 0" 12 $'ok *\nok *\nok *\nok *' <<<"$room; SOURCE_DATE_EPOCH=1234567890 $pack"
# ---- 13
hook() { solution 13 | sed "s/createRuntime =/$1 =/" | grep -v 'lesson check\|delete'; }
try "no state" 13 "NO  the note isn't a state" <<<'echo hello >noted.json'
try "another hook" 13 $'NO  the state is of another moment\nNO  no such hook in config.json\nok *' < <(hook poststart)
try "not started" 13 $'ok *\nok *\nok *\nNO  its program hasn\'t started' < <(hook createRuntime | grep -v 'runtime start')
try "gone" 13 $'ok *\nok *\nNO  the container is gone' < <(solution 13)
