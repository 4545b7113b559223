#!/usr/bin/env bash
# tests/image/layer-diff.sh - what a root file system has changed becomes a layer: every kind of change, and only that.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
tree() { "$TOP/tests/image/tree-of" "$@"; }
# names LAYOUT:TAG: the entries of its last layer, in their order, links with their targets
names() {
    local layer
    layer=$(jq -r --arg tag "${1#*:}" '.manifests[]|select(.annotations["org.opencontainers.image.ref.name"]==$tag).digest' "${1%%:*}/index.json")
    layer=$(jq -r '.layers[-1].digest' "${1%%:*}/blobs/sha256/${layer#*:}")
    python3 -c 'import sys, tarfile
for e in tarfile.open(sys.argv[1]): print(e.name + ("=" + e.linkname if e.islnk() else ""), end=" ")' "${1%%:*}/blobs/sha256/${layer#*:}"
}
# fresh: new, a copy of the base to be changed
fresh() { rm -rf new && cp -a base new; }
# quietly COMMAND...: a change that the directory's time doesn't tell of
quietly() { "$@"; find base -type d | while read -r d; do [[ ! -d new/${d#base} ]] || touch -r "$d" "new/${d#base}"; done; }
# difference SENTENCE ENTRIES: what the change has put into the layer, and that image and layer give the new tree
difference() {
    layer-pack --on image:latest --base-rootfs base new image:diff >out 2>&1 || { _not_ok "$1" "$(<out)"; return; }
    expect_output "$1: the layer" "$2" names image:diff
    rm -rf bundle && layer-unpack image:diff bundle >/dev/null
    expect_output "$1: the result" "$(tree new)" tree bundle/rootfs
}

mkdir -p R/dir/sub R/keep R/full && chmod 755 R
for f in a b c; do echo "$f" >"R/$f"; echo "$f" >"R/dir/$f"; echo "$f" >"R/full/$f"; done
ln R/a R/link1 && ln R/a R/link2
echo same >R/twin1 && ln R/twin1 R/twin2
ln -s a R/symlink
ln -s dir R/todir
echo deep >R/dir/sub/deep
mkfifo R/pipe
find R -exec touch -h -d @1000000000 {} +
layer-pack --cmd sh R image >/dev/null && layer-unpack image b >/dev/null && cp -a b/rootfs base

fresh; difference "no change, so no other" "$(names image:latest)"
fresh; quietly rm new/b new/dir/c; difference "files that are gone" ".wh.b dir dir/.wh.c "
fresh; quietly rm -r new/dir; difference "a directory that is gone" ".wh.dir "
fresh; quietly touch new/keep/new; difference "a new file" "keep keep/new "
fresh; echo x >new/dir/sub/deep; quietly true; difference "in a file far down: with the directories above" "dir dir/sub dir/sub/deep "
fresh; echo x >new/b && touch -r base/b new/b; difference "another content of the same size and time" "b "
fresh; touch -d @1000000000.000000001 new/b; difference "a time, by a nanosecond" "b "
fresh; chmod 600 new/b; chmod 700 new/keep; difference "modes" "b keep "
fresh; touch -h -d @5 new/symlink; difference "a symlink's time" "symlink "
if python3 -c 'import os; os.setxattr("base/b", "user.test", b"1"); os.removexattr("base/b", "user.test")' 2>/dev/null; then
    fresh; python3 -c 'import os; os.setxattr("new/b", "user.x", b"1"); os.setxattr("new/dir", "user.y", b"2"); os.setxattr("new", "user.z", b"3")'
    difference "attributes" ". b dir "
else
    skip "attributes: the layer" "the file system in $WORK has none"
fi
if have root; then fresh; chown 5:6 new/b new/dir && chown -h 7 new/symlink; difference "owners" "b dir symlink "; fi
fresh; quietly ln -sfn b new/symlink; touch -h -r base/symlink new/symlink; difference "a symlink's target" "symlink "
fresh; quietly bash -c 'rm -r new/dir && echo f >new/dir'; difference "a file in the place of a directory" "dir "
fresh; quietly bash -c 'rm new/b && mkdir new/b && touch new/b/in'; difference "a directory in the place of a file" "b b/in "
fresh; quietly bash -c 'rm new/pipe && touch new/pipe; rm new/c && mkfifo new/c'; difference "other types" "c pipe "
fresh; quietly bash -c 'rm -r new/full && mkdir new/full && touch new/full/d new/full/e'
difference "a directory made anew takes one whiteout" "full full/.wh..wh..opq full/d full/e "
fresh; quietly rm new/full/a new/full/b; difference "one that keeps something takes one for each" "full full/.wh.a full/.wh.b "

fresh; quietly bash -c 'rm new/todir && mkdir new/todir && touch new/todir/a && ln new/todir/a new/todir/z'
difference "a directory in the place of a symlink to one" "todir todir/a todir/z=todir/a "

# ---- files with several names
fresh; quietly ln new/a new/dir/link3; difference "a new name of an old file" "a dir dir/link3=a link1=a link2=a "
fresh; quietly ln new/symlink new/0; difference "of a symlink" "0 symlink=0 "
fresh; echo changed >new/a; difference "a changed file has its content once" "a link1=a link2=a "
fresh; rm new/link1; echo other >new/link1; touch -r base new; difference "a name that became a file of its own" "link1 "
fresh; quietly bash -c 'rm new/twin2 && cp -p new/twin1 new/twin2'; difference "a link that was cut, though nothing else differs" "twin2 "
fresh; quietly bash -c 'rm new/twin1 && ln new/a new/twin1'; difference "a name that moved to another file" "a link1=a link2=a twin1=a "
fresh; quietly rm new/a; difference "the first name is gone, the file isn't" ".wh.a "
fresh; quietly bash -c 'rm new/b && echo b >new/x && ln new/x new/b && touch -r base/b new/x'
difference "two names, one of which was there by itself" "b x=b "

# ---- without the base unpacked
fresh; rm new/b && touch new/new
check "the image below is unpacked for the moment, if need be" layer-pack --on image:latest new image:diff
expect_output "with the same result" ". .wh.b new " names image:diff
expect_output "and nothing left of it" "blobs index.json oci-layout" bash -c 'ls -A image | xargs'
check "into an archive, too" layer-pack --on image:latest new diff.tar
expect_output "with nothing left beside it" "" find . -maxdepth 1 -name '.layer-pack.*'
mkdir extra && echo x >extra/extra && chmod 755 extra && touch -d @1 extra
expect_error "a few files would take all else away: a warning" 0 "*13 of the 13 names in the root directory below are removed*--add*" \
    layer-pack --on image:latest extra image:extra
check "--add puts them on top" layer-pack --on image:latest --add extra image:extra
expect_output "but not the directory that held them" "extra " names image:extra
layer-unpack image:extra e >/dev/null
expect_output "which stays" "a b c dir extra full keep link1 link2 pipe symlink todir twin1 twin2" bash -c 'ls e/rootfs | xargs'
expect_match "a difference can be nothing: then there is no layer" "image: 1 layer, no file changed -> same sha256:*" layer-pack --on image:latest --base-rootfs base --env A=b base image:same
expect_output "only a line in the history" '["A=b"] 1 [null,true]' \
    bash -c 'skopeo inspect --config --raw oci:image:same | jq -c ".config.Env[-1:], (.rootfs.diff_ids | length), [.history[].empty_layer]" | xargs -0 echo -n | tr "\n" " " | sed "s/ $//"'
fresh; quietly bash -c 'rm new/a new/c && touch new/b new/zz'
difference "what is gone comes before what is new beside it" ".wh.a .wh.c b zz "
expect_error "what there is to add to" 125 "*there is nothing to add to*--on*" layer-pack --add new x
expect_error "an image that isn't there" 125 "*nowhere*" layer-pack --on nowhere new x.tar
mkdir sock && cp -a base/. sock && rm sock/b && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock/b")'
layer-pack --on image:latest --base-rootfs base sock image:sock >/dev/null 2>&1
expect_output "a socket in the place of a file takes it away" ". .wh.b " names image:sock
touch sock/aa && layer-pack --on image:latest --base-rootfs base sock image:sock2 >/dev/null 2>&1
expect_output "in front of what is new beside it" ". .wh.b aa " names image:sock2
cp -a base withwh && touch withwh/.wh.b
expect_error "a name that would be a whiteout is none" 125 "*.wh.b: such names mean 'removed'*" layer-pack --on image:latest --base-rootfs base withwh x

# ---- what others' images have in their config stays
layout_config() { jq -rc "$2" "$1/blobs/sha256/$(jq -r .config.digest "$1/blobs/sha256/$(jq -r '.manifests[-1].digest' "$1/index.json" | cut -d: -f2)" | cut -d: -f2)"; }
"$TOP/tests/image/make-image" foreign config='{"Cmd":["a"],"Healthcheck":{"Test":["NONE"]}}' <<<$'layer\nfile x'
layer-pack --on foreign --add --cmd b extra foreign:two >/dev/null
expect_output "fields that layer-pack doesn't know" '["b"]{"Test":["NONE"]} 2' \
    layout_config foreign '"\(.config.Cmd)\(.config.Healthcheck) \(.history|length)"'
"$TOP/tests/image/make-image" old algorithm=sha512 <<<$'layer\nfile x 1'
check "digests by sha512 are taken over" layer-pack --on old --add extra on-old
check "and found" layer-unpack on-old o
