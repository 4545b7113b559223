#!/usr/bin/env bash
# tests/security/guards-image.sh - guards.sh for images: each attack is held, in a test build as well, and hits when its
# guard is switched off there. The attacks are cases of the corpus of hostile images, and what tells a hit is the oracle of
# tests/image/hostile-corpus.sh: so this shows that that one can fail, too.
#
# class  guard                 rule  what is attacked
# N      parents_in_root       15    files and whiteouts below symlinks that lead out
# N      never_follow          15    a file by the name of a symlink
# N      links_in_root         15    a hard link to the host's file
# N      entry_names           15    names with ".."
# P      whole_ids             15    an owner of 2^32, which would be cut to root's
# O      root_stays            16    a symlink in the place of the root
# O      whiteout_names        16    whiteouts of ".", of nothing, below whiteouts
# P      overlay_xattrs        15    attributes that overlayfs obeys
# P      budgets               17    ratio bombs, a map of holes, indexes of indexes
# P      linear_opaque         17    thousands of opaque marks
# Q      digest_names          18    a digest with ".."
# Q      regular_blobs         18    a blob that is a symlink, a pipe
# Q      verified_blobs        18    another manifest, config or layer than the digest's
# Q      verified_diff_ids     18    layers in another order than the config's
# H      resolve_in_root       10    /etc/passwd as a symlink to the host's
# H      numbers_are_ids       10    a user called 1000, who is root
# T      private_bundle        20    setuid programs that others can reach
# all    own_sandbox           24    the same where the guard above is off: Landlock is the second wall
#
# L has no guard: what is traced there is the tool as it is.
source "$(dirname "$0")/../harness.sh"
needs root python3
GUARDED=$BELL_BIN
UNGUARDED=${BELL_UNGUARDED_BIN:-$TOP/build/unguarded/bin}
ORACLE=$TOP/tests/image/hostile-oracle
refute "nothing of the switch is in the tools" grep -lE 'BELL_GUARDS_OFF|parents_in_root' "$GUARDED"/layer-{unpack,pack}

# ---- L: nothing of the image is run or loaded
# of_the_image TRACE: what else than the tool itself was executed; what was opened for being loaded or asked.
of_the_image() {
    grep -E 'execve(at)?\(' "$1" | grep -vE ' execve\("[^"]*/(layer-unpack|chroot)"'
    grep -E 'open(at|at2)?\(.*(libnss|nsswitch|ld\.so\.preload|lib(c|z|zstd|archive|crypto)\.so|locale-archive|openssl\.cnf)' "$1" |
        grep -E 'O_RDONLY.*= [0-9]' | grep -vE '"/(lib|lib64|usr|etc)/'
    true
}
if have strace && strace -f -o /dev/null true 2>/dev/null; then
    python3 "$TOP/tests/image/hostile-tars" helpers image "$WORK/canary"
    check "an image full of helpers is unpacked" strace -f -o trace "$GUARDED/layer-unpack" image bundle
    expect_output "layer-unpack executes and loads nothing of the image (L)" "" of_the_image trace
    refute "nothing of it has run" test -e canary/ran
    cp "$(command -v busybox)" bundle/rootfs/bin/sh
    strace -f -o naive chroot bundle/rootfs /bin/sh -c 'exec /bin/sh -c /bin/id' >/dev/null 2>&1
    refute "the eye sees: a helper of the image that runs is found" test -z "$(of_the_image naive)"
    strace -f -o naive cat bundle/rootfs/lib/libc.so.6 >/dev/null 2>&1
    refute "and a library that is opened" test -z "$(of_the_image naive)"
else
    skip "layer-unpack executes and loads nothing of the image (L)" "no strace, or it may not trace here"
fi

if [[ ! -x $UNGUARDED/layer-unpack ]]; then
    skip "each attack hits when its guard is off" "no build/unguarded: 'cmake --preset unguarded && cmake --build --preset unguarded'"
    exit "$_failed"
fi
expect_match "the test build says what it is" "*guards can be switched off*" "$UNGUARDED/layer-unpack" --version

try() { BELL_BIN=$1 BELL_GUARDS_OFF=${3-} python3 "$ORACLE" --attack "$2" 2>&1; }
# attack GUARD CLASS CASE SENTENCE: it hits without GUARD; "GUARD,GUARD": without both, while each alone holds it.
attack() {
    local held also_held naive guard
    held=$(try "$GUARDED" "$3" "$1")
    also_held=$(try "$UNGUARDED" "$3")
    naive=$(try "$UNGUARDED" "$3" "$1")
    if [[ $held == held && $also_held == held ]]; then _ok "$4 ($2)"; else _not_ok "$4 ($2)" "$3: $held" "in the test build: $also_held"; fi
    if [[ $naive == hit:* ]]; then _ok "without $1 the attack works"; else _not_ok "without $1 the attack works" "$3: $naive"; fi
    [[ $1 == *,* ]] || return 0
    for guard in ${1//,/ }; do
        naive=$(try "$UNGUARDED" "$3" "$guard")
        if [[ $naive == held ]]; then _ok "without $guard alone it doesn't"; else _not_ok "without $guard alone it doesn't" "$3: $naive"; fi
    done
}
# What Landlock would hold by itself can be seen only where it is there.
check "an image is unpacked with nothing to warn of" python3 "$TOP/tests/image/hostile-tars" sha512 plain "$WORK/canary"
run "$UNGUARDED/layer-unpack" plain plain-bundle
[[ $ERR == *Landlock* ]] && skip "the second wall" "this kernel has no Landlock" && exit "$_failed"

# ---- N: names and links
attack parents_in_root,own_sandbox N below-link-1 "a file below a symlink to the host stays inside"
attack parents_in_root,own_sandbox N below-link-layers-2 "below one that climbs, in the layer above, too"
attack parents_in_root,own_sandbox N link-realpath "behind a path too long for realpath, too"
attack parents_in_root,own_sandbox O whiteout-below-link-1 "a whiteout below it takes nothing of the host's"
attack never_follow N at-link-inside "a file is not written through a symlink of its name"
attack never_follow,own_sandbox N hardlink-symlink-write "nor through a hard link to one"
attack links_in_root,own_sandbox N hardlink-1 "a hard link's target is looked for inside"
attack entry_names,parents_in_root,own_sandbox N dots-3 "a name with '..' is refused"
attack entry_names,parents_in_root,own_sandbox N pax-path-1 "in a pax record, too"
attack entry_names,parents_in_root,own_sandbox N gnu-long-up "in GNU's long name, too"

# ---- O: the root, whiteouts, what overlayfs reads
attack root_stays O root-symlink-1 "a symlink doesn't take the root's place"
attack whiteout_names O whiteout-nothing-1 "a whiteout of nothing is refused"
attack whiteout_names O whiteout-nothing-12 "so is what stands below a whiteout"
attack overlay_xattrs P xattr-9 "an attribute for overlayfs is left out"
attack whole_ids P pax-owner-cut-1 "an owner of 2^32 doesn't become root"

# ---- P: costs
attack budgets P ratio-1 "a ratio bomb is refused"
attack budgets P ratio-map "so is a header of millions of holes"
attack budgets P sparse-huge-2 "so is a hole of a terabyte"
attack budgets P index-wide-2 "so are indexes of indexes of indexes"
attack linear_opaque P opaque-same "opaque marks cost their number, not its square"

# ---- Q: what the image's files claim
attack digest_names,verified_blobs Q digest-1 "a digest is no path"
attack regular_blobs Q blob-2 "a blob is no symlink"
attack regular_blobs Q layout-file-1 "nor is index.json a pipe"
attack verified_blobs Q content-3 "a manifest is what its digest says"
attack verified_blobs Q content-2 "so is the config"
attack verified_blobs,verified_diff_ids Q content-1 "so is a layer"
attack verified_diff_ids Q diff-ids-swapped "a layer's content is what the config says"

# ---- H, T: users
attack resolve_in_root,own_sandbox H passwd-1 "the host's /etc/passwd isn't read in the place of the image's"
attack numbers_are_ids H user-number "a user called 1000 in the image doesn't take the place of uid 1000"
attack private_bundle T special-bits-1 "an image's setuid programs are out of reach for others"
