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

# How much of the program a start comes by. Where the page cache holds it in pieces as small as they were written, each
# process maps 64 KiB at a time around what it needs (tools/bundle-run/order.ld): all of it, were it not in order.
mapped_program() { awk '/^[0-9a-f]+-/ {code = $2 == "r-xp" && $5 > 0} code && /^Rss:/ {sum += $2} END {print sum}' "/proc/$1/smaps"; }
is_at_most() { (($1 > 0 && $1 <= $2)); }
if ldd "$BELL_BIN/bundle-run" >/dev/null 2>&1 || ! ld --version 2>/dev/null | grep -q '^GNU ld'; then
    skip "a runtime that waits has half of its program mapped, at most" "only static builds by GNU ld are in order"
else
    dd if="$BELL_BIN/bundle-run" of=in-pieces bs=4k status=none && chmod +x in-pieces
    change B '.linux.cgroupsPath = "/'"$BOX"'"'
    ./in-pieces --root "$STATES" run --bundle B "$BOX" -- sleep 1000 </dev/null >/dev/null 2>&1 &
    wait_until is_now running
    check "a runtime that waits has half of its program mapped, at most" \
        is_at_most "$(mapped_program $!)" "$(($(stat -c %s in-pieces) / 2 / 1024))"
    br delete --force "$BOX"
fi
