#!/usr/bin/env bash
# tests/engines/podman-rootless.sh - podman with bundle-run as its runtime, as an ordinary user.
source "$(dirname "$0")/engine.sh"
source "$(dirname "$0")/containers.sh"
needs podman conmon newuidmap jq busybox python3 userns
rootless
image "$HOME/image"
{ "${as[@]}" podman pull --quiet "oci:image:latest" && "${as[@]}" podman tag localhost/image:latest localhost/box; } >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "podman can't work here: $(tail -n 1 err)"; exit 0; }

common=(--network none)
source "$(dirname "$0")/podman-chapters.sh"

network() {
    step "a network by slirp4netns" "0 tap0" engine run --rm --network slirp4netns box sh -c 'ls /sys/class/net | grep tap'
    step "the user is himself, if he wants to" "0 $("${as[@]}" id -u)" engine run --rm --network none --userns keep-id box id -u
    step "a file he makes there is his" "0 $("${as[@]}" id -u)" bash -c '"${@:2}" && stat -c %u "$1/own"' - "$SHARED" \
        "${as[@]}" podman --runtime "$RUNTIME" run --rm --network none --volume "$SHARED:/mnt" box touch /mnt/own
}
story() {
    local chapter
    BOX=$UNIQUE-$TELLING
    for chapter in ${BELL_ENGINE_CHAPTERS:-running looking files living together health network}; do "$chapter"; done
    engine rm --force --time 0 --all >/dev/null 2>&1
}
cleanup engine rm --force --time 0 --all
tell story
