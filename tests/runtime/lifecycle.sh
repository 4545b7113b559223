#!/usr/bin/env bash
# tests/runtime/lifecycle.sh - a container from spec to delete: what each verb says and does at each point.
source "$(dirname "$0")/bundles.sh"
needs root
bundle B

# ---- run
expect_output "run prints what the program prints" hello box B run -- echo hello
expect_status "run exits as the program does" 42 box B run -- sh -c 'exit 42'
change B '.linux.namespaces |= map(select(.type != "pid"))'
expect_status "a program that a signal ends is told as the shell tells it" 137 box B run -- sh -c 'kill -KILL $$'
change B '.linux.namespaces += [{type: "pid"}]'
expect_output "run hands its stdin to the program" words bash -c 'echo words | bundle-run --root "$STATES" run --bundle B "$BOX" -- cat'
expect_output "the program has no signal blocked or ignored" "0000000000000000 0000000000000000" \
    box B run -- awk '/^Sig(Blk|Ign)/ {printf "%s%s", sep, $2; sep=" "}' /proc/self/status
expect_output "the program has descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" \
    bash -c 'exec 7</ 9</etc/passwd; bundle-run --root "$STATES" run --bundle B "$BOX" -- sh -c "cd /proc/self/fd; echo *"'
check "after run nothing is left" nothing_left

# ---- create, start, state, kill, delete
check "create makes a container" box B create --pid-file pid -- sh -c 'trap "exit 7" TERM; while :; do sleep 0.1; done' </dev/null
expect_output "it is created" created status
expect_output "its program has not begun" "bundle-run" bash -c 'tr "\0" " " <"/proc/$(cat pid)/comm" | tr -d "\n "'
expect_output "the state names its process, which the pid file names too" "$(cat pid)" bash -c 'bundle-run --root "$STATES" state "$BOX" | jq .pid'
expect_output "the state is the specification's document" "1 $WORK/B" \
    bash -c 'bundle-run --root "$STATES" state "$BOX" | jq -r "\"\(.ociVersion[0:1]) \(.bundle)\""'
expect_match "list shows it" "*$BOX*$(cat pid)*created*$WORK/B*$(id -un)*" br list
expect_output "list --quiet shows its id" "$BOX" br list --quiet
expect_output "list --format json is an array of states" "$BOX" bash -c 'bundle-run --root "$STATES" list -f json | jq -r .[].id'
expect_error "an id is taken once" 1 "*container with given ID already exists: $BOX*" box B create -- true
expect_output "who is refused an id leaves its container alone" created status
check "start starts it" br start "$BOX"
check "it is running" wait_until is_now running
expect_error "a running container is not started again" 1 "*cannot start an already running container*" br start "$BOX"
expect_error "a running container is not deleted" 1 "*cannot delete container $BOX that is not stopped*delete --force*" br delete "$BOX"
check "kill sends a signal by its name" br kill "$BOX" TERM
check "its program has ended: it is stopped" wait_until is_now stopped
expect_error "a stopped container takes no signal" 1 "*container not running*" br kill "$BOX" KILL
check "kill --all of a stopped container is no error: there is nobody" br kill --all "$BOX" KILL
expect_error "a stopped container is not started" 1 "*cannot start a container that has stopped*" br start "$BOX"
check "delete removes it" br delete "$BOX"
expect_error "then it does not exist" 1 "*container does not exist: $BOX*" br state "$BOX"
check "and nothing is left" nothing_left
expect_error "a second delete says so" 1 "*does not exist*" br delete "$BOX"
check "unless --force" br delete --force "$BOX"

box B create -- sleep 60 </dev/null
check "a created container may be deleted without force" br delete "$BOX"
check "its process is gone with it" nothing_left
box B run --detach -- sleep 60 </dev/null
expect_output "run --detach leaves it running" running status
check "delete --force ends it" br delete --force "$BOX"
check "and nothing of it is left" nothing_left

# ---- run in the foreground, seen from elsewhere
box B run -- sleep 60 </dev/null & runner=$!
wait_until is_now running
check "a container that run waits for can be deleted by force" br delete --force "$BOX"
wait $runner
expect_output "run then tells how it ended" 137 echo $?
check "two that delete leave nothing" nothing_left
"$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX" -- sh -c 'trap "exit 9" TERM; touch /tmp/ready; while :; do sleep 0.1; done' </dev/null & runner=$!
wait_until test -e B/rootfs/tmp/ready
kill -TERM $runner
wait $runner
expect_output "run hands on the signals it gets" 9 echo $?
expect_status "run --keep keeps it" 3 box B run --keep -- sh -c 'exit 3'
expect_output "as stopped" stopped status
br delete "$BOX"

# ---- names and words
for name in "" . .. a/b ../x "a b" $'a\nb' "$(printf '%01025d' 0)"; do
    expect_error "the id $(printf '%q' "${name:0:10}") is refused" 1 "*container id*must be 1 to 1024*" br run --bundle B "$name" -- true
done
expect_output "an id may be odd" odd br run --bundle B "${BOX}_+.-0" -- echo odd
expect_error "a typo in a verb gets the nearest word" 1 "*unknown verb 'creat'*create*" br creat x
expect_error "a typo in a signal gets the nearest word" 1 "*unknown signal 'TREM'*TERM*" br kill x TREM
expect_error "spec does not overwrite a config" 1 "*exists*" br spec --bundle B
check "at the end nothing is left" nothing_left
