#!/usr/bin/env bash
# tests/image/look.sh - layer-unpack --list and --diff: what is in an image, what each of its layers does, and what they waste.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
IMAGE=$TOP/tests/image
"$IMAGE/make-image" image tag=web:v1 config='{"Cmd": ["sail"]}' <<'END'
layer
dir etc
file etc/name sea
zeros big 2
dir usr/share/doc/a
file usr/share/doc/a/b xx
file usr/share/doc/a/c xx
layer none
file etc/name ocean
file .wh.big
file usr/share/doc/.wh.a
file new/file 123
layer
file new/.wh..wh..opq
file new/other 1
END
expect_match "--list names tag, platform and layers" "web:v1  linux/*  sha256:*  3 layers, *"$'\n'"    sha256:*gzip*"$'\n'"    sha256:*none*"$'\n'"*" layer-unpack --list image
expect_output "as JSON, too" "web:v1 3 none" bash -c 'layer-unpack --list --json image | jq -r ".[0] | \"\(.tag) \(.layers | length) \(.layers[1].compression)\""'
expect_error "a tag that isn't there" 125 "*no image is tagged 'v2'*web:v1*" layer-unpack --list image:v2
expect_output "--diff draws what each layer does" "layer 1 of 3
/              +6  2M
|-- big        +1  2M
|-- etc        +2  3B
|   \`-- name   +1  3B
\`-- usr        +3  4B
    \`-- share  +3  4B

layer 2 of 3
/              +1 ~1 -4  8B
|-- big        -1        0B
|-- etc        ~1        5B
|   \`-- name   ~1        5B
|-- new        +1        3B
|   \`-- file   +1        3B
\`-- usr        -3        0B
    \`-- share  -3        0B
wasted: 2M that layers below hold, and nobody sees any more

layer 3 of 3
/              +1 -1  1B
\`-- new        +1 -1  1B
    |-- file   -1     0B
    \`-- other  +1     1B
wasted: 3B that layers below hold, and nobody sees any more

wasted in all: 2M" bash -c 'layer-unpack --diff image | sed "s/  sha256.*//"'
expect_match "--depth says how deep" "*\`-- a *-3*" layer-unpack --diff --depth 4 image
expect_output "as JSON it has every path" '["/big deleted 2097152","/etc/name changed 5","/new/file added 3","/usr/share/doc/a deleted 0","/usr/share/doc/a/b deleted 2","/usr/share/doc/a/c deleted 2"]' \
    bash -c 'layer-unpack --diff --json image | jq -c ".[1].changes | map(\"\(.path) \(.kind) \(.size)\")"'
expect_output "what is wasted agrees with what unpacking leaves" yes bash -c '
    layer-unpack image out >/dev/null
    all=$(layer-unpack --diff --json image | jq "[.[].changes[] | select(.kind != \"deleted\") | .size] | add")
    wasted=$(layer-unpack --diff --json image | jq "map(.wasted) | add")
    there=$(find out/rootfs -type f -printf "%s\n" | awk "{sum += \$1} END {print sum}")
    ((all - wasted == there)) && echo yes || echo "$all - $wasted != $there"'
"$IMAGE/make-image" links <<'END'
layer
file a 12345
hardlink b a
file moved 123
file opaque/kept 1234567
layer
file .wh.a
hardlink new moved
file .wh.moved
file opaque/.wh..wh..opq
file opaque/kept 12
layer
file b other
layer
file new now
file .wh.new
END
expect_output "a file is wasted when its last name is gone" "0 7 5 3" bash -c 'layer-unpack --diff --json links | jq -r "map(.wasted) | join(\" \")"'
expect_output "a whiteout is about the layers below, in whatever order" "added changed changed" \
    bash -c 'layer-unpack --diff --json links | jq -r "[.[1,3].changes[] | select(.path == \"/opaque/kept\" or .path == \"/new\") | .kind] | join(\" \")"'
blob=$(find image/blobs -size +1k -type f | head -n 1)
printf x | dd of="$blob" bs=1 seek=50 conv=notrunc 2>/dev/null
expect_error "--diff verifies as unpacking does" 125 "*" layer-unpack --diff image

# ---- the way to it
"$IMAGE/make-image" nested nest=2 <<<$'layer\nfile x'
expect_match "--explain tells of each document, indexes in an index as well" \
    "*index.json -> index sha256:*"$'\n'"* -> index sha256:*"$'\n'"* -> manifest sha256:*"$'\n'"* -> config sha256:*" \
    bash -c 'layer-unpack --explain nested way 2>&1'
expect_output "by the digests that lead from one to the next" "$(jq -r '.manifests[0].digest' nested/index.json | cut -c1-19) 2" \
    bash -c 'layer-unpack --explain --force nested way 2>&1 | awk "/> index/ {if (!n++) first = \$NF} END {print first, n}"'

# ---- for programs, and for those who wait
"$IMAGE/make-image" small <<<$'layer\nfile a x'
expect_output "--json tells what became of it" "j 1 1 true" bash -c 'layer-unpack --json small j | jq -r "\"\(.bundle) \(.layers) \(.files) \(.verified)\""'
"$IMAGE/make-image" large <<<$'layer none\nmany 60000 f%d'
expect_match "on a terminal a bar shows how far it is" "*layer-unpack: * of *[[]*>*[]]*" on_terminal bash -c 'stty cols 80; layer-unpack large bar'
refute "in a pipe it doesn't" grep -q '\[=' <(layer-unpack --force large bar 2>&1 | cat)
# A layer that comes slowly: nobody knows how large it is.
mkdir slow && head -c 3M /dev/zero >slow/zeros && tar -cf slow.tar slow
slowly() { head -c 1000000 slow.tar; sleep 0.6; tail -c +1000001 slow.tar; }
gone=$'\r\e[K'
expect_match "so does --diff, and takes it away for what it prints" "*layer-unpack: *[KM]${gone#?}${gone}layer 1 of 1*" \
    on_terminal bash -c "$(declare -f slowly); stty cols 80; slowly | layer-unpack --diff -"
refute "a pager has the terminal for itself" grep -q layer-unpack: \
    <(on_terminal bash -c "$(declare -f slowly); slowly | layer-unpack --diff - | cat")
mkdir -m 755 R && head -c 8M /dev/urandom >R/random
expect_match "so does layer-pack" "*layer-pack: *M of 8M  [[]*>*[]]*${gone}image: 1 layer*" \
    on_terminal bash -c 'stty cols 80; layer-pack --compress zstd:19 R image'
refute "in a pipe it doesn't" grep -q '\[=' <(layer-pack --compress zstd:19 R image 2>&1 | cat)

# ---- whose files they would be
"$IMAGE/make-image" owned <<<$'layer\nowner 1000 50\nfile a x\ndir d\nowner 0 0\nfile r x'
attribute() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.rootlesscontainers").hex())' "$1"; }
if as_user bash -c 'cd user && touch x && python3 -c "import os; os.setxattr(\"x\", \"user.x\", b\"\")"' 2>/dev/null; then
    check "an ordinary user's files are all his" as_user bash -c 'cd user && layer-unpack ../owned o >/dev/null'
    expect_output "whose they should be is remembered" "08e8071032 08e8071032" bash -c "$(declare -f attribute); echo \$(attribute user/o/rootfs/a) \$(attribute user/o/rootfs/d)"
    refute "root's need no word" attribute user/o/rootfs/r
    expect_output "layer-pack puts it back" "1000/50 1000/50 0/0" as_user bash -c 'cd user && layer-pack o/rootfs again >/dev/null 2>&1 &&
        for blob in again/blobs/*/*; do gzip -t "$blob" 2>/dev/null && tar -tvzf "$blob"; done | awk "/ (a|d\/|r)\$/ {print \$2}" | xargs'
else
    skip "owners are remembered" "the test's directory takes no user attributes"
fi
