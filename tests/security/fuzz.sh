#!/usr/bin/env bash
# tests/security/fuzz.sh - every parser withstands a minute of invented bytes (scripts/fuzz goes on for longer).
source "$(dirname "$0")/../harness.sh"
cd "$TOP" || exit 1
[[ ! ${BELL_LAB-} ]] || { skip "the parsers withstand invented bytes" "in the lab there is no room for AddressSanitizer, and they are the host's"; exit 0; }
mapfile -t targets < <(scripts/fuzz --list)
if [[ ! -x build/fuzz/bin/fuzz-${targets[0]} ]]; then
    skip "the parsers withstand invented bytes" "no build/fuzz: 'cmake --preset fuzz && cmake --build --preset fuzz', which needs clang"
    exit 0
fi
# withstands TARGET: prints a check's line. What breaks it is shown, and kept in build/fuzz/found.
withstands() {
    local words
    if words=$(BELL_FUZZ_BUILT=1 nice scripts/fuzz "$1" "${BELL_FUZZ_SECONDS:-60}" 2>&1); then
        echo "ok - $1 withstands $(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$words") inputs"
    else
        echo "not ok - $1 withstands invented bytes"
        grep -E 'ERROR|SUMMARY|#[0-9]+ |artifact|runtime error|what\(\)' <<<"$words" | head -n 30 | sed 's/^/    /'
    fi
}
# All at a time.
for target in "${targets[@]}"; do withstands "$target" >"$WORK/$target" & done
wait
for target in "${targets[@]}"; do relay cat "$WORK/$target"; done
