#!/usr/bin/env bash
# tests/engines/podman.sh - podman with bundle-run as its runtime, as root.
source "$(dirname "$0")/engine.sh"
source "$(dirname "$0")/containers.sh"
needs root podman conmon jq busybox python3
if overlay_here; then containers_at "$WORK/podman" overlay; else containers_at "$WORK/podman" vfs; fi
image image
{ podman pull --quiet oci:image:latest && podman tag localhost/image:latest localhost/box; } >/dev/null 2>err ||
    { skip "all of $(basename "$0")" "podman can't work here: $(tail -n 1 err)"; exit 0; }

as=() SHARED=$WORK/volume
mkdir "$SHARED" && echo fish >"$SHARED/file"
common=(--network none --cgroup-parent "$PARENT")
source "$(dirname "$0")/podman-chapters.sh"
story() {
    local chapter
    BOX=$UNIQUE-$TELLING
    for chapter in ${BELL_ENGINE_CHAPTERS:-running looking files limits living together health hooks}; do "$chapter"; done
    engine rm --force --time 0 --all >/dev/null 2>&1
}
cleanup engine rm --force --time 0 --all
tell story
expect_output "no container's cgroup is left" "" cgroups_left
