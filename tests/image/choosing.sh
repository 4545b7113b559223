#!/usr/bin/env bash
# tests/image/choosing.sh - which of an index's images is meant, and what isn't one; and small things an image may say.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
IMAGE=$TOP/tests/image
# image DIR CONTENT OPTION...: an image whose file `who` says so
image() { rm -rf "$1"; "$IMAGE/make-image" "$1" "${@:3}" <<<$'layer\nfile who '"$2"; }
# join NEW FILTER OLD...: a layout with the images of all; their index entries are $m, a list
join() {
    rm -rf "$1" && mkdir -p "$1/blobs/sha256" && cp "$3/oci-layout" "$1/"
    local each
    for each in "${@:3}"; do cp "$each"/blobs/sha256/* "$1/blobs/sha256/"; done
    local indexes=("${@:3}")
    jq -s "[.[].manifests[0]] as \$m | .[0] | .manifests = ($2)" "${indexes[@]/%//index.json}" >"$1/index.json"
}
who() { rm -rf out; layer-unpack "$@" out >/dev/null 2>err && cat out/rootfs/who; }
image one one tag=latest
image two two tag=latest

# ---- several images
join docker '[$m[0] + {annotations: {"io.containerd.image.name": "docker.io/library/one:latest", "org.opencontainers.image.ref.name": "latest"}},
    $m[1] + {annotations: {"io.containerd.image.name": "docker.io/library/two:latest", "org.opencontainers.image.ref.name": "latest"}}]' one two
expect_output "what docker saves today has whole names" two who docker:two
expect_output "by which each can be had" one who docker:docker.io/library/one:latest
expect_error "without one it is asked which" 125 "*several images: docker.io/library/one:latest, docker.io/library/two:latest*" layer-unpack docker none
expect_error "what both are called isn't enough" 125 "*several images*" layer-unpack docker:latest none
join untagged '$m | map(del(.annotations))' one two
expect_error "two without a name can't be told apart" 125 "*several images for linux/* without a tag*" layer-unpack untagged none
join twice '[$m[0], $m[0]]' one two
expect_output "the same twice is one" one who twice

# ---- what isn't an image
join mixed '[{mediaType: "application/vnd.acme.something", digest: $m[1].digest, size: $m[1].size}, $m[0]]' one two
expect_output "an entry of another type is passed over" one who mixed
image artifact artifact
python3 - <<'END'
import hashlib, json, os
index = json.load(open("artifact/index.json"))
entry = index["manifests"][0]
manifest = json.load(open("artifact/blobs/" + entry["digest"].replace(":", "/")))
manifest["config"]["mediaType"] = "application/vnd.oci.empty.v1+json"
data = json.dumps(manifest).encode()
entry["digest"], entry["size"] = "sha256:" + hashlib.sha256(data).hexdigest(), len(data)
open("artifact/blobs/" + entry["digest"].replace(":", "/"), "wb").write(data)
json.dump(index, open("artifact/index.json", "w"))
END
join with-artifact '[$m[1], $m[0]]' one artifact
expect_output "an artifact in a manifest's form, too" one who with-artifact
expect_match "--list tells what it is, and goes on" "*not an image*latest*1 layer*" layer-unpack --list with-artifact
join sparse '[$m[1] + {platform: {os: "linux", architecture: "s390x"}}, $m[0]]' one two
rm "sparse/blobs/$(jq -r '.manifests[0].digest | sub(":"; "/")' sparse/index.json)"
expect_output "an image that isn't here, for another machine, is none of our business" one who sparse
expect_match "--list says that it is missing" "*is missing*latest*" layer-unpack --list sparse

# ---- platforms
join variants '[$m[0] + {platform: {os: "linux", architecture: "amd64", variant: "v3"}}, $m[1] + {platform: {os: "linux", architecture: "amd64"}}]' one two
expect_output "a newer machine's variant isn't taken for any" two who --platform linux/amd64 variants
expect_output "for the newer one it is the best" one who --platform linux/amd64/v3 variants
expect_output "the one between takes the older" two who --platform linux/amd64/v2 variants
join arm '[$m[0] + {platform: {os: "linux", architecture: "arm64"}}]' one two
expect_output "arm64 is arm64/v8" one who --platform linux/arm64/v8 arm

# ---- incomplete, or of another age
tar -C one -cf no-layout.tar index.json blobs
expect_error "a layout in a tar without its oci-layout file" 125 "*without its oci-layout file*" layer-unpack no-layout.tar none
mkdir -p old/0000000000000000000000000000000000000000000000000000000000000000 && echo '{}' >old/repositories
touch old/0000000000000000000000000000000000000000000000000000000000000000/layer.tar
tar -C old -cf old.tar .
expect_error "what docker saved before it knew manifests" 125 "*older than 1.10*" layer-unpack old.tar none
mkdir oci && cp -r one/. oci/
expect_output "a directory may be called oci" one who oci:latest
image strange strange
python3 - <<'END'
import hashlib, json
index = json.load(open("strange/index.json"))
def change(entry, edit):
    path = "strange/blobs/" + entry["digest"].replace(":", "/")
    document = json.load(open(path))
    edit(document)
    data = json.dumps(document).encode()
    entry["digest"], entry["size"] = "sha256:" + hashlib.sha256(data).hexdigest(), len(data)
    open("strange/blobs/" + entry["digest"].replace(":", "/"), "wb").write(data)
change(index["manifests"][0], lambda manifest: change(manifest["config"], lambda config: config["rootfs"].update(type="wrong")))
json.dump(index, open("strange/index.json", "w"))
END
expect_error "layers are the only kind of root file system" 125 "*type 'wrong', only 'layers'*" layer-unpack strange none

# ---- small things
rm -rf small && "$IMAGE/make-image" small config='{"User":"0:0","Entrypoint":["x"],"Cmd":["y"],"Volumes":{"/a/file":{},"/proc":{},"/data":{}}}' <<'END'
layer
fifo etc/passwd
file a/.wh.gone
file a/file words 444
xattr user.colour red
file read-only words 444
dir d 755
END
expect_match "numbers need no /etc/passwd, whatever it is" "*4 files*" layer-unpack small b
expect_match "volumes over a file, or over /proc, are left out, and that is said" "*a volume at /proc*a volume at /a/file*" \
    bash -c 'layer-unpack --force small b 2>&1'
expect_output "the others stay" '["/data"]' jq -c '[.mounts[] | select(.source | tostring | startswith("volumes")).destination]' b/config.json
expect_output "--entrypoint '' is none, and takes the arguments away" '["sh"]' \
    bash -c "layer-unpack --force --entrypoint '' small b 2>/dev/null >/dev/null && jq -c .process.args b/config.json"
expect_output "a list in brackets is the whole of it" '["a","b"]' \
    bash -c "layer-unpack --force --entrypoint '[\"a\",\"b\"]' small b 2>/dev/null >/dev/null && jq -c .process.args b/config.json"
expect_match "a dry run tells whiteouts from files" "*: 1 layer, 4 files*" layer-unpack --dry-run small none
expect_output "directories that nobody has named are as old as time, so that two unpackings are the same" "0 0" \
    bash -c 'echo $(stat -c %Y b/rootfs/etc b/rootfs/a)'
mkdir -p user && cp -r small user/ && chmod -R a+rX user/small
[[ $EUID != 0 ]] || { as_user true; chown "$BELL_TEST_USER" user; }
check "an ordinary user unpacks files that can't be written" as_user bash -c 'cd user && layer-unpack small b'
expect_output "which then have their mode and attributes" "444 444" as_user bash -c 'cd user && echo $(stat -c %a b/rootfs/read-only b/rootfs/a/file)'
expect_output "(the attribute, too)" red as_user python3 -c 'import os; print(os.getxattr("user/b/rootfs/read-only", "user.colour").decode())'

# ---- what isn't a root file system isn't packed
expect_error "a bundle" 125 "*b: is a bundle*b/rootfs*" layer-pack b new
layer-unpack --store s small stored >/dev/null 2>&1
expect_error "where an overlay would be mounted" 125 "*overlay of a --store bundle*bind-mounter --overlay*" layer-pack stored/rootfs new
if mknod probe c 0 0 2>/dev/null; then
    mkdir upper && mv probe upper/gone
    expect_error "an overlay's own directory" 125 "*gone: is an overlay's whiteout*" layer-pack upper new
fi
