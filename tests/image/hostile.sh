#!/usr/bin/env bash
# tests/image/hostile.sh - layers that try to reach outside their root file system (security.md: N, O, H).
source "$(dirname "$0")/../harness.sh"
needs python3 jq
IMAGE=$TOP/tests/image
# A canary that no image may change, at a place that every image tries for.
canary=$WORK/canary
mkdir "$canary" && echo untouched >"$canary/file"
before=$(find "$canary" -printf '%P %m %U %G %T@ %s\n' | sort)
unharmed() { [[ $(find "$canary" -printf '%P %m %U %G %T@ %s\n' | sort) == "$before" && $(<"$canary/file") == untouched ]]; }

# refused SENTENCE PATTERN < LINES: not unpacked, nothing left, the canary unharmed.
refused() {
    rm -rf image out
    "$IMAGE/make-image" image
    expect_error "$1: refused" 125 "$2" layer-unpack image out
    refute "$1: nothing is left behind" test -e out
    check "$1: the canary is unharmed" unharmed
}
# contained SENTENCE PATH < LINES: unpacked, PATH is in the root file system, the canary unharmed.
contained() {
    rm -rf image out
    "$IMAGE/make-image" image
    check "$1: unpacks" layer-unpack image out
    check "$1: stays inside" test -e "out/rootfs/$2"
    check "$1: the canary is unharmed" unharmed
}

refused "a name with .." "*leads out of the root file system*" <<<$'layer\nfile ../../canary/file x'
refused "a name with .. in the middle" "*leads out*" <<<$'layer\nfile a/../../../canary/file x'
contained "an absolute name" "${canary#/}/file" <<<$'layer\nfile '"$canary"'/file x'
contained "a file below an absolute symlink" "${canary#/}/file" <<END
layer
dir ${canary#/}
symlink a $canary
file a/file x
END
contained "a file below a symlink that climbs" "canary/file" <<'END'
layer
dir canary
symlink a ../../../../../../canary
file a/file x
END
contained "the same, split over two layers" "${canary#/}/file" <<END
layer
dir ${canary#/}
symlink a $canary
layer
file a/file x
END
contained "a file where a symlink was" file <<<$'layer\nsymlink file '"$canary"$'/file\nfile file x'
expect_output "  and the symlink is gone" "regular file" stat -c %F out/rootfs/file
contained "a directory where a symlink was" d/file <<<$'layer\nsymlink d '"$canary"$'\ndir d\nfile d/file x'
refused "a file below a symlink that leads nowhere" "*" <<<$'layer\nsymlink a '"$canary"$'\nfile a/file x'
refused "a hard link to the host" "*which isn't there*" <<<$'layer\nhardlink a '"$canary"$'/file'
refused "a hard link with .." "*leads out*" <<<$'layer\nhardlink a ../../canary/file'
refused "a hard link through a symlink" "*which isn't there*" <<<$'layer\nsymlink d '"$canary"$'\nhardlink a d/file'
contained "a hard link to a symlink, then written" b <<<$'layer\nsymlink a '"$canary"$'/file\nhardlink b a\nfile b x'
refused "a hard link to a directory" "*hard link to a directory*" <<<$'layer\ndir d\nhardlink a d'
refused "a hard link to the root" "*which isn't there*" <<<$'layer\nhardlink a .'
for name in . / ./. ./; do
    refused "a symlink as the root entry ($name)" "*the root must be a directory*" <<<$'layer\nsymlink '"$name $canary"
done
refused "a file as the root entry" "*the root must be a directory*" <<<$'layer\nfile ./. x'
for name in .wh. .wh.. .wh...; do
    refused "the whiteout $name" "*a whiteout of nothing*" <<<$'layer\nfile a\nlayer\nfile '"$name"
done
refused "a whiteout with a path in it" "*below a whiteout*" <<<$'layer\nfile a\nlayer\nfile .wh.../x'
contained "a whiteout below a symlink to the host" x <<<$'layer\nfile x\nsymlink d '"$canary"$'\nlayer\nfile d/.wh.file'
contained "an opaque whiteout below a symlink to the host" x <<<$'layer\nfile x\nsymlink d '"$canary"$'\nlayer\nfile d/.wh..wh..opq'
contained "a whiteout of a symlink to the host" x <<<$'layer\nfile x\nsymlink d '"$canary"$'\nlayer\nfile .wh.d'
refute "  takes the symlink" test -L out/rootfs/d
refused "a name that is too long" "*is longer than 4096 bytes*" <<<$'layer\nfile '"$(printf 'a/%.0s' {1..2500})"
refused "a file as a directory" "*Not a directory*" <<<$'layer\nfile a\nfile a/b'

# ---- users
user() { # USER PASSWD: what process.user becomes
    rm -rf image out
    "$IMAGE/make-image" image config="{\"User\":\"$1\"}" <<<$'layer\ndir etc\n'"$2"
    layer-unpack image out >/dev/null && jq -r '.process.user|"\(.uid):\(.gid)"' out/config.json
}
expect_output "a user by name" 5:6 user web $'file etc/passwd web:x:5:6::/:\n'
expect_output "a number is never a name" 1000:0 user 1000 $'file etc/passwd 1000:x:0:0::/:\n'
expect_error "half a number is a name" 125 "*wants the user '1000x'*" user 1000x $'file etc/passwd root:x:0:0::/:\n'
expect_error "a user beyond 31 bits" 125 "*larger than 2147483647*" user 2147483648 ''
expect_error "a user beyond 32 bits" 125 "*larger than 2147483647*" user 4294967296 ''
expect_error "a passwd line beyond 32 bits isn't one" 125 "*wants the user 'web'*" user web $'file etc/passwd web:x:4294967296:0::/:\n'
expect_error "passwd as a pipe doesn't hold us up" 125 "*etc/passwd is not a regular file*" timeout 10 bash -c "
    $(declare -f user); IMAGE=$IMAGE; user web \$'fifo etc/passwd\n'"
expect_error "passwd as a symlink to the host's finds nothing" 125 "*wants the user 'root'*" user root $'symlink etc/passwd /etc/shadow\n'
expect_error "passwd as a device isn't opened" 125 "*" user web $'char etc/passwd 1 5\n'

# ---- the archive around an image is a tar, too
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$IMAGE python3 -c '
from hostile.tar import END, file, header, pad
words = b"1000000\0" + b",".join(b"u:%d:r" % i for i in range(90000)) + b"\0"
open("acl.tar", "wb").write(header("oci-layout", b"A", len(words)) + pad(words) + file("oci-layout", b"{}") + END)'
expect_error "an access list in an archive that takes the square of its length: refused" 125 "*acl.tar: an access list of more than*" \
    timeout 5 layer-unpack acl.tar out
refute "  nothing is left behind" test -e out
