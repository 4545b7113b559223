#!/usr/bin/env bash
# tests/runtime/features.sh - `features` promises what is kept: each word it lists is accepted, and has an effect where one
# can be seen.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
promised=$(bundle-run features)
listed() { jq -r "$1 | .[]" <<<"$promised"; }
# Some hundred words, a container for each: in the lab every tenth.
some() { listed "$1" | awk -v step="${BELL_LAB:+10}" '!step || NR % step == 1'; }
# Only where the kernel has it may a word be refused; never as unknown.
all_known() {
    local word bad=
    for word in $(some "$2"); do
        # shellcheck disable=SC2016 # jq's variable
        jq --arg word "$word" "$3" B/config.json >changed.json
        timeout -k 2 20 bundle-run --root "$STATES" run --config changed.json --bundle B "$BOX" -- true >out 2>&1 </dev/null
        if grep -v "Unknown parameter" out | grep -qi "unknown\|did you mean\|not .* by this runtime\|isn't one"; then bad+="$word: $(head -n 1 out)"$'\n'; fi
    done
    if [[ -z $bad ]]; then _ok "$1"; else _not_ok "$1" "$bad"; fi
}
expect_output "the document is one of the newest version" "1.0.0 1.3.0" jq -r '"\(.ociVersionMin) \(.ociVersionMax)"' <(echo "$promised")
for version in $(jq -r '.ociVersionMin, .ociVersionMax' <<<"$promised"); do
    expect_output "version $version is accepted" ok changed B '.ociVersion = "'"$version"'"' echo ok
done
all_known "every mount option is one" .mountOptions '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: (["rw"] + (if $word | test("idmap") then [] else [$word] end))}]'
for option in $(some .mountOptions | grep -v 'idmap\|bind\|remount\|^r\?shared\|unbindable'); do
    changed B '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["'"$option"'"]}]' true 2>err || echo "$option: $(head -n 1 err)"
done >refused
# What the kernel of today has given up is refused by it, not by us.
expect_output "every mount option of a tmpfs is taken" "" bash -c "grep -v '^\(mand\|iversion\|acl\|noacl\|lazytime\)' refused; true"
all_known "every namespace" .linux.namespaces '.linux.namespaces = ([{type: "mount"}, {type: "pid"}, {type: "uts"}] + (if ["mount", "pid", "uts", "user"] | index($word) then [] else [{type: $word}] end))'
all_known "every capability" .linux.capabilities '.process.capabilities = {bounding: [$word], effective: [$word], permitted: [$word]}'
profile='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: [], syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]} | '
all_known "every seccomp action" .linux.seccomp.actions "$profile"'.linux.seccomp.syscalls[0].action = $word'
all_known "every seccomp operator" .linux.seccomp.operators "$profile"'.linux.seccomp.syscalls[0].args = [{index: 0, value: 1, valueTwo: 1, op: $word}]'
all_known "every architecture" .linux.seccomp.archs "$profile"'.linux.seccomp.architectures = [$word]'
all_known "every seccomp flag" .linux.seccomp.knownFlags "$profile"'.linux.seccomp.flags = [$word]'
for flag in $(listed .linux.seccomp.supportedFlags | grep -v RECV); do
    expect_output "this kernel takes $flag" ok changed B "$profile"'.linux.seccomp.flags = ["'"$flag"'"]' echo ok
done
all_known "every memory policy" .linux.memoryPolicy.modes '.linux.memoryPolicy = {mode: $word}'
all_known "every flag of one" .linux.memoryPolicy.flags '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: [$word]}'
ran=
for hook in $(listed .hooks); do
    rm -f B/rootfs/tmp/hook "$WORK/hook"
    where=/bin/touch what=$WORK/hook
    [[ $hook != startContainer ]] || what=/tmp/hook
    changed B '.hooks.'"$hook"' = [{path: "'"$where"'", args: ["touch", "'"$what"'"]}]' true </dev/null
    [[ -e $WORK/hook || -e B/rootfs/tmp/hook ]] && ran+="$hook "
done
expect_output "every hook is run" "$(listed .hooks | xargs)" echo "${ran% }"
expect_output "what it does beyond lists is told" "true true true true true true" \
    jq -r '[.linux.cgroup.v1, .linux.cgroup.v2, .linux.cgroup.rdma, .linux.apparmor.enabled, .linux.selinux.enabled, .linux.mountExtensions.idmap.enabled] | join(" ")' <(echo "$promised")
expect_error "it takes no words" 1 "*unexpected word 'x'*" bundle-run features x
check "at the end nothing is left" nothing_left
