#!/usr/bin/env bash
# tests/image/modes.sh - an ordinary user gets an image's directories with the modes they have, also those he can't enter.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
IMAGE=$TOP/tests/image
image() { rm -rf "$1"; "$IMAGE/make-image" "$@" && chmod -R a+rX "$1"; }
# modes DIR: its directories, as their owner sees them
modes() { (cd "$1" && find . -type d -printf '%m %p\n' | sort -k2 | xargs); }
# mine COMMAND...: an ordinary user's, in his directory
as_user true
mkdir -p user
mine() { (cd user && as_user "$@"); }
# tars BLOBS...: modes and names of the directories in layers
tars() { python3 -c 'import sys, tarfile
for name in sys.argv[1:]:
    try: members = tarfile.open(name).getmembers()
    except tarfile.ReadError: continue
    print(*(f"{each.mode:o} {each.name}" for each in members if each.isdir()))' "$@"; }

image closed config='{"Volumes": {"/vol": {}}}' <<'END'
layer
dir . 555
dir readable 500
dir readable/in 555
file readable/in/f x
dir nothing 0
owner 7 8
dir nothing/in 300
file nothing/in/f x
owner 0 0
dir vol 555
layer
file readable/in/g y
file nothing/in/g y
hardlink nothing/in/h nothing/in/f
file nothing/.wh.in
dir nothing/in 100
file nothing/in/i x
END
all="555 . 0 ./nothing 100 ./nothing/in 500 ./readable 555 ./readable/in 555 ./vol"
expect_error "an ordinary user unpacks directories that he can't work in" 0 "*6 directories are closed to you, as in the image: /, *chmod -R u+rwX b first*" mine layer-unpack ../closed b
expect_output "they are as the image has them" "$all" modes user/b/rootfs
expect_output "and all that is in them is there" "g h i f g" bash -c 'cd user/b/rootfs && echo $(ls readable/in nothing/in | grep -v :)'
expect_output "at the image's time" "1000000000" bash -c 'find user/b/rootfs -type d -printf "%T@\n" | sort -u | cut -d. -f1'
expect_output "a volume is the user's to fill" 755 stat -c %a user/b/volumes/vol
expect_match "--explain tells of it" "*directories get their mode last*6 directories are closed*" mine bash -c 'layer-unpack --explain --force ../closed b 2>&1'
check "--force replaced them" test -e user/b/rootfs/nothing/in/i
check "what was said of deleting is true" mine bash -c 'chmod -R u+rwX b && rm -rf b'
image plain <<<$'layer\ndir d 755'
expect_output "of other directories nothing is said" "" mine bash -c 'layer-unpack ../plain p 2>&1 >/dev/null'

# ---- there and back
image readable <<<$'layer\ndir a 500\ndir a/b 555\nfile a/b/f x\ndir c 1777'
check "a tree with directories that can't be written" mine layer-unpack ../readable r
check "is packed" mine layer-pack r/rootfs again
expect_output "with their modes" "500 a 555 a/b 1777 c" bash -c "$(declare -f tars); tars user/again/blobs/sha256/*"
if have userns; then
    check "what can't be read either is packed by who is root of it" mine bash -c 'layer-unpack ../closed b >/dev/null 2>&1 && ns-enter --new user -- layer-pack b/rootfs hidden'
    expect_output "with its modes" "555 . 0 nothing 100 nothing/in 500 readable 555 readable/in 555 vol" bash -c "$(declare -f tars); tars user/hidden/blobs/sha256/*"
fi

# ---- a store's layers are read again
check "into a store" mine layer-unpack --store s ../closed c
check "and again, from there" mine layer-unpack --store s ../closed d
expect_error "what its owner must be able to read stays so, and that is said" 0 "*the owner keeps the right to read and enter * of the image's directories*nothing*" \
    mine layer-unpack --store s ../closed e
layers=$(jq -r '.mounts[0].options[0] | sub("lowerdir="; "") | gsub(":"; " ")' user/c/config.json)
expect_output "the others have their modes" "555 . 500 ./nothing 700 ./nothing/in 500 ./readable 555 ./readable/in 555 ./vol" modes "${layers##* }"
if have overlay userns; then
    by_hand() { ns-enter --new user,mount -- bind-mounter --overlay "$PWD/c/rootfs:$(jq -r '.mounts[0].options | join(",")' c/config.json)" -- "$@"; }
    check "packed from there" mine bash -c "$(declare -f by_hand); by_hand layer-pack c/rootfs stored"
    expect_output "they have them again" "555 . 0 nothing 100 nothing/in 500 readable 555 readable/in 555 vol" bash -c "$(declare -f tars); tars user/stored/blobs/sha256/*"
else
    skip "packed from there" "$REASON"
fi
run mine layer-unpack --strict --store t ../closed f
if [[ $ERR == *Landlock* ]]; then
    skip "--strict wants none of it" "this kernel has no Landlock, which --strict wants first"
elif have root; then
    expect_error "--strict wants none of it" 125 "*must be able to read and enter*" mine layer-unpack --strict --store t ../closed f
fi
