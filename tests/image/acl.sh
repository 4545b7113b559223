#!/usr/bin/env bash
# tests/image/acl.sh - access control lists: from words and from attributes, and who inherits them.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
IMAGE=$TOP/tests/image
get() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[2], "system.posix_acl_" + sys.argv[1], follow_symlinks=False).hex())' "$1" "$2" 2>&1 | tail -n 1; }
set_acl() { python3 -c 'import os, sys; os.setxattr(sys.argv[2], "system.posix_acl_" + sys.argv[1], bytes.fromhex(sys.argv[3]))' "$@"; }
none='OSError*No data available*'
# owner rw-, user 1000 rwx, group r--, mask rw-, other ---
entries=(01000600ffffffff 02000700e8030000 04000400ffffffff 10000600ffffffff 20000000ffffffff)
list=02000000$(printf '%s' "${entries[@]}")
words='user::rw-,user:1000:rwx,group::r--,mask::rw-,other::---'
touch here
if ! set_acl access here "$list" 2>/dev/null; then
    skip "all of acl.sh" "this file system keeps no access lists"
    exit 0
fi

# ---- from the words that star, GNU tar and bsdtar write
"$IMAGE/make-image" words <<<"layer
pax SCHILY.acl.access $words
file f content 660
pax SCHILY.acl.default $words
dir d
file d/in content
dir d/sub
fifo d/pipe
pax SCHILY.acl.access user::rw-,group::r--,other::r--
file plain content
pax SCHILY.acl.access user::rw-,user:4000000000:rw-,group::r--,mask::rw-,other::r--
file large content 664"
check "an image with access lists" layer-unpack words w
expect_output "a file's list is the attribute that the kernel keeps" "$list" get access w/rootfs/f
expect_output "its group's bits are the mask" 660 stat -c %a w/rootfs/f
expect_output "a directory's is for what will be made in it" "$list" get default w/rootfs/d
for each in d/in d/sub d/pipe plain; do
    expect_match "not for what the image has made ($each)" "$none" get access "w/rootfs/$each"
done
expect_match "nor handed on" "$none" get default w/rootfs/d/sub
expect_output "modes are the image's" "644 755 644" bash -c 'cd w/rootfs/d && echo $(stat -c %a in sub pipe)'
if command -v bsdtar >/dev/null; then
    mkdir other && blob=$(jq -r '.layers[0].digest' "words/blobs/$(jq -r '.manifests[0].digest' words/index.json | tr : /)" | tr : /)
    bsdtar -xpf "words/blobs/$blob" --acls -C other
    for each in f d; do
        kind=access; [[ $each == f ]] || kind=default
        expect_output "bsdtar makes the same of it ($each)" "$(get $kind w/rootfs/$each) $(stat -c %a w/rootfs/$each)" \
            echo "$(get $kind other/$each) $(stat -c %a other/$each)"
    done
else
    skip "bsdtar makes the same of it" "no bsdtar"
fi

# ---- what can't be known
"$IMAGE/make-image" names <<<$'layer\npax SCHILY.acl.access user::rw-,user:daemon:rw-,group::r--,mask::rw-,other::r--\nfile f'
expect_match "names mean nobody here: that is said" "*warning: 1 extended attribute left out, as they can't be set here: f system.posix_acl_access \(by names\)*" \
    bash -c 'layer-unpack names n 2>&1'
expect_match "and there is no list" "$none" get access n/rootfs/f
expect_error "--strict refuses" 125 '*entry "f": system.posix_acl_access*names users*' layer-unpack --strict names strict
refute "and leaves nothing" test -e strict
expect_match "an id that is too large to be read isn't another's" "$none" get access w/rootfs/large

# ---- and back
layer-pack w/rootfs packed >/dev/null
check "what is packed comes back" layer-unpack packed p
expect_output "with the file's list" "$list" get access p/rootfs/f
expect_output "and the directory's" "$list" get default p/rootfs/d
expect_output "to the same digest" "$(layer-pack w/rootfs packed:a | grep -o 'sha256:.*')" bash -c "layer-pack p/rootfs packed:b | grep -o 'sha256:.*'"

# ---- in a store, where a layer has a directory of those below
"$IMAGE/make-image" two <<<"layer
pax SCHILY.acl.default $words
dir d
layer
file d/new content
file d/deep/er content"
check "a store" layer-unpack --store store two t
top=$(jq -r '.mounts[0].options[0]' t/config.json | sed 's/lowerdir=//; s/:.*//')
expect_output "a layer's copy of a directory has its list" "$list" get default "$top/d"
for each in d/new d/deep d/deep/er; do
    expect_match "which isn't for what that layer has ($each)" "$none" get access "$top/$each"
done
expect_match "not even for directories that nobody has named" "$none" get default "$top/d/deep"

# ---- somebody's own directory that hands on a list
mkdir mine && set_acl default mine "$list"
check "a bundle in such a directory" layer-unpack words mine/bundle
expect_match "its root file system has none" "$none" get default mine/bundle/rootfs
expect_match "nor what is in it" "$none" get access mine/bundle/rootfs/plain
layer-unpack --store mine/store two mine/stored >/dev/null
top=$(jq -r '.mounts[0].options[0]' mine/stored/config.json | sed 's/lowerdir=//; s/:.*//')
expect_match "nor a layer in a store" "$none" get access "$top/d/new"

# ---- an ordinary user
mkdir user && cp -r words user/ && chmod -R a+rX user/words
[[ $EUID != 0 ]] || { as_user true; chown "$BELL_TEST_USER" user; }
check "an ordinary user unpacks them" as_user bash -c 'cd user && layer-unpack words u'
expect_output "and has them" "$list $list" echo "$(get access user/u/rootfs/f) $(get default user/u/rootfs/d)"
