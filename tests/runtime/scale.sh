#!/usr/bin/env bash
# tests/runtime/scale.sh - a hundred containers, sixteen made at a time: all come up, all are found, nothing is left.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B
change B 'del(.linux.cgroupsPath)'    # each in the group that its id gives it
count=$(rounds 100) side_by_side=16
# all WORDS: bundle-run with the words, in which ID stands for each container's id; prints how many failed.
all() {
    seq "$count" | xargs -P "$side_by_side" -I ID sh -c '"$@" </dev/null >/dev/null 2>>errors || echo failed' - \
        timeout -k 2 60 "$BELL_BIN/bundle-run" --root "$STATES" "${@//ID/$BOX-ID}" | wc -l
}
expect_output "$count are created, $side_by_side at a time" 0 all create --bundle B ID -- sleep 1000
expect_output "and started" 0 all start ID
expect_output "list has them all" "$count" bash -c 'bundle-run --root "$STATES" list -q | grep -c "^$BOX-"'
expect_output "all are running" "$count running" bash -c 'bundle-run --root "$STATES" list -f json | jq -r ".[].status" | sort | uniq -c | xargs'
expect_output "each has a process of its own" "$count" bash -c 'bundle-run --root "$STATES" list -f json | jq ".[].pid" | sort -u | wc -l'
expect_output "all are deleted" 0 all delete --force ID
check "nothing is left" nothing_left
sed 's/^/    /' errors 2>/dev/null | head -5
