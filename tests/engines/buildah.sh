#!/usr/bin/env bash
# tests/engines/buildah.sh - buildah with bundle-run as its runtime: run and build, as root and as an ordinary user.
source "$(dirname "$0")/engine.sh"
source "$(dirname "$0")/containers.sh"
needs buildah jq busybox
image image
mkdir context
echo fish >context/file
cat >context/Containerfile <<'C'
FROM localhost/box
COPY file /file
RUN cat /file >/copy && echo built >>/copy
USER diver
RUN id -u >/tmp/who
CMD cat /copy /tmp/who
C

# engine VERB ARGUMENTS...; built: an image by a Containerfile, seen from inside
engine() { timeout -k 5 100 "${as[@]}" buildah "$@" </dev/null; }
in_it() { engine run --runtime "$RUNTIME" --isolation oci "$@"; }
built() {
    engine build --quiet --runtime "$RUNTIME" --isolation oci --tag "built-$TELLING" context >/dev/null || return
    local container
    container=$(engine from "localhost/built-$TELLING")
    engine run --runtime "$RUNTIME" --isolation oci "$container" -- cat /copy /tmp/who | xargs
    engine rm "$container" >/dev/null
}
story() {
    box=$(engine from localhost/box 2>/dev/null)
    step "run prints what the program prints" "0 hello" in_it "$box" -- echo hello
    step "its status is the program's" "42*" in_it "$box" -- sh -c 'exit 42'
    step "what isn't there is an error" "[!0]* *" in_it "$box" -- nothing
    alike "what the program finds is as under runc" in_it "$box" -- sh -c "$look"
    alike "also as a user" in_it --user diver "$box" -- sh -c "$look"
    step "a volume is mounted" "0 fish" in_it --volume "$PWD/context:/mnt" "$box" -- cat /mnt/file
    step "an image is built" "0 fish built 1000" built
    engine rm "$box" >/dev/null
}
as=()
if overlay_here; then containers_at "$WORK/buildah" overlay; else containers_at "$WORK/buildah" vfs; fi
buildah pull --quiet oci:image:latest; buildah tag localhost/image:latest localhost/box
tell story
