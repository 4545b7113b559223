#!/usr/bin/env bash
# tests/lessons/capstone.sh - lesson 16: each of its faults is seen, is given away by nothing, and is mended by its remedy. A
# seed is seven of them, the same for everybody.
if [[ ${1-} != inside ]]; then
    source "$(dirname "$0")/../harness.sh"
    needs busybox jq userns
    capstone=$TOP/lessons/16-capstone
    # shellcheck source=lessons/16-capstone/faults.bash
    source "$capstone/faults.bash"
    # shellcheck disable=SC2317    # run by the checks
    breaker() { bash "$capstone/break" "$@"; }

    # ---- the seed
    declare -A seen=()
    few=() uneven=() missing=()
    for seed in {1..20}; do
        names=$(chosen "$seed")
        groups=$(for name in $names; do echo "${group[$name]}"; done)
        (($(sort -u <<<"$names" | wc -l) == 7)) || few+=("$seed")
        (($(sort -u <<<"$groups" | wc -l) == 7)) || uneven+=("$seed")
        for name in $names; do seen[$name]=yes; done
    done
    for name in "${faults[@]}"; do
        [[ ${seen[$name]-} || ${kind[$name]} == example ]] || missing+=("$name")
    done
    expect_output "seeds 1 to 20 are seven faults each" "" echo "${few[@]}"
    expect_output "of seven groups" "" echo "${uneven[@]}"
    expect_output "and among them are all that there are" "" echo "${missing[@]}"
    # shellcheck disable=SC2317
    names_of() { breaker --answers "$1" | jq -r '.faults[].name' | xargs; }
    expect_output "a seed is the same seven on every machine" "no-exec root uts pid setuid key pids" names_of 7
    expect_output "a word is a seed, too" 7 bash -c 'bash "$1/break" --answers class-of-may | jq ".faults | length"' - "$capstone"
    expect_error "what is no seed is an error" 125 "break: 'a b' is no seed*" breaker 'a b' .
    expect_error "so is what is no bundle" 125 "break: . is no bundle*" breaker 7 .
    expect_error "and half a command" 125 "usage: *" breaker --only

    # ---- the container
    rootfs root && rm root/marker
    layer-pack --cmd sh root image >/dev/null
    cp -r "$TOP/lessons" . && cp "$0" lessons/capstone.sh && chmod -R a+rX lessons image
    relay bash lessons/capstone.sh inside "$WORK" "$(id -un)"
    if have root; then
        as_user true
        relay as_user bash lessons/capstone.sh inside "$WORK/user" "an ordinary user"
    fi
    exit "$_failed"
fi

# ---- inside DIRECTORY WHO: with each fault alone, and some seeds
lessons=$(cd "$(dirname "$0")" && pwd) who=$3
# shellcheck source=lessons/16-capstone/faults.bash
source "$lessons/16-capstone/faults.bash"
cd "$2" || exit
# well SENTENCE DETAILS: it is, if there are none.
well() {
    if [[ -z $2 ]]; then echo "ok - $1 ($who)"; else printf '%s\n' "not ok - $1 ($who)" "    ${2//$'\n'/$'\n    '}"; fi
}
breaker() { bash "$lessons/16-capstone/break" "$@"; }
mend() { jq "$1" demo/config.json >new.json && mv new.json demo/config.json; }
fresh() { rm -rf demo && layer-unpack "$lessons/../image" demo >/dev/null && breaker "$@" demo >/dev/null; }
look() { findings=$(BELL_CHECK=16 BELL_WORKSPACE=$PWD bash "$lessons/16-capstone/check" 2>&1); }
says() { [[ $'\n'$findings == *$'\n'$1* ]]; }
remedied() { eval "${remedy[$1]}" >/dev/null 2>remedy.err || echo "the remedy of $1 fails: $(<remedy.err)"; }

# alone NAME: what is wrong with this fault, its check and its remedy
alone() {
    local shows=weak
    fresh --only "$1" || echo "it can't be broken"
    look
    says "no	fault 1 of 1	not found yet" || echo "it isn't seen"
    [[ $findings != *"${what[$1]}"* ]] || echo "it is given away"
    says "ok	all else is as ordered" || echo "more is broken than that"
    ! says "no	it doesn't do its work" || shows=stops
    case ${kind[$1]}:$shows in
        stops:weak | odd:weak | weak:stops) echo "it is said to be ${kind[$1]}, and isn't" ;;
    esac
    [[ $findings != *$'\nno'*$'\nno'*$'\nno'* ]] || echo "one fault makes more than two findings"
    remedied "$1"
    look
    ! says no || echo "the remedy doesn't mend it: $findings"
}
# together SEED
together() {
    local name
    fresh "$1" || echo "it can't be broken"
    look
    (($(grep -c '^no	fault' <<<"$findings") == $(chosen "$1" | wc -l))) || echo "not all are seen: $findings"
    for name in $(chosen "$1"); do remedied "$name"; done
    look
    ! says no || echo "the remedies don't mend it: $findings"
}

fresh --only ''
look
well "a container without a fault passes" "$(grep '^no' <<<"$findings")"
said=$(breaker 7 demo 2>&1)
well "a bundle is broken once only" "$([[ $said == "break: demo has faults already"* ]] || echo "$said")"
mend 'del(.mounts[] | select(.destination == "/run/notes")) | del(.process.rlimits, .linux.seccomp)'
look
well "what the learner spoils is told" "$(says "no	more isn't as ordered	files" && says "no	it doesn't do its work" || echo "$findings")"
echo "{" >demo/config.json
look
well "a config.json that is no JSON is told as that" "$(says "no	config.json can't be read" || echo "$findings")"
for name in "${faults[@]}"; do well "$name: it is seen, not given away, and mended by its remedy" "$(alone "$name")"; done
for seed in 0 7 may; do well "seed $seed: its faults are seen and mended together" "$(together "$seed")"; done
rm -rf demo new.json remedy.err states
