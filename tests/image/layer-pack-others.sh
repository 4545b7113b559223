#!/usr/bin/env bash
# tests/image/layer-pack-others.sh - what skopeo, umoci, podman and buildah make of layer-pack's images.
source "$(dirname "$0")/../engines/engine.sh"
source "$TOP/tests/engines/containers.sh"
needs python3 jq
tree() { "$TOP/tests/image/tree-of" "$@"; }

# ---- two layers, of all that a layer can say
rootfs R
chmod 755 R && chmod 4755 R/bin/busybox && ln R/bin/busybox R/bin/second
long=$(printf 'd%.0s' {1..150})
mkdir -p "R/$long/$long/gone" R/full && touch "R/$long/$long/$long" R/full/{a,b} R/naïve R/$'\xff\xe9' "R/$long/"$'\xff\xe9'"$long"
ln -s "$long$long" R/longlink && mkfifo R/pipe && touch -d @1000000000.123456789 R/marker
[[ $EUID != 0 ]] || { mknod R/null c 1 3 && chown 3000000:7 R/naïve && chown -h 5:5 R/longlink; }
python3 -c 'import os; os.setxattr("R/marker", "user.x", b"\0=\xff")' 2>/dev/null
mkdir -m 1777 R/sticky R/sticky/deep && touch R/sticky/deep/file
find R -type d -exec touch -d @1000000000 {} +
cp -a R new && rm -r "new/$long/$long/gone" new/full new/bin/second && mkdir new/full && touch new/full/c && ln new/bin/busybox new/again
chmod 700 new/root && echo changed >new/marker && echo changed >new/sticky/deep/file && rm new/pipe && mkdir new/pipe
layer-pack --cmd sh --label x=y R image >/dev/null
layer-pack --on image:latest --base-rootfs R new image:two >/dev/null
layer-pack --tag web:v1 --on image:latest --base-rootfs R new web.tar >/dev/null
layer-pack --tag web:v1 --on image:latest --base-rootfs R --format docker-archive new docker.tar >/dev/null
layer-pack --compress zstd --on image:latest --base-rootfs R new zstd.tar >/dev/null

# ---- skopeo: it checks every digest
copied() { rm -rf "$WORK/out" && skopeo --policy "$WORK/policy.json" copy -q "$@" "dir:$WORK/out"; }
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >policy.json
with skopeo expect_output "skopeo reads it" y bash -c 'skopeo inspect oci:image:latest | jq -r .Labels.x'
with skopeo check "skopeo copies the layout" copied oci:image:two
with skopeo check "the archive" copied oci-archive:web.tar:web:v1
mkdir -p user
with skopeo check "also as an ordinary user" as_user bash -c 'skopeo --policy policy.json copy -q oci-archive:web.tar "dir:user/out"'
with skopeo check "the archive as Docker's" copied docker-archive:web.tar:web:v1
with skopeo check "the archive with zstd" copied oci-archive:zstd.tar
with skopeo check "the Docker archive" copied docker-archive:docker.tar:web:v1
with skopeo expect_output "which has the same layers" "$(jq -c .rootfs.diff_ids out/"$(jq -r .config.digest out/manifest.json | cut -d: -f2)")" \
    bash -c 'tar -xOf web.tar manifest.json | jq -r ".[0].Config" | xargs tar -xOf web.tar | jq -c .rootfs.diff_ids'
layer-pack --on image:two --base-rootfs new new image:same >/dev/null
layer-pack --on image:same --base-rootfs new --format docker-archive new same.tar >/dev/null
with skopeo check "a Docker archive with a layer twice" copied docker-archive:same.tar

# ---- umoci: it unpacks with other code than ours
with "root umoci" check "umoci unpacks two layers" umoci unpack --image image:two umoci
with "root umoci" expect_output "to the same tree" "$(tree new)" tree umoci/rootfs
layer-unpack image:two ours >/dev/null
expect_output "as we do" "$(tree new)" tree ours/rootfs
with "root umoci" check "umoci's own layer on top" bash -c 'touch umoci/rootfs/theirs && umoci repack --image image:theirs umoci'
with "root umoci" check "is taken as an image below" layer-pack --on image:theirs --add R image:ours
with bsdtar expect_output "bsdtar lists the layer without complaint" "" \
    bash -c 'bsdtar -tf "image/blobs/sha256/$(layer-pack --json R image | jq -r ".layer.digest|ltrimstr(\"sha256:\")")" 2>&1 >/dev/null'

# What is changed is there, and a directory is as it was in which only a file has changed: podman and docker apply a
# layer by itself, where what the layer doesn't say of a directory isn't known.
inside='echo $(cat /marker; stat -c "%a %Y" /sticky /sticky/deep)'
found='changed 1777 1000000000 1777 1000000000'

# ---- podman and buildah: they run it
if have root podman conmon && { if overlay_here; then containers_at "$WORK/podman" overlay; else containers_at "$WORK/podman" vfs; fi; } &&
    podman info >/dev/null 2>err; then
    loaded() { podman load -q -i "$1" && podman run --rm --runtime "$BELL_BIN/bundle-run" --network none --cgroup-parent "$PARENT" localhost/web:v1 sh -c "$inside"; podman rmi -f localhost/web:v1 >/dev/null; }
    ran() { [[ $(loaded "$1" 2>err | tail -n 1) == "$found" ]] || { cat err >&2; return 1; }; }
    check "podman loads the archive and runs it" ran web.tar
    check "podman loads the Docker archive and runs it" ran docker.tar
    check "podman loads what comes through a pipe" bash -c 'layer-pack --tag piped:v1 R - | podman load -q && podman image exists localhost/piped:v1'
    if have buildah; then
        built() { local box; box=$(buildah from -q "oci-archive:$WORK/web.tar") && cat "$(buildah mount "$box")/marker" && buildah rm "$box" >/dev/null; }
        expect_output "buildah builds on it" changed built
    fi
else
    skip "podman and buildah run it" "${REASON:-not possible here: $(tail -n 1 err 2>/dev/null)}"
fi

# ---- docker: it loads what comes through a pipe
if have root dockerd docker containerd && start_docker; then
    for format in oci-archive docker-archive; do
        check "docker loads $format through a pipe" \
            bash -c "layer-pack --format $format --tag web:$format --on image:latest --base-rootfs R new - | docker load"
        expect_output "and runs it" "$found" docker run --rm --runtime bell --network none "web:$format" sh -c "$inside"
    done
    check "docker loads zstd" docker load -i zstd.tar
else
    skip "docker loads it" "${REASON:-not possible here: $(tail -n 1 dockerd.log 2>/dev/null)}"
fi
