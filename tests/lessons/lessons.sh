#!/usr/bin/env bash
# tests/lessons/lessons.sh - every lesson does what it says, on an ordinary user's machine; and as root where root can follow.
# (What a lesson has to have: tests/check-lessons.)
if [[ $EUID == 0 && -z ${BELL_LESSONS_APART-} ]]; then
    BELL_LESSONS_APART=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
source "$(dirname "$0")/../harness.sh"
[[ -x $BELL_BIN/lesson ]] || { skip "all of $(basename "$0")" "built without libcmark-gfm-dev"; exit 0; }
needs cram3 jq
[[ -d $TOP/images/busybox ]] && image=$TOP/images/busybox
if [[ -z ${image-} ]]; then    # as scripts/demo makes it
    rootfs root && rm root/marker
    image=$WORK/image
    SOURCE_DATE_EPOCH=0 layer-pack --cmd sh root "$image" >/dev/null    # as scripts/demo does
fi
chmod -R a+rX "$image" 2>/dev/null
mkdir home
export BELL_LESSONS=$TOP/lessons BELL_IMAGE=$image HOME=$WORK/home

for lesson in "$TOP"/lessons/[0-9][0-9]-*/; do
    name=$(basename "$lesson")
    expect_match "$name can be read" "*Question*Predict & run*Check*" lesson read "$name"
done

# run_one NUMBER WHO COMMAND...: the lesson passes, or can't run here for a reason.
run_one() {
    run "${@:3}" lesson run "$1"
    case $STATUS:$ERR in
        0:*) _ok "lesson $1 is as it says ($2)" ;;
        125:*"can't run here: "*) skip "lesson $1 is as it says ($2)" "${ERR#*"can't run here: "}" ;;
        *) _details "lesson $1 is as it says ($2)" "" lesson run "$1" ;;
    esac
}
as_learner() { (cd "$WORK/user" && as_user env TMPDIR="$WORK/user" HOME="$WORK/user" BELL_LESSONS="$BELL_LESSONS" BELL_IMAGE="$BELL_IMAGE" "$@"); }
if have root; then
    _need_user
    # A lesson makes an overlay, and a container's disk may be one already, on which none can be.
    mount -t tmpfs -o mode=0755,uid="$(id -u "$BELL_TEST_USER")" tmpfs user && cleanup umount -l "$WORK/user"
    export TMPDIR=$WORK/user
    # A checkout may be where others can't read.
    cp -r "$TOP/lessons" "$BELL_IMAGE" user/ && chmod -R a+rX user
    BELL_LESSONS=$WORK/user/lessons BELL_IMAGE=$WORK/user/$(basename "$BELL_IMAGE")
fi
for lesson in "$TOP"/lessons/[0-9][0-9]-*/; do
    number=$(basename "$lesson")
    number=${number:0:2}
    run_one "$number" "an ordinary user" as_learner
    ! have root || run_one "$number" root
done
