#!/usr/bin/env bash
# tests/runtime/as-runc-verbs.sh - the same commands under runc: the same exit status, and output of the same shape.
source "$(dirname "$0")/bundles.sh"
needs root runc cgroup1
bundle B
runc spec --bundle B 2>/dev/null || { rm B/config.json; runc spec --bundle B; }
change B '.process.terminal = false | .root.readonly = false | .process.args = ["sleep", "600"]'
cp -r B C
change B '.linux.cgroupsPath = "/'"$BOX"'"'
change C '.linux.cgroupsPath = "/'"$BOX-runc"'"'
cleanup runc --root "$WORK/runc" delete --force "$BOX"
ours() { timeout -k 2 20 bundle-run --root "$STATES" "$@"; }
theirs() { timeout -k 2 20 runc --root "$WORK/runc" "$@"; }
if ! theirs run --bundle C "$BOX" </dev/null >/dev/null 2>err & runner=$!
    wait_until test -e "$WORK/runc/$BOX" && theirs kill "$BOX" KILL 2>/dev/null; wait $runner 2>/dev/null; grep -q . err; then
    skip "the rest of as-runc-verbs.sh" "runc can't run a container here: $(head -c 100 err)"
    exit 0
fi
# What differs from run to run, or is ours beside runc's: pids, times, the second bundle.
shape() { sed -E "s#$WORK/C#$WORK/B#g; s/(pid[^0-9]*)[1-9][0-9]*/\1N/g; s/[0-9]{4}-[0-9-]+T[0-9:.]+Z/TIME/g; s/[0-9]+:[0-9:]+/CLOCK/g; s/[0-9]+/N/g; s/ +/ /g; s/ +$//"; }
# both WORDS...: by both; BUNDLE stands for the bundle. Sets A, A_STATUS, A_ERR (runc's), Z, Z_STATUS, Z_ERR (ours).
both() {
    A=$(theirs "${@/#BUNDLE/C}" 2>err.runc </dev/null); A_STATUS=$?; A_ERR=$(<err.runc)
    Z=$(ours "${@/#BUNDLE/B}" 2>err.bell </dev/null); Z_STATUS=$?; Z_ERR=$(<err.bell)
}
_compare() {
    if [[ $2 == "$3" && $A_STATUS == "$Z_STATUS" ]]; then _ok "$1"; else _not_ok "$1" "$(diff <(echo "$2") <(echo "$3"))" "(<: runc, $A_STATUS; >: bundle-run, $Z_STATUS)" "$A_ERR" "$Z_ERR"; fi
}
# alike SENTENCE WORDS...: the same status, and nothing printed by either.
alike() { both "${@:2}"; _compare "$1" "$A" "$Z"; }
# same_shape SENTENCE FILTER WORDS...: what is printed is the same after the filter.
same_shape() { both "${@:3}"; _compare "$1" "$(eval "$2" <<<"$A" | shape)" "$(eval "$2" <<<"$Z" | shape)"; }
# same_words SENTENCE WORDS...: both fail, and what runc's message says is in ours.
same_words() {
    both "${@:2}"
    local message
    message=$(sed -n 's/.*level=error msg="\(.*\)"$/\1/p' <<<"$A_ERR" | sed 's/\\"/"/g')
    if ((A_STATUS != 0 && A_STATUS == Z_STATUS)) && [[ -n $message && ${Z_ERR,,} == *"${message,,}"* ]]; then _ok "$1"; else _not_ok "$1" "runc $A_STATUS: $A_ERR" "bundle-run $Z_STATUS: $Z_ERR"; fi
}
is_stopped() { [[ $(theirs state "$BOX" | jq -r .status) == stopped && $(ours state "$BOX" | jq -r .status) == stopped ]]; }
keys='jq -cS "(if type == \"array\" then .[0] else . end) | del(.ownKeyring, .pidStartTime, .cgroup, .cgroupDirectories) | .owner = (.owner | type)"'

# ---- created
alike "create" create --bundle BUNDLE "$BOX"
same_shape "the state of a created one" "$keys" state "$BOX"
same_shape "ps of a created one" "head -n 1; wc -l" ps "$BOX"
alike "pause a created one" pause "$BOX"
same_shape "its state" "$keys" state "$BOX"
same_words "a paused one isn't started" start "$BOX"
alike "resume" resume "$BOX"
alike "start" start "$BOX"
same_words "a second start" start "$BOX"
# ---- running
same_shape "the state of a running one" "$keys" state "$BOX"
same_shape "list" "cat" list
same_shape "list --format json" "$keys" list --format json
alike "list --quiet" list -q
same_shape "ps" "cat" ps "$BOX"
same_shape "ps --format json" "cat" ps --format json "$BOX"
same_shape "ps with options of ps(1)" "cat" ps "$BOX" -o pid,comm,args
same_words "a running one isn't resumed" resume "$BOX"
same_words "a running one isn't deleted" delete "$BOX"
alike "update" update --memory 64M --memory-swap 96M --pids-limit 50 --cpu-share 512 --cpu-quota 50000 --cpu-period 100000 --blkio-weight 0 "$BOX"
limits='memory.limit_in_bytes memory.memsw.limit_in_bytes pids.max cpu.shares cpu.cfs_quota_us cpu.cfs_period_us'
values() { local file; for file in $limits; do cat "/sys/fs/cgroup/"*"/$1/$file" 2>/dev/null | head -n 1; done; }
set_alike() { if [[ $(values "$BOX-runc") == "$(values "$BOX")" && -n $(values "$BOX") ]]; then _ok "$1"; else _not_ok "$1" "runc:" "$(values "$BOX-runc")" "bundle-run:" "$(values "$BOX")"; fi; }
set_alike "the limits then"
alike "update that raises memory above the old swap" update --memory 128M --memory-swap 192M "$BOX"
set_alike "the limits then (raised)"
alike "update that lowers both" update --memory 32M --memory-swap 32M "$BOX"
set_alike "the limits then (lowered)"
alike "update of nothing but the quota" update --cpu-quota 30000 "$BOX"
set_alike "the limits then (quota)"
both update --memory 1G --memory-swap 1M "$BOX"
if ((A_STATUS == Z_STATUS)); then _ok "swap below memory"; else _not_ok "swap below memory" "$A_STATUS $A_ERR" "$Z_STATUS $Z_ERR"; fi
set_alike "changes nothing"
echo '{"memory": {"limit": 50331648, "swap": 0}, "cpu": {"shares": 0, "quota": -1, "cpus": ""}, "pids": {"limit": 0}}' >limits.json
alike "update --resources FILE" update --resources limits.json "$BOX"
set_alike "zeros leave things as they were"
A=$(theirs update -r - "$BOX" <limits.json 2>&1); A_STATUS=$?; Z=$(ours update -r - "$BOX" <limits.json 2>&1); Z_STATUS=$?
_compare "update --resources -" "$A" "$Z"
same_shape "the shape of events --stats" 'jq -cS "[paths | map(select(type == \"string\"))] | map(join(\".\")) | unique | map(select(test(\"raw|cpu.usage.|blkio|memory.cache\") | not))"' events --stats "$BOX"
same_shape "its limits" 'jq -cS "[.data.memory.usage.limit, .data.pids]"' events --stats "$BOX"
alike "kill with signal 0" kill "$BOX" 0
alike "kill with a signal in lower case" kill "$BOX" cont
alike "pause" pause "$BOX"
same_shape "list of a paused one" "cat" list
same_words "a paused one isn't paused again" pause "$BOX"
same_words "a paused one isn't deleted" delete "$BOX"
same_words "exec into a paused one" exec "$BOX" true
alike "update of a paused one" update --pids-limit 60 "$BOX"
alike "kill ends a paused one" kill "$BOX" KILL
check "and it is stopped" wait_until is_stopped
# ---- stopped
same_shape "the state of a stopped one" "$keys" state "$BOX"
same_shape "list of a stopped one" "cat" list
same_words "kill" kill "$BOX" KILL
alike "kill --all" kill --all "$BOX" KILL
same_words "pause a stopped one" pause "$BOX"
same_words "resume a stopped one" resume "$BOX"
same_words "start a stopped one" start "$BOX"
same_words "update a stopped one" update --memory 64M "$BOX"
same_words "events of a stopped one" events --stats "$BOX"
same_words "exec into a stopped one" exec "$BOX" true
same_shape "ps of a stopped one" "head -n 1" ps "$BOX"
alike "delete" delete "$BOX"
# ---- gone
for verb in state start pause resume kill delete ps "events --stats" "update --memory 64M"; do
    # shellcheck disable=SC2086 # verb and options
    same_words "$verb of none" $verb "$BOX"
done
alike "delete --force of none" delete --force "$BOX"
both create --bundle BUNDLE "$BOX"
alike "pause, to delete it so" pause "$BOX"
alike "delete --force of a paused one" delete --force "$BOX"
# ---- programs that can't be run
say_the_same() {
    both run --bundle BUNDLE "$BOX"
    if ((A_STATUS == Z_STATUS)) && grep -qi "$2" <<<"$A_ERR" && grep -qi "$2" <<<"$Z_ERR"; then _ok "$1"; else _not_ok "$1" "runc $A_STATUS: $A_ERR" "bundle-run $Z_STATUS: $Z_ERR"; fi
}
for bundle in B C; do change $bundle '.process.args = ["nothing-of-this-name"]'; done
say_the_same "a program that isn't there" 'executable file not found in \$PATH'
for bundle in B C; do change $bundle '.process.args = ["/bin/nothing"]'; done
say_the_same "a path that isn't there" 'no such file or directory'
for bundle in B C; do change $bundle '.process.args = ["/marker"]'; done
say_the_same "a file that can't be run" 'permission denied'
for bundle in B C; do change $bundle '.process.args = ["true"] | .process.cwd = "/marker"'; done
say_the_same "a working directory that is none" 'not a directory'
check "at the end nothing is left" nothing_left
