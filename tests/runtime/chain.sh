#!/usr/bin/env bash
# tests/runtime/chain.sh - the chain that bundle-run prints makes the same container: both are run and looked at.
source "$(dirname "$0")/bundles.sh"
needs python3
if ((EUID == 0)); then
    as_user true
    CONFIGS_USER=$(as_user id -u):$(as_user id -g)
else
    CONFIGS_USER=$(id -u):$(id -g)
fi
export CONFIGS_USER CONFIGS_CGROUP=/$BOX PROBE_MARKER=$UNIQUE
bundle B
mkdir -p B/source && echo content >B/source/file
python3 "$TOP/tests/runtime/configs.py" B all
# A rootless container's mount points are made in its owner's files.
# A tmpfs has the mode of the directory it covers: that has to be there for both.
mkdir -p B/rootfs/mnt/tmp user-bundles && cp -r B user-bundles/
sed -i "s|$WORK/B/|$WORK/user-bundles/B/|" user-bundles/B/*.json
((EUID)) || chown -R "$BELL_TEST_USER" user-bundles
chmod -R a+rX B user-bundles

chain() { "$BELL_BIN/bundle-run" chain --bundle "$@" </dev/null; }
# What only the program sees; what is seen from outside is posture.py's.
probe='hostname; id; tty; cd /dev && for f in $(ls -A | sort); do stat -c "%n %F %t:%T %a %u:%g" $f; done; ls -A /dev/box /dev/shm 2>&1
    for f in /etc/passwd /marker /proc/kcore /proc/keys /mnt/file; do head -c 20 $f 2>&1 | wc -c; done
    for f in /etc/x /mnt/ro/x /mnt/tmp/x /x; do (echo >$f) 2>&1 | wc -l; rm -f $f; done; mkdir /tmp/made 2>&1; rmdir /tmp/made 2>&1
    (echo x >/proc/sys/kernel/hostname) 2>&1 | wc -l; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /sys/class/net/lo/operstate 2>&1; ls -A /sys/fs/cgroup
    uname -m; echo ready; read x; echo went on; exit 7'
# By Python: jq knows no whole numbers beyond 2^53.
with_probe() {
    python3 -c 'import json, sys
config = json.load(open(sys.argv[1])); config["process"]["args"] = ["sh", "-c"] + sys.argv[2:]; print(json.dumps(config))' "$1" "$probe" "$UNIQUE"
}
# alike SENTENCE CONFIG WHO DIR: run as WHO, the container and the chain have the same posture.
alike() {
    local sentence=$1 name=$2 who=$3 config=$4/$2.json script=$4/$2.bash
    with_probe "$config" >"$config.probe"
    chmod a+r "$config.probe"
    if ! chain_by "$who" --bundle "$4" --config "$config.probe" "$BOX" >"$script"; then
        _not_ok "$sentence" "not all of it is expressible" "$(grep 'not expressible' "$script")"
        return
    fi
    chmod a+r "$script"
    posture_of "$who" bundle-run --root "$(states_of "$who")" run --bundle "$4" --config "$config.probe" "$BOX" >"$name.run" 2>&1
    posture_of "$who" bash "$script" >"$name.chain" 2>&1
    # An ordinary user's container goes without a cgroup of its own, and a warning; so does the chain, with a comment.
    sed -i '/^stderr:/,$ { /warning: the container runs without a cgroup\|(hint: .systemd-run/d; s/^stderr:.*/stderr:/; /^ *$/d }' "$name.run" "$name.chain"
    if ! grep -q '^exit status: 7' "$name.run"; then
        _not_ok "$sentence" "the container doesn't run to its end" "$(cat "$name.run")"
    elif ! grep -q '^exit status: 7' "$name.chain"; then
        _not_ok "$sentence" "the chain doesn't run to its end" "$(cat "$name.chain")"
    elif diff "$name.run" "$name.chain" >"$name.diff"; then
        _ok "$sentence ($(grep -c . "$name.run") lines)"
    else
        _not_ok "$sentence" "$(cat "$name.diff")" "(<: run, >: chain)"
    fi
}
posture_of() {
    local who=$1
    shift
    [[ $who == user ]] && { as_user env PROBE_MARKER="$UNIQUE" timeout -k 2 30 python3 "$TOP/tests/runtime/posture.py" "$@"; return; }
    timeout -k 2 30 python3 "$TOP/tests/runtime/posture.py" "$@"
}
# Which user asks decides about cgroups and powers.
chain_by() {
    if [[ $1 == user ]]; then as_user bundle-run chain "${@:2}"; else bundle-run chain "${@:2}"; fi </dev/null
}
states_of() { if [[ $1 == user ]]; then echo "$WORK/user/states"; else echo "$STATES"; fi; }
mkdir -p user

# names_of KIND: all of them; in the lab those in which cgroups are another matter.
names_of() {
    if [[ ! ${BELL_LAB-} ]]; then python3 "$TOP/tests/runtime/configs.py" --list "$1"; return; fi
    if [[ $1 == rootful ]]; then echo default budget fewer devices; else echo rootless; fi
}
for name in $(names_of rootful); do
    why=$(python3 "$TOP/tests/runtime/configs.py" --why "$name")
    [[ -z $why ]] || { skip "chain of '$name': the same posture" "$why"; continue; }
    with root alike "chain of '$name': the same posture" "$name" root B
done
for name in $(names_of rootless); do
    with userns alike "chain of '$name': the same posture" "$name" user user-bundles/B
done

# ---- the script as text
if [[ ${BELL_LAB-} ]]; then skip "all these chains pass shellcheck" "it takes minutes in the lab, and they are the host's"
else with shellcheck expect_output "all these chains pass shellcheck" "" bash -c 'shopt -s nullglob; shellcheck B/*.bash user-bundles/B/*.bash'; fi
jq '.process.terminal = true | .process.args = ["sh"]' B/default.json >B/screen.json
check "the chain of the default spec is expressible" chain B --config B/screen.json
expect_output "and fits a screen: 80 columns, 40 lines" "" bash -c '
    bundle-run chain --bundle B --config B/screen.json >screen; grep -E ".{81}" screen; (($(wc -l <screen) <= 40)) || wc -l screen'
expect_match "its comments tell the steps" "*# ns-enter * a process with its own pid*# root-pivot *# priv-drop *" cat screen
without() { jq "$1" B/default.json >B/changed.json; chain B --config B/changed.json; }
no_way() { expect_match "$1" "1 *# not expressible: $2: *" bash -c "$(declare -f without chain); without '$3' >out; echo \$? \$(cat out)"; }
no_way "hooks are told as not expressible" /hooks/poststop '.hooks = {poststop: [{path: "/bin/true"}]}'
no_way "a colon in a path as well" /mounts/7 '.mounts += [{destination: "/a:b", type: "tmpfs"}]'
expect_error "what run refuses is refused" 1 "*needs a uts namespace*" without 'del(.linux.namespaces[] | select(.type == "uts"))'
expect_match "words are quoted for the shell" '*"it'"'"'s"*' without '.process.args = ["echo", "it'"'"'s"]'
expect_output "no word of a config becomes a command" "" bash -c "$(declare -f without chain)"'
    without ".linux.netDevices = {} | .hostname = \"\$(touch made)\" | .process.env += [\"A=\\n touch made\"] | .linux.namespaces += [{type: \"time\"}] | .linux.timeOffsets = {\"x;touch made;\": {secs: 1}} | .linux.resources.rdma = {\"x\\ntouch made\": {hcaHandles: 1}}" >hostile.bash
    cgroup-setter() { :; }; exec() { :; }; export -f cgroup-setter exec; PATH=/nowhere:$(dirname "$(command -v touch)") bash hostile.bash; ls made 2>/dev/null; true'
check "at the end nothing is left" nothing_left
