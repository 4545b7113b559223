#!/usr/bin/env bash
# tests/image/layer-pack.sh - files become an image: the same again, a difference, what others make of it.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
rootfs R
ln R/bin/busybox R/bin/second
chmod 4755 R/bin/busybox
chmod 755 R
mkdir -p "R/$(printf 'd%.0s' {1..120})/$(printf 'e%.0s' {1..120})" && ln -s "$(printf 't%.0s' {1..150})" R/longlink
mkfifo R/pipe
tree() { (cd "$1" && find . -mindepth 1 ! -type d -printf '%P %y %m %n %s %l %Ts\n' -o -mindepth 1 -printf '%P %y %m %Ts\n' | LC_ALL=C sort); }
manifest() { jq -r '.manifests[0].digest' "$1/index.json"; }

check "a root file system becomes an image" layer-pack --cmd sh --env A=1 --label x=y R image
check "and comes back" layer-unpack image back
expect_output "as it was: types, modes, links, sizes, times" "$(tree R)" tree back/rootfs
expect_output "with its command" '["sh"]' jq -c .process.args back/config.json
check "packed again" layer-pack --cmd sh --env A=1 --label x=y R again
expect_output "it has the same digest" "$(manifest image)" manifest again
cp -a R R2 && find R2 -depth -exec touch -h -d @2000000000 {} +
find R -depth -exec touch -h -d @1900000000 {} +
SOURCE_DATE_EPOCH=1800000000 layer-pack R one >/dev/null
SOURCE_DATE_EPOCH=1800000000 layer-pack R2 two >/dev/null
expect_output "SOURCE_DATE_EPOCH makes up for newer files" "$(manifest one)" manifest two
for how in zstd none; do
    check "compressed by $how" layer-pack --compress $how R "image:$how"
    check "comes back too" layer-unpack "image:$how" "back-$how"
done
expect_error "a compression that there isn't" 125 "*did you mean 'zstd'?*" layer-pack --compress zst R x
expect_output "tags stand side by side" "latest zstd none " \
    jq -rj '.manifests[].annotations["org.opencontainers.image.ref.name"] + " "' image/index.json

# ---- a difference
cp -a back/rootfs new
rm -rf new/etc/group new/tmp && echo changed >new/marker && mkdir new/added && echo 1 >new/added/file && rm -r new/root && echo f >new/root
check "a layer on an image, of what differs" layer-pack --on image:latest --base-rootfs back/rootfs new image:two
expect_match "--list shows both" "*2 layers*" layer-unpack --list image:two
check "both come back" layer-unpack image:two diff
expect_output "as the new tree" "$(tree new)" tree diff/rootfs
expect_output "the command of the image below stays" '["sh"]' jq -c .process.args diff/config.json
expect_match "no difference is an empty layer" "*: 2 layers, 0 files, *" layer-pack --on image:latest --base-rootfs back/rootfs back/rootfs image:same

# ---- what can't be packed, and what is left behind
mkdir bad && touch bad/.wh.x
expect_error "a name that would be a whiteout" 125 "*.wh.x: such names mean 'removed'*" layer-pack bad broken
refute "leaves no half image" test -e broken
expect_error "a directory that is something else" 125 "*R: is a root file system, not an image layout*" layer-pack new R
expect_output "the image is as it was" "$(manifest image)" bash -c 'layer-pack bad image 2>/dev/null; jq -r .manifests[0].digest image/index.json'
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("new/socket")'
expect_error "a socket is left out with a warning" 0 "*warning: socket: a socket, left out*" layer-pack new sockets
head -c 60M /dev/urandom >new/big
layer-pack new killed >/dev/null 2>&1 & pid=$!
wait_until bash -c 'ls killed/.layer-pack.* >/dev/null 2>&1'
{ kill -KILL $pid; wait $pid; } 2>/dev/null
rm new/big
check "after kill -9 the next run succeeds" layer-pack new killed
expect_output "and clears up" "blobs index.json oci-layout " bash -c 'ls -A killed | tr "\n" " "'

# ---- the others
with skopeo expect_output "skopeo reads it" "y" bash -c 'skopeo inspect oci:image:latest | jq -r .Labels.x'
with skopeo check "skopeo converts it, checking every digest" skopeo copy -q oci:image:two "docker-archive:$WORK/out.tar"
with "root umoci" check "umoci unpacks it" umoci unpack --image image:two umoci
with "root umoci" expect_output "to the same tree" "$(tree new | grep -v '^socket ')" tree umoci/rootfs
