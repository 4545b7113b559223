#!/usr/bin/env bash
# tests/runtime/plan.sh - what plan says is what run does: its steps are the narration's, its tables are complete.
source "$(dirname "$0")/bundles.sh"
needs python3
bundle B
mkdir -p B/source && echo content >B/source/file
CONFIGS_CGROUP=/$BOX python3 "$TOP/tests/runtime/configs.py" B all
plan() { "$BELL_BIN/bundle-run" plan --bundle B --config "$@" "$BOX" </dev/null; }
with_change() { jq "$1" B/default.json >B/changed.json; plan B/changed.json --json; }

# ---- the same steps in the same order, told by the same words
told() { "$@" 2>&1 >/dev/null | sed -nE 's/^[0-9]+ ([a-z]+-[a-z]+) +(.*)  \[(.*)\]$/\1 | \2 | \3/p'; }
planned() { plan "$1" --json | jq -r '.steps[] | "\(.tool) | \(.why) | \(.source)"'; }
# same_steps SENTENCE CONFIG COMMAND...: what the command narrates is what plan says of the config.
same_steps() {
    local steps told
    steps=$(planned "$2" | grep -v "${leave_out:-^$}")
    told=$(told "${@:3}")
    if [[ -n $steps && $steps == "$told" ]]; then _ok "$1"; else _not_ok "$1" "$(diff <(echo "$steps") <(echo "$told"))" "(<: planned, >: told)"; fi
}
dry() { box B run --dry-run --explain=full --config "$1" </dev/null; }
real() { box B run --explain=full --config "$1" -- true </dev/null; }
kind=rootful
((EUID == 0)) || kind=rootless
for name in $(python3 "$TOP/tests/runtime/configs.py" --list $kind); do
    leave_out="hooks: post" same_steps "plan of '$name': the steps of a dry run" "B/$name.json" dry "B/$name.json"
    why=$(python3 "$TOP/tests/runtime/configs.py" --why "$name")
    [[ -z $why ]] || { skip "plan of '$name': the steps of a run" "$why"; continue; }
    ((EUID)) || same_steps "plan of '$name': the steps of a run" "B/$name.json" real "B/$name.json"
done
jq '.hooks = ([{path: "/bin/true"}] as $h | {prestart: $h, createRuntime: $h, createContainer: $h, startContainer: $h, poststart: $h, poststop: $h})' \
    B/default.json >B/hooks.json
jq '.process.terminal = true' B/default.json >B/terminal.json
cp "$(command -v busybox)" B/rootfs/bin/true
for name in hooks terminal; do
    leave_out="hooks: post" with root same_steps "plan of '$name': the steps of a dry run" "B/$name.json" dry "B/$name.json"
done
with root same_steps "hooks stand where they are run" B/hooks.json real B/hooks.json

# ---- the tables
check "the table has every field of the model, and no other" bundle-run plan --fields
bundle-run plan --fields >fields
expect_output "and each name that the reader and the writer of config.json know" "" bash -c '
    sed "/Is<State>/,\$d" "$TOP/common/oci/fields.hpp" | grep -oE "visit\.(field|plain|required)\(\"[^\"]+" | sed "s/.*\"//" | sort -u |
        while read -r name; do grep -qE "^/\S*\b$name(/\*)?(/| )" fields || echo "$name"; done'
cat >told.py <<'EOS'
"""Each field that a config sets: is it told under a step, once, or warned of? Prints those that aren't."""
import json, subprocess, sys

def leaves(value, pointer=""):
    if isinstance(value, dict):
        for key in value: yield from leaves(value[key], f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        for number, each in enumerate(value): yield from leaves(each, f"{pointer}/{number}")
    elif value not in ([], None) and (value is not False or pointer.endswith("/allow")):
        yield pointer

def is_warned(pointer, places):
    return any(pointer == place or pointer.startswith(place + "/") for place in places)

for name in sys.argv[1:]:
    done = subprocess.run(["bundle-run", "plan", "--bundle", "B", "--config", name, "--json"], capture_output=True, text=True)
    plan = json.loads(done.stdout)
    told = [field["pointer"] for step in plan["steps"] for field in step["fields"]]
    idle = [each["pointer"].split("/*")[0] for each in plan["warnings"] if each["kind"] != "weak"]
    for pointer in leaves(json.load(open(name))):
        if told.count(pointer) != 1 and not is_warned(pointer, idle) and pointer != "/ociVersion":
            print(name, pointer, told.count(pointer))
EOS
expect_output "each field that a config sets is told under a step, or warned of" "" python3 told.py B/*.json
expect_output "every leaf of the default spec has a call and a source" "" bash -c '
    bundle-run plan --bundle B --config B/default.json --json | jq -r ".steps[].fields[] | select(.call == \"\" or .source == \"\") | .pointer"'
expect_output "no line is wider than 80 columns" "" bash -c '
    for file in "$@"; do bundle-run plan --bundle B --config "$file" </dev/null; done | grep -E ".{81}"; true' - B/*.json
jq '.process.terminal = true' B/default.json >B/screen.json
check "the plan of the default spec fits a screen of 45 lines" bash -c '(($(bundle-run plan --bundle B --config B/screen.json | wc -l) <= 45))'
expect_output "it runs nothing, and a bundle stays as it is" "$(find B -newer B/default.json | sort)" bash -c 'bundle-run plan --bundle B >/dev/null; find B -newer B/default.json | sort'
with root expect_output "a config comes in a pipe, too" 20 bash -c '
    bundle-run spec </dev/null | cgroup-setter --pids 20 | bundle-run plan --bundle B --config - --json | jq ".steps[].fields[] | select(.pointer == \"/linux/resources/pids/limit\") | .value"'

# ---- warnings
warned() { with_change "$1" | jq -r ".warnings[] | select(.pointer == \"$2\") | .kind + \" \" + .reason + \" -> \" + .remedy"; }
warns() { expect_match "$1" "$2" warned "$3" "$4"; }
quiet() { expect_output "$1" "" warned "$2" "$3"; }
warns "an unknown field is told, with the nearest name" "unknown *did you mean 'pids'*" '.linux.resources.pidz = {limit: 1}' /linux/resources/pidz
warns "one inside a list as well" "unknown *" '.mounts[0].color = "blue"' /mounts/0/color
warns "fields of Windows do nothing" "idle *Windows*" '.windows = {layerFolders: ["c:"]}' /windows
warns "so does the size of a terminal that isn't there" "idle *" '.process.consoleSize = {height: 2, width: 3}' /process/consoleSize/height
warns "execCPUAffinity isn't for the first process" "idle *exec*" '.process.execCPUAffinity = {initial: "0"}' /process/execCPUAffinity/initial
warns "a sysctl of a namespace it hasn't is refused" "refused *network*" '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | del(.linux.namespaces[] | select(.type == "network"))' /
[[ -d /sys/kernel/security/apparmor || -d /sys/module/apparmor ]] || warns "an AppArmor profile without AppArmor" "refused *AppArmor*" '.process.apparmorProfile = "x"' /process/apparmorProfile
grep -q rdma /proc/self/cgroup || with root warns "a controller this host lacks" "refused *rdma*" '.linux.resources.rdma = {mlx: {hcaHandles: 1}}' /linux/resources/rdma/mlx/hcaHandles
expect_status "a config that run refuses makes the status 1" 1 plan B/bad.json
jq 'del(.linux.namespaces[] | select(.type == "uts"))' B/default.json >B/bad.json
expect_status "a hostname without a uts namespace, for one" 1 plan B/bad.json
((EUID == 0)) || expect_match "an ordinary user needs a user namespace" "refused *user namespace*" warned . /linux/namespaces
with root expect_status "any other is 0" 0 plan B/default.json
weak() { warns "$1" "*weak *-> ?*" "$2" "$3"; }
weak "host namespaces are warned of" 'del(.linux.namespaces[] | select(.type == "pid"))' /linux/namespaces
with root weak "no user namespace for root" . /linux/namespaces
weak "no seccomp" . /linux/seccomp
quiet "a seccomp filter silences that" '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO"}' /linux/seccomp
weak "a filter that allows by default" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}' /linux/seccomp/defaultAction
with root weak "CAP_SYS_ADMIN" '.process.capabilities.bounding += ["CAP_SYS_ADMIN"]' /process/capabilities/bounding
weak "noNewPrivileges false" '.process.noNewPrivileges = false' /process/noNewPrivileges
weak "a cgroup tree it can write" '(.mounts[] | select(.type == "cgroup")).options -= ["ro"]' /mounts/6
weak "a /proc/sys it can write" '.linux.readonlyPaths = []' /linux/readonlyPaths
weak "no masked paths" '.linux.maskedPaths = []' /linux/maskedPaths
weak "shared propagation" '.linux.rootfsPropagation = "rshared"' /linux/rootfsPropagation
with root weak "all devices allowed" '.linux.resources.devices = [{allow: true, access: "rwm"}]' /linux/resources/devices
weak "the host's root" '.mounts += [{destination: "/host", source: "/", options: ["rbind"]}]' /mounts/7
weak "docker's socket" '.mounts += [{destination: "/d", source: "/var/run/docker.sock", options: ["bind"]}]' /mounts/7
weak "the host's /dev" '.mounts += [{destination: "/d", source: "/dev/", options: ["rbind"]}]' /mounts/7
weak "a disk" '.linux.devices = [{path: "/dev/sda", type: "b", major: 8, minor: 0}]' /linux/devices/0
quiet "a harmless bind is nothing to warn of" '.mounts += [{destination: "/srv", source: "/srv/x", options: ["rbind", "ro"]}]' /mounts/7
check "at the end nothing is left" nothing_left
