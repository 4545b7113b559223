#!/usr/bin/env bash
# tests/engines/buildah.sh - buildah with bundle-run as its runtime: run and build, as root and as an ordinary user.
source "$(dirname "$0")/engine.sh"
source "$(dirname "$0")/containers.sh"
needs buildah newuidmap jq busybox

# engine VERB ARGUMENTS...
engine() { timeout -k 5 100 "${as[@]}" buildah "$@" </dev/null; }
in_it() { engine run --runtime "$RUNTIME" --isolation oci --network none "$@"; }
# built: an image is made by a Containerfile and seen from inside.
built() {
    local container
    engine build --quiet --runtime "$RUNTIME" --isolation oci --network none --tag "built-$TELLING" "$SHARED" >/dev/null || return
    container=$(engine from "localhost/built-$TELLING")
    in_it "$container" -- cat /copy /tmp/who | xargs
    engine rm "$container" >/dev/null
}
story() {
    local box
    box=$(engine from localhost/box 2>/dev/null)
    step "run prints what the program prints, $who" "0 hello" in_it "$box" -- echo hello
    step "its status is the program's, $who" "42*" in_it "$box" -- sh -c 'exit 42'
    step "what isn't there is an error, $who" "[1-9]*" in_it "$box" -- nothing
    alike "what the program finds is as under runc, $who" in_it "$box" -- sh -c "{ $look; } | grep -v ^mqueue"
    alike "also as a user, $who" in_it --user diver "$box" -- sh -c "{ $look; } | grep -v ^mqueue"
    step "a volume is mounted, $who" "0 fish" in_it --volume "$SHARED:/mnt" "$box" -- cat /mnt/file
    step "an image is built, $who" "0 fish built 1000" built
    engine rm "$box" >/dev/null
}
# ready: makes the image and what an image is built from
ready() {
    image "$1"
    cat >"$SHARED/Containerfile" <<'C'
FROM localhost/box
COPY file /file
RUN cat /file >/copy && echo built >>/copy
USER diver
RUN id -u >/tmp/who
CMD cat /copy /tmp/who
C
    { engine pull --quiet oci:image:latest && engine tag localhost/image:latest localhost/box; } >/dev/null 2>err && return
    skip "buildah, $who" "it can't work here: $(tail -n 1 err)"
    return 1
}
if [[ $EUID == 0 ]]; then
    who="as root" as=() SHARED=$WORK/volume
    mkdir "$SHARED" && echo fish >"$SHARED/file"
    if overlay_here; then containers_at "$WORK/buildah" overlay; else containers_at "$WORK/buildah" vfs; fi
    ready image && tell story
fi
who="as an ordinary user"
if have userns; then
    rootless
    ready "$HOME/image" && tell story
else
    skip "buildah, $who" "$REASON"
fi
