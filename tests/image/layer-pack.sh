#!/usr/bin/env bash
# tests/image/layer-pack.sh - files become an image and come back as they were; the same files, the same image.
source "$(dirname "$0")/../harness.sh"
needs python3 jq strace
tree() { "$TOP/tests/image/tree-of" "$@"; }
digest() { jq -r '.manifests[0].digest' "$1/index.json"; }
# of LAYOUT[:TAG] FILTER: what jq makes of its config
config() {
    local manifest
    manifest=$(jq -r --arg tag "$(cut -d: -f2 <<<"$1:latest")" \
        '.manifests[]|select(.annotations["org.opencontainers.image.ref.name"]==$tag).digest' "${1%%:*}/index.json")
    jq -rc "$2" "${1%%:*}/blobs/sha256/$(jq -r .config.digest "${1%%:*}/blobs/sha256/${manifest#*:}" | cut -d: -f2)"
}

# ---- all that a file can be
rootfs R
ln R/bin/busybox R/bin/second
chmod 4755 R/bin/busybox
deep=$(printf 'd%.0s' {1..120})/$(printf 'e%.0s' {1..120})/$(printf 'f%.0s' {1..120})
mkdir -p "R/$deep" && touch "R/$deep/file" && ln -s "$(printf 't%.0s' {1..150})" R/longlink && ln R/longlink R/longlink2
touch R/$'\xff\xe9' "R/$deep/"$'\xff\xe9' R/naïve && ln -s $'\xff'"$deep" R/bytes
mkfifo R/pipe && truncate -s 5M R/sparse && echo end >>R/sparse
touch -h -d @1000000000.123456789 R/longlink && touch -d @1100000000.5 R/etc R/marker
touch -d @-1000 R/old && touch -d @10000000000 R/future
if have root; then
    mknod R/null c 1 3 && mknod R/block b 259 70000
    touch R/owned && chown -h 3000000:65534 R/owned R/longlink && chown 7:8 R
fi
# attribute NAME HEX FILE: set where the file system can have it
attribute() { python3 -c 'import os, sys; os.setxattr(sys.argv[3], sys.argv[1], bytes.fromhex(sys.argv[2]), follow_symlinks=False)' "$@" 2>/dev/null; }
attribute user.text 616263 R/marker || skip "attributes come back" "the file system in $WORK has none"
attribute user.bytes 00ff0a3d R/marker
attribute user.empty "" R/etc
attribute user.root 31 R
if have root; then
    attribute security.capability 0100000200040000000000000000000000000000 R/owned
    attribute trusted.link 78 R/longlink
    attribute trusted.device 78 R/null
fi
touch R/bin && chmod 1751 R && touch -d @1111111111.000000007 R

check "a root file system becomes an image" layer-pack --cmd sh --env A=1 --label x=y R image
check "and comes back" layer-unpack image back
truncate -s 5M odd-sparse && printf x | dd of=odd-sparse bs=1 seek=3000000 conv=notrunc status=none
mkdir holes && cp --sparse=always odd-sparse holes/f && truncate -s 0 holes/empty && truncate -s 9M holes/hollow
layer-pack holes holes-image >/dev/null && layer-unpack holes-image holes-back >/dev/null
for each in f empty hollow; do check "a file with holes has its bytes ($each)" cmp holes/$each holes-back/rootfs/$each; done
if (($(stat -c %b holes/hollow) == 0)); then
    check "and most of its holes" test "$(stat -c %b holes-back/rootfs/f)" -lt 3000
    expect_output "a file of nothing else takes no room" 0 stat -c %b holes-back/rootfs/hollow
    expect_output "holes aren't read" none bash -c 'strace -f -e trace=read,pread64 -o reads layer-pack holes other-image >/dev/null; grep -m 1 " = 131072" reads || echo none'
else
    skip "and most of its holes" "this file system has none"
fi
expect_output "as it was: types, modes, owners, links, times, attributes, content, and the root itself" "$(tree R)" tree back/rootfs
expect_output "with its command" '["sh"]' jq -c .process.args back/config.json
check "what came back is packed" layer-pack --cmd sh --env A=1 --label x=y back/rootfs again
expect_output "to the same digest" "$(digest image)" digest again
for how in zstd none gzip:1 zstd:19; do
    check "compressed by $how" layer-pack --compress $how R "image:${how/:/-}"
    check "comes back too" layer-unpack "image:${how/:/-}" "back-${how/:/-}"
done
expect_output "a bare root directory has no entry" 0 bash -c 'mkdir bare && touch -d @0 bare && layer-pack --json bare bare-image | jq .layer.files'
mkdir private && chmod 700 private
expect_error "a private root directory isn't packed as one" 0 "*warning: the root directory is private*" layer-pack private private-image
expect_output "but as one that others can use" 755 bash -c 'layer-unpack private-image p >/dev/null && stat -c %a p/rootfs'

# ---- the same files, the same image
for order in "one two three" "three two one"; do
    d=made-${order%% *}
    mkdir -m 755 "$d"
    for name in $order; do echo "$name" >"$d/$name" && sleep 0.01; done
    SOURCE_DATE_EPOCH=1000 layer-pack "$d" "$d.image" >/dev/null
    SOURCE_DATE_EPOCH=1000 layer-pack "$d" "$d.tar" >/dev/null
done
expect_output "SOURCE_DATE_EPOCH: another time, order and place give the same digest" "$(digest made-one.image)" digest made-three.image
check "and the same archive" cmp made-one.tar made-three.tar
expect_output "whose members are as old as that, and root's" "0/0 1970-01-01 00:16" \
    bash -c 'tar --utc --numeric-owner -tvf made-one.tar | tr -s " " | cut -d " " -f 2,4,5 | sort -u'
expect_output "the image is as old as it says" 1970-01-01T00:16:40Z config made-one.image .created
check "times that are older stay" bash -c 'SOURCE_DATE_EPOCH=1200000000 layer-pack R epoch >/dev/null && layer-unpack epoch e && [[ $(stat -c %Y e/rootfs/marker) == 1100000000 ]]'

# ---- what the image says of itself
layer-pack --entrypoint '["/bin/sh","-c"]' --cmd 'id; ls' --env A=1 --env A=2 --user 7:8 --workdir /root --label a=b=c \
    --port 80 --port 53/udp --volume /data --stop-signal SIGINT --author me --created 2024-05-06 --history 'by hand' \
    --annotation k=v --platform linux/arm64/v8 R said >/dev/null
expect_output "program, user, directory" '["/bin/sh","-c"]["id; ls"]["A=2"]7:8/root' \
    config said '.config|"\(.Entrypoint)\(.Cmd)\(.Env)\(.User)\(.WorkingDir)"'
expect_output "labels, ports, volumes, signal" 'b=c {"53/udp":{},"80/tcp":{}} {"/data":{}} SIGINT' \
    config said '.config|"\(.Labels.a) \(.ExposedPorts) \(.Volumes) \(.StopSignal)"'
expect_output "who made it, when, how, for what" 'me 2024-05-06T00:00:00Z by hand linux arm64 v8' \
    config said '"\(.author) \(.created) \(.history[0].created_by) \(.os) \(.architecture) \(.variant)"'
layer-pack --on said --platform linux/arm64 --add --entrypoint '' --cmd '["ls"]' made-one said:two >/dev/null
expect_output "an image on it has its config, but for what is named; '' is none" 'null["ls"]7:8 me' \
    config said:two '"\(.config.Entrypoint)\(.config.Cmd)\(.config.User) \(.author)"'
expect_error "words that a shell would have cut are told" 0 "*warning: the program is 'cat /x', one word with a blank in it*\\[\"cat\",\"/x\"\\]*" \
    layer-pack --cmd 'cat /x' R said:blank
expect_output "but not a program's argument" "" bash -c "layer-pack --entrypoint '[\"sh\",\"-c\"]' --cmd 'cat /x' R said:argument 2>&1 >/dev/null"
expect_output "--json is for programs" "said dir 1 true" \
    bash -c 'layer-pack --json R said | jq -r "\"\(.image) \(.format) \(.layers) \(.layer.diff_id|test(\"^sha256:\"))\""'
expect_error "a compression that there isn't" 125 "*did you mean 'zstd'?*" layer-pack --compress zst R x
expect_error "a level that there isn't" 125 "*--compress gzip*1*12*" layer-pack --compress gzip:13 R x
expect_error "a port that is none" 125 "*--port http: is no port*" layer-pack --port http R x
expect_error "a date that is none" 125 "*--created today: is not a date*" layer-pack --created today R x
expect_error "words that aren't JSON" 125 "*--cmd: not valid JSON*" layer-pack --cmd '["a' R x
refute "none of that leaves anything" test -e x

# ---- archives
layer-pack --tag web:v1 R web.tar >/dev/null
expect_output "FILE.tar is an OCI archive, which Docker takes, too" "blobs blobs/sha256 index.json manifest.json oci-layout" \
    bash -c 'tar -tf web.tar | sed s,/[0-9a-f]*$,, | uniq | xargs'
mkdir unpacked && tar -xf web.tar -C unpacked
expect_output "in it is the same image" "$(layer-pack R image:same | grep -o 'sha256:.*')" digest unpacked
layer-pack --tag web --format docker-archive R docker.tar >/dev/null
mkdir docker && tar -xf docker.tar -C docker
expect_output "a Docker archive has a name, a config and plain layers" '["web:latest"] true true' \
    jq -r '.[0]|"\(.RepoTags) \(.Config|test("^[0-9a-f]{64}.json$")) \(.Layers[0]|test("^[0-9a-f]{64}.tar$"))"' docker/manifest.json
expect_output "each named by its digest" "" bash -c 'cd docker && sha256sum * | grep -v manifest.json | while read -r sum name; do [[ $name == $sum.* ]] || echo $name; done'
check "'-' is stdout" bash -c 'layer-pack --tag web:v1 R - 2>/dev/null | cmp - web.tar'
expect_match "the words go to stderr then" "stdout: 1 layer, *" bash -c 'layer-pack R - 2>&1 >/dev/null'
expect_match "not to a terminal" "*not for a terminal*" bash -c "$(declare -f on_terminal); on_terminal layer-pack R -; true"
check "a Docker archive is made of another image's compressed layers" \
    bash -c 'layer-pack --format docker-archive --on image:gzip-1 --add made-one docker2.tar && tar -xf docker2.tar -C docker && [[ $(jq ".[0].Layers|length" docker/manifest.json) == 2 ]]'
expect_error "which isn't compressed inside" 125 "*a Docker archive has plain layers*| gzip*" \
    layer-pack --format docker-archive --compress gzip R x.tar
expect_error "an image isn't packed into itself" 125 "*: is in .*choose a place outside*" bash -c 'cd R && layer-pack . x'
expect_error "nor an archive on its way" 125 "*set TMPDIR*" env TMPDIR=R/tmp layer-pack R -
expect_error "a device isn't replaced" 125 "*/dev/null: is not a regular file*" layer-pack --format oci-archive R /dev/null
expect_status "a reader that goes ends it like any program" 141 env --default-signal=PIPE bash -c 'layer-pack R - 2>/dev/null | true; exit ${PIPESTATUS[0]}'

# ---- what can't be packed, and what is left behind
mkdir bad && touch bad/.wh.x
expect_error "a name that would be a whiteout" 125 "*.wh.x: such names mean 'removed'*" layer-pack bad broken
refute "leaves no half image" test -e broken
expect_error "nor a half archive" 125 "*.wh.x*" layer-pack bad broken.tar
expect_output "nor anything else" "" find . -maxdepth 1 -name '.layer-pack.*' -o -maxdepth 1 -name 'broken*'
expect_error "a directory that is something else" 125 "*R: is a root file system, not an image layout*" layer-pack bare R
expect_output "the image is as it was" "$(digest image)" bash -c 'layer-pack bad image 2>/dev/null; jq -r .manifests[0].digest image/index.json'
mkdir odd && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("odd/socket")'
expect_error "a socket is left out with a warning" 0 "*warning: socket: a socket, left out*" layer-pack odd sockets
mkdir big && head -c 60M /dev/urandom >big/file
for to in killed killed.tar; do
    layer-pack big $to >/dev/null 2>&1 & pid=$!
    wait_until bash -c 'ls -d killed/.layer-pack.* .layer-pack.*/image/.layer-pack.* >/dev/null 2>&1'
    { kill -KILL $pid; wait $pid; } 2>/dev/null
    check "after kill -9 the next run succeeds" layer-pack bare $to
done
expect_output "and clears up" "blobs index.json oci-layout killed killed.tar" \
    bash -c '{ ls -A killed; ls -Ad .layer-pack.* killed*; } 2>/dev/null | xargs'
layer-pack big term.tar >/dev/null 2>&1 & pid=$!
wait_until bash -c 'ls .layer-pack.*/image/.layer-pack.* >/dev/null 2>&1'
kill -TERM $pid; wait $pid; STATUS=$?
expect_output "SIGTERM ends it as a signal does" 143 echo $STATUS
expect_output "and nothing is left" "" find . -maxdepth 1 -name '.layer-pack.*' -o -maxdepth 1 -name 'term*'

# ---- an ordinary user
mkdir -p user/r/sub && touch user/r/{a,b,c} && chmod 755 user/r
attribute user.rootlesscontainers 08e80710e907 user/r/a
attribute user.rootlesscontainers "" user/r/b
[[ $EUID != 0 ]] || { as_user true; chown -R "$BELL_TEST_USER:" user; }
as_user layer-pack user/r user/image >/dev/null
if have root; then
    layer-unpack user/image remembered >/dev/null
    expect_output "an owner that is remembered in an attribute is the image's, all else is root's" "1000 1001 0 0 0 0 0 0" \
        bash -c 'cd remembered/rootfs && echo $(stat -c "%u %g" a b c sub)'
    refute "and the attribute is gone" grep -q rootlesscontainers <(tree remembered/rootfs)
    # A user of its own, whose only processes these are.
    lonely() { setpriv --reuid=$((3000000 + $$)) --regid=0 --clear-groups --inh-caps=-all prlimit --nproc=2 "$_user_bin/layer-pack" "$@" >/dev/null; }
    mkdir -m 777 lonely && mkdir -m 755 several && seq 1000000 >several/numbers
    layer-pack several together >/dev/null
    check "without threads to be had" lonely several lonely/image
    expect_output "the image is the same" "$(digest together)" digest lonely/image
    chmod 0 user/r/c
    expect_error "a file that its owner may not read: what to do" 125 "*open c: Permission denied*ns-enter --new user*" as_user layer-pack user/r user/x
fi
