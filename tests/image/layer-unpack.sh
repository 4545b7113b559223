#!/usr/bin/env bash
# tests/image/layer-unpack.sh - an image becomes a bundle: what is unpacked, what is refused, what is left behind.
source "$(dirname "$0")/../harness.sh"
needs python3 jq zstd
IMAGE=$TOP/tests/image
image() { rm -rf "$1"; "$IMAGE/make-image" "$@"; }
ls_bundle() { (cd "$1" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '); }

# ---- what becomes of an image
image busybox config='{"Cmd":["sh"],"Env":["A=1"],"WorkingDir":"/root","User":"7:8","Labels":{"x":"y"}}' <<'END'
layer
dir bin
file bin/tool words 4755
hardlink bin/other bin/tool
symlink bin/sh tool
dir root 700
END
expect_output "one line says what was done" \
    "demo: 1 layer, 5 files, digests verified -> demo/rootfs demo/config.json" layer-unpack busybox demo
expect_output "the bundle has a root file system and a config.json, and nothing else" \
    "config.json rootfs rootfs/bin rootfs/bin/other rootfs/bin/sh rootfs/bin/tool rootfs/root " ls_bundle demo
expect_output "a new bundle is closed to other users" 700 stat -c %a demo
expect_output "hard links are one file, setuid bits stay" "4755 2" stat -c '%a %h' demo/rootfs/bin/other
expect_output "times are the image's" "1000000000 1000000000" \
    bash -c "echo \$(stat -c %Y demo/rootfs/bin/tool demo/rootfs/bin)"
expect_output "the program, its variables, its directory" '["sh"] "A=1" "/root" 7 8 false' \
    jq -rj '.process|(.args|tojson)," \"",(.env[]|select(startswith("A="))),"\" \"",.cwd,"\" ",.user.uid," ",.user.gid," ",.terminal' demo/config.json
expect_output "labels become annotations, and the image's platform too" "y linux" \
    jq -r '.annotations|.x + " " + .["org.opencontainers.image.os"]' demo/config.json
expect_output "in a pipe the config goes to the next program" '["sh"]' \
    bash -c 'layer-unpack busybox piped 2>/dev/null | jq -c .process.args'
expect_match "--list shows tags, platforms and layers" "latest  linux/*  sha256:*  1 layer, *gzip*" layer-unpack --list busybox
expect_match "--dry-run checks everything and writes nothing" "*verified -> nothing was written" \
    layer-unpack --dry-run busybox dry
refute "a dry run leaves no bundle" test -e dry
expect_output "--env, --entrypoint and --cmd take the image's place" '["a","-b"]' \
    bash -c 'layer-unpack --entrypoint a --cmd=-b --env A=2 busybox other >/dev/null && jq -c .process.args other/config.json'

# ---- compressions, digests, indexes
LINES='layer HOW
file a 1'
for how in gzip zstd none; do
    image "i-$how" <<<"${LINES/HOW/$how}"
    expect_output "a $how layer" 1 bash -c "layer-unpack i-$how d-$how >/dev/null && cat d-$how/rootfs/a"
done
image members members=3 <<<"${LINES/HOW/gzip}"
check "a gzip layer of several members" layer-unpack members d-members
image sha512 algorithm=sha512 <<<"${LINES/HOW/gzip}"
check "digests by sha512" layer-unpack sha512 d-sha512
image nested nest=2 <<<"${LINES/HOW/gzip}"
check "an index in an index" layer-unpack nested:latest d-nested
image empty <<<'layer'
check "a layer without files" layer-unpack empty d-empty
image arm platform=linux/s390x <<<"${LINES/HOW/gzip}"
expect_error "an image for another machine says for which" 125 "*no image for linux/*; there is linux/s390x*--platform linux/s390x*" \
    layer-unpack arm d-arm
check "--platform takes it all the same" layer-unpack --platform linux/s390x arm d-arm

# ---- layers on layers
image layers <<'END'
layer
dir etc
file etc/motd old
file etc/keep old
dir var
dir var/deep
file var/deep/file old
dir opaque
file opaque/old old
file was-file x
dir was-dir
file was-dir/x x
file link-a old
hardlink link-b link-a
layer
file etc/.wh.motd
file opaque/new new
file opaque/.wh..wh..opq
file .wh.var
dir was-file
file was-dir now
file link-a new
file etc/.wh.keep
file etc/keep new
END
check "three kinds of change unpack" layer-unpack layers l
expect_output "whiteouts take away, opaque ones everything, of the layers below only" \
    "etc etc/keep link-a link-b opaque opaque/new was-dir was-file " ls_bundle l/rootfs
expect_output "a whiteout doesn't touch its own layer, a new file doesn't touch the other names of the old" "newold" \
    bash -c 'echo $(cat l/rootfs/etc/keep l/rootfs/link-b)'
image order <<'END'
layer
dir d
file d/f old
layer
file d/f new
file d/.wh.f
file d/.wh..wh..opq
END
expect_output "the order of a layer's entries makes no difference" new \
    bash -c 'layer-unpack order o >/dev/null && cat o/rootfs/d/f'
image opaques <<'END'
layer
opaques 20000
layer
opaques 20000
END
check "forty thousand opaque whiteouts take no more than linear time" timeout 30 layer-unpack opaques op
image names <<'END'
layer
file "naïve/ünïcode" 1
END
expect_output "names are bytes, whatever the locale" 1 \
    bash -c 'LC_ALL=POSIX layer-unpack names n >/dev/null && cat "n/rootfs/naïve/ünïcode"'

# ---- one bundle, twice
expect_error "a bundle that is there isn't overwritten" 125 "*demo/rootfs: is already there*--force replaces it*" \
    layer-unpack busybox demo
check "--force replaces it" layer-unpack --force layers demo
expect_output "and nothing of the old one is left" etc bash -c 'cd demo/rootfs && ls -d etc bin 2>/dev/null || true'
mkdir open && touch open/mine && chmod 755 open
expect_error "a directory that others can enter, with other things in it, is refused" 125 "*chmod go-x open*" \
    layer-unpack busybox open
check "unless told otherwise" layer-unpack --reachable busybox open

# ---- damage: which blob, and why
damaged() { # SENTENCE PATTERN: the image i-gzip, after a command has damaged it
    expect_error "$1" 125 "$2" layer-unpack dam d-dam
    refute "  and nothing is left behind" test -e d-dam
}
fresh() { rm -rf dam; cp -r i-gzip dam; LAYER=$(jq -r '.layers[0].digest' dam/blobs/sha256/"$(jq -r '.manifests[0].digest' dam/index.json | cut -d: -f2)" | cut -d: -f2); }
fresh; printf 'X' | dd of="dam/blobs/sha256/$LAYER" bs=1 seek=30 conv=notrunc status=none
damaged "a changed byte is found" "*layer 1 of 1: *"
fresh; truncate -s -1 "dam/blobs/sha256/$LAYER"
damaged "a short blob is found" "*blob sha256:$LAYER: has * bytes, should have *"
fresh; rm "dam/blobs/sha256/$LAYER"
damaged "a missing blob is named" "*blob sha256:$LAYER: is missing*"
fresh; ln -sf /etc/passwd "dam/blobs/sha256/$LAYER"
damaged "a blob that is a symlink isn't followed" "*is a symlink*"
fresh; rm "dam/blobs/sha256/$LAYER"; mkfifo "dam/blobs/sha256/$LAYER"
damaged "a blob that is a pipe doesn't hold us up" "*is not a regular file*"
fresh; echo '{' >dam/index.json
damaged "a broken index names line and column" "*index.json: not valid JSON, line 2*"
image dam diffid="sha256:$(printf 'a%.0s' {1..64})" <<<"${LINES/HOW/gzip}"
damaged "a layer that isn't what the config says" "*the layer's tar has the digest sha256:*, the image's config says sha256:aaaa*"
image dam digest=sha256:../../etc/passwd <<<"${LINES/HOW/gzip}"
damaged "a digest that is a path" "*is not a digest*"
image dam media=application/vnd.oci.image.layer.v1.tar+gzipp <<<"${LINES/HOW/gzip}"
damaged "an unknown media type finds the known one" "*did you mean 'application/vnd.oci.image.layer.v1.tar+gzip'?*"
image dam media=application/vnd.oci.image.layer.v1.tar+zstd <<<"${LINES/HOW/gzip}"
damaged "content that isn't what the media type says" "*media type says zstd, its content is gzip*"
expect_error "a tag that isn't there finds the one that is" 125 "*did you mean 'latest'?*" layer-unpack busybox:latets x
tar -cf image.tar busybox
check "a tar of an image is an image" layer-unpack image.tar from-tar

# ---- limits
image zeros <<<$'layer\nzeros z 300'
expect_error "a layer that unpacks to far more than it is" 125 "*more than 200 times its size*" layer-unpack zeros z
check "--max-ratio allows it" layer-unpack --max-ratio 2000 zeros z
expect_error "--max-bytes" 125 "*more than 1048576 unpacked bytes*" layer-unpack --max-bytes 1M zeros y
image many <<<$'layer\nmany 100 f%d'
expect_error "--max-entries" 125 "*more than 50 entries*" layer-unpack --max-entries 50 many y

# ---- an ordinary user
chmod -R go+rX busybox layers
image devices <<<$'layer\nchar dev-null 1 3\nhardlink other dev-null\nowner 5 5\nfile f'
chmod -R go+rX devices
check "an ordinary user unpacks too" as_user bash -c "cd user && layer-unpack ../busybox b"
expect_output "with a user namespace in the config" user \
    as_user jq -r '.linux.namespaces[].type|select(.=="user")' user/b/config.json
check "device nodes are left out with a warning" as_user bash -c "cd user && layer-unpack ../devices d 2>&1 | grep -q 'warning: 1 device node left out'"
if [[ $EUID == 0 ]]; then
    expect_error "--strict makes that an error" 125 "*mknod dev-null*" as_user layer-unpack --strict devices user/s
fi
check "and what was unpacked can be deleted" as_user bash -c "cd user && rm -rf b d"

# ---- interruptions
image big <<<$'layer none\nmany 200000 f%d'
layer-unpack big killed >/dev/null 2>&1 & pid=$!
wait_until test -e "killed/.rootfs.$pid/rootfs/f1000"
{ kill -KILL $pid; wait $pid; } 2>/dev/null
refute "kill -9 leaves no root file system" test -e killed/rootfs
check "the next run clears up and succeeds" layer-unpack busybox killed
expect_output "nothing is left of the killed run" "config.json rootfs " bash -c 'ls -A killed | tr "\n" " "'
layer-unpack big term >/dev/null 2>&1 & pid=$!
wait_until test -e "term/.rootfs.$pid/rootfs/f1000"
kill -TERM $pid; wait $pid; STATUS=$?
expect_output "SIGTERM ends it as a signal does" 143 echo $STATUS
refute "and leaves nothing" test -e term
# The reader is waited for: one that hasn't gone yet takes what comes.
expect_status "a closed pipe ends it like any program" 141 env --default-signal=PIPE bash -c 'exec 3> >(:); wait $!; layer-unpack busybox closed >&3 2>/dev/null'
expect_output "the bundle is whole then" "config.json rootfs " bash -c 'ls -A closed | tr "\n" " "'
if have root; then
    mkdir full
    expect_error "a full disk is told as one" 125 "*No space left on device*the disk is full*" \
        unshare -m bash -c 'mount -t tmpfs -o size=1M,nr_inodes=1000 none full && layer-unpack big full/b; s=$?; [[ ! -e full/b ]] || s=1; exit $s'
else
    skip "a full disk is told as one" "needs root"
fi
