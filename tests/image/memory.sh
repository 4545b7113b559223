#!/usr/bin/env bash
# tests/image/memory.sh - what layer-unpack needs of memory doesn't grow with the image.
source "$(dirname "$0")/../harness.sh"
needs python3
if grep -qa __asan_init "$BELL_BIN/layer-unpack"; then
    skip "all of memory.sh" "a build with a sanitizer takes memory of its own"
    exit 0
fi
IMAGE=$TOP/tests/image
# In memory where there is some: a disk takes five times as long for as many files.
if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs ]] && (($(df --output=avail -k /dev/shm | tail -n 1) > 1000000)); then
    PLACE=/dev/shm/bell-test.$UNIQUE
    mkdir "$PLACE" && cleanup rm -rf --one-file-system "$PLACE" && cleanup cd "$WORK"
    cd "$PLACE" || exit 1
fi
# peak OPTIONS... IMAGE: the MiB that unpacking it takes at most, in either of its processes
peak() { python3 -c '
import os, resource, subprocess, sys
subprocess.run(["layer-unpack", *sys.argv[1:], "bundle"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$@"; }
# constant SENTENCE OPTIONS... IMAGE
constant() {
    local is
    rm -rf bundle
    is=$(peak "${@:2}")
    rm -rf bundle
    if ((is <= SMALL + 3)); then _ok "$1"; else _not_ok "$1" "$is MiB, where a small image takes $SMALL"; fi
}
count=$(rounds 30000)
long=$(printf 'a%.0s' {1..150})/$(printf 'b%.0s' {1..150})
"$IMAGE/make-image" small <<<$'layer none\nfile x\nlayer none\nfile y'
SMALL=$(peak small)
"$IMAGE/make-image" files <<<$'layer none\n'"many $count $long/%d"$'\n'"layer none"$'\n'"many $count $long/.wh.%d"$'\n'"many $count $long/new-%d"
constant "many files, a whiteout for each, and others in their place" files
"$IMAGE/make-image" directories <<<$'layer none\n'"dirs $count $long/%d"$'\n'"layer none"$'\n'"dirs $count $long/%d"
constant "many directories, once and again" directories
constant "in a store, too" --store store directories
"$IMAGE/make-image" opaques <<<$'layer none\n'"opaques $((count / 2)) $long"$'\nlayer none\n'"opaques $((count / 2)) $long"
constant "many opaque marks" opaques
