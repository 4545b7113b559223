#!/usr/bin/env bash
# tests/image/store.sh - layers unpacked once and shared: what an overlay of them shows, and who may change what.
if [[ $EUID == 0 && -z ${BELL_STORE_APART-} ]]; then
    BELL_STORE_APART=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
source "$(dirname "$0")/../harness.sh"
needs python3 jq overlay
IMAGE=$TOP/tests/image
image() { rm -rf "$1"; "$IMAGE/make-image" "$@"; }
tree() { "$IMAGE/tree-of" "$@"; }
# A container's checkout is on an overlay itself, which can't be the upper layer of another: then in memory.
if have root; then
    mkdir place && mount -t tmpfs tmpfs place && cleanup umount -l "$WORK/place"
    cleanup cd "$WORK"
    chmod 755 place
    cd place || exit 1
fi
unpack() { layer-unpack --store store "$@"; }
# in_box BUNDLE COMMAND...: what the program of a container finds
in_box() { bundle-run --root "$WORK/states" run --bundle "$1" "$UNIQUE" -- "${@:2}"; }
blob() { echo "image/blobs/${1/:/\/}"; }
# by_hand BUNDLE COMMAND...: with its layers on BUNDLE/rootfs
by_hand() {
    ns-enter --new "$( ((EUID)) && echo user,)mount" -- bind-mounter \
        --overlay "$PWD/$1/rootfs:$(jq -r '.mounts[0].options | join(",")' "$1/config.json")" -- "${@:2}"
}
first_mount() { jq -c '.mounts[0] | [.destination, .type]' "$1/config.json"; }
lower() { jq -r '.mounts[0].options[0]' "$1/config.json"; }

rootfs R
mkdir -p R/etc R/data && echo old >R/etc/motd && echo x >R/data/x && chmod 755 R
find R -exec touch -hd @1000000000 {} +
cp -a R R2 && echo new >R2/etc/motd && rm -r R2/data && mkdir R2/data && echo y >R2/data/y
layer-pack --cmd sh R image:base >/dev/null
layer-pack --on image:base --base-rootfs R R2 image:web >/dev/null

# ---- one bundle, and another
expect_output "layers go to the store" "one: 2 layers, $(layer-unpack image:web tree 2>&1 | grep -o '[0-9]* files'), digests verified -> one/rootfs one/config.json" \
    unpack image:web one
expect_output "the root file system is an overlay" '["/","overlay"]' first_mount one
expect_output "of one directory a layer" 2 bash -c "jq -r '.mounts[0].options[0]' one/config.json | tr : '\n' | wc -l"
expect_output "a layer's name is its ChainID, which begins with the lowest one's DiffID" \
    "$(jq -r '.rootfs.diff_ids[0]' "$(blob "$(jq -r .config.digest "$(blob "$(jq -r '.manifests[0].digest' image/index.json)")")")")" \
    bash -c "jq -r '.mounts[0].options[0]' one/config.json | sed 's|.*/\(sha[0-9]*\)/|\1:|'"
expect_output "a second bundle needs no unpacking" "two: 2 layers, all in the store, 0 files, verified when stored -> two/rootfs two/config.json" \
    unpack image:web two
expect_match "nor do layers that another image has" "three: 1 layer, all in the store, *" unpack image:base three
expect_output "the store is closed to others" 700 stat -c %a store
expect_output "what is deleted is a character device 0/0" "character special file 0:0" bash -c 'stat -c "%F %t:%T" store/*/*/data/x | grep special'
if have root || have userns; then
    before=$(tree store)
    expect_output "a container sees the layers as one tree" "new y" in_box one sh -c 'echo $(cat /etc/motd) $(ls /data)'
    expect_output "and the one below by itself" "old x" in_box three sh -c 'echo $(cat /etc/motd) $(ls /data)'
    check "it may change everything" in_box one sh -c 'echo mine >/etc/motd; rm -r /data; mkdir /data; echo z >/data/z; rm /bin/ls'
    expect_output "and finds it changed the next time" "mine z" in_box one sh -c 'cd /data; echo $(cat /etc/motd) *'
    expect_output "another bundle of the same image doesn't" "new y" in_box two sh -c 'cd /data; echo $(cat /etc/motd) *'
    expect_output "the store is as it was" "$before" tree store
    expect_match "the overlay is the container's root" "overlay / overlay *" in_box one grep ' / ' /proc/self/mounts
    check "with a read-only root nothing is changed" \
        bash -c "jq '.root.readonly = true' two/config.json >c.json && mv c.json two/config.json"
    refute "(it can't be)" in_box two touch /x
    expect_match "the narration tells of it" "*fsconfig(\"overlay\", \"upperdir\"*" \
        bash -c "bundle-run --root states run --explain=full --bundle one $UNIQUE -- true 2>&1 | cat -v"
    check "a container that stays" bundle-run --root "$WORK/states" run --detach --bundle two "$UNIQUE-one" -- sleep 60
    expect_error "a second one of its bundle would spoil its files" 1 "*are those of the container $UNIQUE-one*" \
        bundle-run --root "$WORK/states" run --bundle two "$UNIQUE" -- true
    bundle-run --root "$WORK/states" delete --force "$UNIQUE-one"
    cp -a one copy
    check "a copied bundle" in_box copy sh -c 'echo copied >/etc/motd'
    expect_output "leaves the one it came from alone" "mine copied" bash -c 'cd .; cat {one,copy}/rootfs.upper/etc/motd | tr "\n" " " | sed "s/ $//"'
    mkdir "$(printf 'd%.0s' {1..150})" && cp -a one "$(echo d*)/$(printf 'e%.0s' {1..150})"
    expect_output "names longer than an option may be don't matter" mine in_box "$(echo ddd*/eee*)" cat /etc/motd
    if have root; then
        jq '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings' \
            one/config.json >c.json && mv c.json copy/config.json
        expect_output "root gives a store's bundle a user namespace" copied in_box copy cat /etc/motd
    fi
    expect_output "a chain of the small tools is the same container" "mine z" bash -c \
        "bundle-run chain --bundle one -- sh -c 'cd /data; echo \$(cat /etc/motd) *' >chain.sh; PATH=$BELL_BIN:\$PATH bash chain.sh"
    expect_output "bind-mounter mounts it by hand" "mine" by_hand one cat one/rootfs/etc/motd
fi

# ---- replacing, refusing
expect_error "a bundle that is there is not replaced" 125 "*one/rootfs: is already there*" unpack image:web one
check "--force replaces it, and what was changed in it" unpack --force image:web one
expect_output "(all of it)" "" ls one/rootfs.upper
check "by one tree, too" layer-unpack --force image:web one
expect_output "which leaves nothing of the other" "config.json rootfs" bash -c 'echo $(ls one)'
install -d -m 755 open full && touch full/x && chmod 700 full
expect_error "a store that others can enter is refused" 125 "*open: other users can enter it*chmod 700*" layer-unpack --store open image:web no
expect_error "nor is a directory of other things a store" 125 "*full: is no store of layers*" layer-unpack --store full image:web no
expect_error "a name that an overlay's options can't hold" 125 "*a:b: an overlay's options can't name it*" layer-unpack --store a:b image:web no
tar -C R -cf bare.tar .
expect_error "a bare layer has no digest to be stored by" 125 "*no digest to be stored by*" unpack bare.tar no
image damaged diffid=sha256:0000000000000000000000000000000000000000000000000000000000000000 <<<$'layer\nfile a'
before=$(find store | sort)
expect_error "of a damaged image nothing gets into the store" 125 "*the layer's tar has the digest*" unpack damaged no
expect_output "(nothing)" "$before" bash -c 'find store | sort'
refute "nor is there a bundle" test -e no
cp -r image claimed && rm "claimed/blobs/$(jq -r '.layers[0].digest | sub(":"; "/")' "$(blob "$(jq -r '.manifests[1].digest' image/index.json)")")"
expect_error "an image that only claims to have a layer doesn't get it" 125 "*blob*is missing*" unpack claimed:web no
image none </dev/null
check "an image without layers is an empty root" unpack none none-bundle
check "a dry run writes nothing" layer-unpack --dry-run --store nowhere image:web no
refute "(nothing at all)" test -e nowhere

# ---- what is special in a layer by itself
image special <<'END'
layer
dir d 750
file d/below x
symlink link d
dir twice
file twice/a 1
file big 12345
char null 1 3
layer
file link/new y
hardlink d/second big
file .wh.twice
dir twice
file twice/b 2
char nothing 0 0
END
unpack special apart >/dev/null 2>err
expect_match "a 0/0 device, which would mean something else, is left out" "*left out, as a 0/0 one means*nothing*" cat err
expect_match "that is said of the next bundle as well" "*left out, as a 0/0 one means*nothing*" \
    bash -c 'layer-unpack --store store special again 2>&1'
if [[ $(cat err) == *Landlock* ]]; then
    skip "and --strict wants none of it" "this kernel has no Landlock, which --strict wants first"
else
    expect_error "and --strict wants none of it" 125 "*something was left out*" unpack --strict special strict
fi
image users <<'END'
layer
dir etc
file etc/passwd u:x:1000:1000::/:/bin/sh
file etc/group u:x:1000:
layer
file etc/.wh.passwd
file etc/.wh.group
file etc/other
END
check "an image without /etc/passwd, though a layer of it has one" unpack --user 1000 users users-bundle
image linked <<'END'
layer none
zeros large 64
char null 1 3
char zero 0 0
layer none
hardlink second large
hardlink null2 null
hardlink zero2 zero
END
check "a hard link to a file of another layer" unpack linked linked-bundle
expect_output "is the same file, not a copy" 1 bash -c 'find store -type f -size +30M -exec stat -c %i {} + | sort -u | wc -l'
top=$(lower apart | sed 's/lowerdir=//; s/:.*//')
expect_output "an entry goes through another layer's symlink" "750 new second" bash -c "echo \$(stat -c %a $top/d) \$(ls $top/d)"
check "a hard link brings its target up" test "$top/big" -ef "$top/d/second"
expect_output "a directory made anew hides the one below" "0:0 a b" bash -c "cd $top/twice; echo \$(stat -c %t:%T a) *"

# ---- the same as one tree, whatever the layers are
seeds=$(rounds 40)
expect_match "an overlay of the store shows what one tree has, for images at random" "$seeds images, *, 0 differ" \
    "$IMAGE/store-oracle" --seeds "1-$seeds"
if have root userns; then
    _need_user
    install -d -o "$BELL_TEST_USER" user
    cp -r "$IMAGE" tools && chmod -R a+rX image R R2 tools
    expect_match "also for an ordinary user" "$seeds images, *, 0 differ" \
        as_user bash -c "cd user && ../tools/store-oracle --seeds 1-$seeds"
    expect_match "who runs one" "new" as_user bash -c "cd user && layer-unpack --store s ../image:web b >/dev/null &&
        bundle-run --root r run --bundle b $UNIQUE -- cat /etc/motd"
    expect_match "an overlay for a user namespace says so" "*userxattr" as_user jq -r '.mounts[0].options | join(",")' user/b/config.json

    image closed <<<$'layer\nfile secret words 000'
    image linked-to <<<$'layer\nfile secret words 000\nlayer\nhardlink other secret'
    chmod -R a+rX closed linked-to
    as_user bash -c "cd user && layer-unpack --store s ../closed closed" >/dev/null
    link_to_closed=(as_user bash -c "cd user && layer-unpack --store s ../linked-to linked-to")
    run "${link_to_closed[@]}"
    if [[ $STATUS == 0 && $ERR == *"no Landlock"* ]]; then
        skip "a file in the store that its owner can't read can't get another name" \
            "this kernel has no Landlock, which keeps one file from being in two layers"
    else
        expect_error "a file in the store that its owner can't read can't get another name" 125 \
            "*layer 2 of 2: open secret: Permission denied*'ns-enter --new user --' in front*" "${link_to_closed[@]}"
        check "in a user namespace it can" as_user bash -c "cd user && ns-enter --new user -- layer-unpack --store s ../linked-to linked-to"
    fi

    # ---- with subordinate ids
    image owned <<<$'layer\nowner 1000 50\nfile mine\nowner 0 0\nfile roots'
    chmod -R a+rX owned
    mapped() { (cd user && as_user ns-enter --new user --map-auto -- "$@"); }
    check "with subordinate ids files have the image's owners" mapped layer-unpack ../owned owned
    expect_output "as their user namespace sees it" "1000:50 0:0" \
        mapped sh -c 'echo $(stat -c %u:%g owned/rootfs/mine owned/rootfs/roots)'
    read -r _ first _ < <(awk -F: -v user="$BELL_TEST_USER" '$1 == user {print $1, $2, $3}' /etc/subuid)
    expect_output "and the host" "$((first + 999)) $(id -u "$BELL_TEST_USER")" bash -c 'echo $(stat -c %u "$@")' - user/owned/rootfs/mine user/owned/rootfs/roots
    expect_error "a store for one set of ids refuses another" 125 "*other owners than this user namespace's*" \
        mapped layer-unpack --store s ../owned other
    check "a store of its own holds them" mapped layer-unpack --store t ../owned stored
    mapped sh -c 'rm -rf owned stored t' 2>/dev/null
fi

# ---- many layers, many at once, an end in the middle
{ for i in {1..60}; do printf 'layer none\nfile f%s\n' "$i"; done; } | image many
check "sixty layers" unpack many sixty
if have root || have userns; then
    expect_output "are one tree, though their names are longer than an option may be" 60 by_hand sixty sh -c 'ls sixty/rootfs/f* | wc -l'
fi
rm -rf store2
for i in {1..8}; do layer-unpack --store store2 image:web "many$i" >"out$i" 2>&1 & done
wait
expect_output "eight at once fill one store" 8 bash -c 'cat out? | grep -c " verified"'
expect_output "with one of each layer" "2 0" bash -c 'echo $(ls store2/sha256 | wc -l) $(ls -A store2 | grep -c layer-unpack)'
image large <<<$'layer none\nzeros zeros 64'
mkfifo pipe
{ tar -C large -cf - . | head -c 20000000; exec sleep 5; } >pipe 2>/dev/null & feeder=$!
layer-unpack --store store2 - killed <pipe 2>/dev/null & victim=$!
in_the_middle() { compgen -G 'store2/.layer-unpack.*' >/dev/null; }
wait_until in_the_middle
{ kill -KILL $victim; kill $feeder; wait; } 2>/dev/null
# The one that unpacks is told by the kernel, and needs a moment to end.
next_one() { layer-unpack --force --store store2 image:base after >/dev/null && ! in_the_middle; }
check "what a kill -9 left goes with the next" wait_until next_one
