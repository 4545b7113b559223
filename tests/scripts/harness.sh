#!/usr/bin/env bash
# tests/scripts/harness.sh - the harness notices what goes wrong: a test that can't fail proves nothing.
source "$(dirname "$0")/../harness.sh"

# file NAME: a test file of the lines on stdin.
file() {
    { echo '#!/usr/bin/env bash'; echo "source '$TOP/tests/harness.sh'"; cat; } >"$1"
    chmod +x "$1"
}

file good <<<'check "true is true" true; refute "false is false" false; skip "the sea" "no water"'
expect_output "good checks are told, and the file succeeds" \
    $'ok - true is true\nok - false is false\nskip - the sea # no water' ./good
file bad <<<'check "false is true" false; check "it goes on" true'
expect_status "a failed check fails the file" 1 ./bad
expect_match "and is told with its command" $'not ok - false is true\n    $ false*ok - it goes on' bash -c './bad; true'
file crashing <<<'refute "a crash is no refusal" bash -c "kill -SEGV \$\$"'
expect_status "a program that a signal ends has refused nothing" 1 ./crashing
file dying <<<'check "a" true; exit 3'
expect_match "a file that ends early says so" $'ok - a\nnot ok - dying runs to its end*status 3*' bash -c './dying; true'
file needy <<<'needs no-such-program; check "never" false'
expect_output "what is missing is told, and is no failure" \
    'skip - the rest of needy # no-such-program is not here' ./needy

file orphaning <<<'bash -c "sleep 100 & disown" ; check "a" true'
expect_match "a process left behind is found, however far removed" '*not ok - orphaning leaves nothing behind*sleep 100*' \
    bash -c './orphaning; true'
expect_output "and ended" "" bash -c 'pgrep -f "^sleep 100$" -s 0; true'
file mounting <<<'mkdir m; mount -t tmpfs none m; check "a" true'
with root expect_match "a mount left behind is found" '*not ok - mounting leaves nothing behind*mount */m*' bash -c './mounting; true'
with root expect_output "and unmounted" "" bash -c 'grep "$WORK" /proc/self/mountinfo; true'
file grouping <<<'mkdir "$(awk "/ - cgroup / && /pids/ {print \$5; exit}" /proc/self/mountinfo)/$UNIQUE"; cleanup true; check "a" true'
with "root cgroup1" expect_match "a cgroup left behind is found" '*not ok - grouping leaves nothing behind*cgroup */belltest-*' \
    bash -c './grouping; true'
with "root cgroup1" expect_output "and removed" "" \
    bash -c './grouping | sed -n "s/^ *cgroup //p" | while read -r group; do ls -d "$group" 2>/dev/null; done; true'

file slow <<<'cleanup touch ../cleaned; check "waits" sleep 100'
expect_status "a file that is ended by a signal ends so" 143 timeout --preserve-status -k 5 0.5 ./slow
check "and cleans up nevertheless" test -e "$(dirname "$WORK")/cleaned"
rm -f "$(dirname "$WORK")/cleaned"
