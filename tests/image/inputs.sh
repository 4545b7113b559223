#!/usr/bin/env bash
# tests/image/inputs.sh - an image may be a directory or one file, packed or not, or come from a pipe; its content says
# what it is. Each gives the same root file system.
source "$(dirname "$0")/../harness.sh"
needs python3 jq zstd
IMAGE=$TOP/tests/image
"$IMAGE/make-image" layout tag=web:v1 config='{"Cmd": ["sail"]}' <<'END'
layer
dir etc
file etc/name sea
file gone x
symlink link etc/name
layer zstd
file etc/more fish
file .wh.gone
layer none
hardlink etc/same etc/name
END
rm -rf expected && layer-unpack layout expected >/dev/null
look() { (cd "$1/rootfs" && find . -printf '%P %y %m %U %G %T@ %l\n' | sort && find . -type f -exec md5sum {} + | sort); }
look expected >expected.txt
# same SENTENCE IMAGE...: unpacks to the same; from stdin if that is "-"
same() { rm -rf out; check "$1" layer-unpack "$2" out; check "  to the same files" cmp expected.txt <(look out); }
verified() { expect_match "$1" "*digests verified*" layer-unpack --force "${@:2}" out; }

# ---- an image layout in one file
tar -C layout -cf layout.tar oci-layout index.json blobs
same "a layout in a tar" layout.tar
verified "is verified like a directory" layout.tar
gzip -nk layout.tar && zstd -q layout.tar -o layout.tar.zst
same "packed by gzip" layout.tar.gz
same "by zstd" layout.tar.zst
same "with its tag, which may have a colon" layout.tar:web:v1
same "a part of the tag, where that is clear" layout.tar:v1
same "in skopeo's words" oci-archive:layout.tar:web:v1
for file in layout.tar layout.tar.gz; do same "$file from a pipe" - < <(cat "$file"); done
same "a file as stdin" - <layout.tar
tar -C layout -cf dotted.tar .
same "with './' in front of its names, from a pipe" - < <(cat dotted.tar)
expect_error "another tag" 125 "*no image is tagged 'v2'*web:v1*" layer-unpack layout.tar:v2 none
python3 - <<'END'
import tarfile
with tarfile.open("layout.tar") as old, tarfile.open("changed.tar", "w") as new:
    for member in old:
        data = old.extractfile(member).read() if member.isfile() else b""
        if member.name.startswith("blobs/") and len(data) > 200: data = data[:100] + bytes([data[100] ^ 1]) + data[101:]
        import io
        new.addfile(member, io.BytesIO(data))
END
expect_error "a changed byte in it is found" 125 "*digest*" layer-unpack changed.tar none
refute "and leaves nothing" test -e none

# ---- what docker saves
# docker-archive FILE FORM: the layout as `docker save` has it. old: a directory a layer, and a link for one that is there twice.
docker_archive() {
    python3 - "$1" "$2" <<'END'
import hashlib, io, json, os, subprocess, sys, tarfile
blob = lambda descriptor: open("layout/blobs/" + descriptor["digest"].replace(":", "/"), "rb").read()
manifest = json.loads(blob(json.load(open("layout/index.json"))["manifests"][0]))
config = blob(manifest["config"])
unpack = {"gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dc"]}
out = tarfile.open(sys.argv[1], "w")
def add(name, data=b"", **what):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in what.items(): setattr(info, key, value)
    out.addfile(info, io.BytesIO(data))
names = []
for number, layer in enumerate(manifest["layers"]):
    packer = unpack.get(layer["mediaType"].partition("+")[2])
    tar = subprocess.run(packer, input=blob(layer), stdout=subprocess.PIPE, check=True).stdout if packer else blob(layer)
    name = hashlib.sha256(b"%d" % number).hexdigest()
    if sys.argv[2] == "old":
        add(name, type=tarfile.DIRTYPE, mode=0o755)
        add(name + "/VERSION", b"1.0")
        if number == 1:
            add("f" * 64 + "/layer.tar", tar)
            add(name + "/layer.tar", type=tarfile.SYMTYPE, linkname="../" + "f" * 64 + "/layer.tar")
        else:
            add(name + "/layer.tar", tar)
        names.append(name + "/layer.tar")
    else:
        names.append(name + ".tar")
        add(names[-1], subprocess.run(["gzip", "-n"], input=tar, stdout=subprocess.PIPE).stdout if sys.argv[2] == "packed" else tar)
wrong = sys.argv[2] == "wrong"
digest = hashlib.sha256(b"x" if wrong else config).hexdigest()
add(digest + ".json", config)
add("manifest.json", json.dumps([{"Config": digest + ".json", "RepoTags": ["docker.io/library/web:v1", "web:new"], "Layers": names}]).encode())
END
}
docker_archive docker.tar new && docker_archive old.tar old && docker_archive packed.tar packed && docker_archive wrong.tar wrong
for file in docker.tar old.tar packed.tar; do
    same "what docker saves ($file)" "$file:docker.io/library/web:v1"
    verified "its layers are held against the config ($file)" "$file:web:new"
done
same "by its name alone" docker.tar:library/web:v1
rm -rf out
check "from a pipe, with one of two tags" layer-unpack --tag web:new - out < <(cat docker.tar)
check "  to the same files" cmp expected.txt <(look out)
expect_output "its config counts" '["sail"]' jq -c .process.args out/config.json
expect_error "two tags, and none is named: both are told" 125 "*several images*docker.io/library/web:v1*web:new*" layer-unpack docker.tar none
expect_error "a config that isn't what its name says" 125 "*its content has the digest*" layer-unpack wrong.tar:web:new none
mkdir -p inside && cp -r layout inside/image && tar -C inside -cf inside.tar image
same "a layout's directory in a tar" inside.tar
mkdir unpacked && tar -xf docker.tar -C unpacked
same "unpacked by hand" unpacked:web:new

# ---- a layer by itself
tar -C expected/rootfs --sort=name -cf layer.tar .
gzip -nk layer.tar && zstd -q layer.tar -o layer.tar.zst
bare() { rm -rf out; expect_match "$1" "*1 layer*nothing to verify*" layer-unpack "$2" out; check "  to the same files" cmp expected.txt <(look out); }
for file in layer.tar layer.tar.gz layer.tar.zst; do
    bare "a layer's tar ($file)" "$file"
    bare "from a pipe ($file)" - < <(cat "$file")
done
expect_output "it runs a shell, if nothing else is said" '["sh"]' jq -c .process.args out/config.json
expect_output "what is said counts" '["ls","-l"]' bash -c 'layer-unpack --force --cmd ls --cmd=-l layer.tar out >/dev/null; jq -c .process.args out/config.json'
check "a dry run reads it, too" layer-unpack --dry-run layer.tar none
refute "and makes nothing" test -e none

# ---- what is none of these
expect_error "nothing from a pipe" 125 "*stdin: is empty*did the command before the*" layer-unpack - none </dev/null
echo words >words
expect_error "a file that is no tar" 125 "*words: not a tar*IMAGE is*" layer-unpack words none
expect_error "an archive that is cut off" 125 "*" bash -c 'head -c 3000 layout.tar | layer-unpack - none'
expect_error "a packed one" 125 "*ends too early*" bash -c 'head -c 500 layout.tar.gz | layer-unpack - none'
mkfifo pipe
expect_error "a pipe by its name isn't waited for" 125 "*neither a file nor a directory*" timeout 10 layer-unpack pipe none
expect_error "an address" 125 "*is in a registry*skopeo*" layer-unpack docker://example/web none
refute "none of them leaves anything" test -e none
