#!/usr/bin/env bash
# tests/lessons/lesson.sh - the command `lesson`, on a course made for it: list, read, run, start, check, hint, reset.
source "$(dirname "$0")/../harness.sh"
[[ -x $BELL_BIN/lesson ]] || { skip "all of $(basename "$0")" "built without libcmark-gfm-dev"; exit 0; }
needs python3 jq
rootfs R
layer-pack --cmd sh R image >/dev/null
mkdir -p course/01-first course/02-second course/notes
cp "$TOP"/lessons/shell "$TOP"/lessons/check.bash course/
cat >course/01-first/README.md <<'END'
---
title: What is first?
teaching: 10
exercises: 5
---
# 01 What is first?

## Question

A `word`, *another*, and a paragraph that is long enough to be broken into two lines on a page of eighty columns.

## Predict & run

```console
  $ echo one $((1 + 1))
  one * (glob)
  $ ls "$R" | head -n 1; (exit 3)
  bin
  [3]
```

- a point
- another point

| docker | here |
|---|---|
| run | do |

<details><summary>Why?</summary>

The secret answer.

</details>
END
cat >course/01-first/hints.md <<'END'
# Exercise

## 1

First `hint`.

## 2

Last hint.
END
cat >course/01-first/check <<'END'
source "$(dirname "$0")/../check.bash"
pid=$(marked sleep) || none "a sleeper" "sleep 100 &"
about "$pid"
ok "it sleeps" "$(</proc/$pid/comm)"
if is_own "$pid" uts; then ok "in a uts namespace of its own" "$(namespace "$pid" uts)"
else no "in the host's uts namespace" "$(namespace "$pid" uts)" "hostname changes yours" "uts was not asked for"; fi
END
printf -- '---\ntitle: And then?\nneeds: root user\noptional: true\n---\nText.\n' >course/02-second/README.md
export BELL_LESSONS=$WORK/course BELL_IMAGE=$WORK/image
export HOME=$WORK/home XDG_STATE_HOME=$WORK/state
mkdir home

# ---- what there is
expect_match "list has each lesson, its time, and whether it can run here" "*01  What is first?  15 min  ready*02  And then?  *" lesson list
expect_match "what is lacking, and the way out" "*root*:"$'\n'"  *" lesson list
expect_match "read is for the terminal: broken at eighty columns" "*broken into two"$'\n'"lines*" lesson read 1
expect_match "with commands, points and tables" "*  \$ echo one \$((1 + 1))*- a point*docker*here*" lesson read 01
refute "the marks of comparing are left out" bash -c "lesson read 1 | grep -F '(glob)'"
expect_match "an answer is only promised" "*Why? (lesson read --answers)*" lesson read 01-first
refute "(not told)" bash -c 'lesson read 1 | grep secret'
expect_match "unless it is asked for" "*The secret answer.*" lesson read --answers 1
refute "in a pipe there are no escapes" bash -c "lesson read 1 | grep -P '\x1b'"
expect_match "on a terminal there are, but NO_COLOR is obeyed" "*What is first?*" on_terminal env NO_COLOR=1 PAGER=cat lesson read 1
expect_error "a lesson that isn't there" 125 "lesson: there is no lesson 9*there are 01 to 02*" lesson read 9
expect_error "a verb that isn't there" 125 "lesson: unknown verb 'lsit' (did you mean 'list'?)*" lesson lsit
expect_error "no verb" 125 "lesson: a verb is missing*" lesson
printf 'title: x\n' >course/02-second/README.md
expect_error "front matter that isn't there" 125 "lesson: 02-second/README.md: doesn't begin with front matter*" lesson list
printf -- '---\ntitle: And then?\ntaeching: 3\n---\n' >course/02-second/README.md
expect_error "or has an unknown field" 125 "lesson: 02-second/README.md: unknown field 'taeching'*" lesson list
rm -r course/02-second

# ---- running it
with cram3 expect_match "run runs all commands and compares" "*1 tests, 0 skipped, 0 failed*" lesson run 1
if have cram3; then
    sed -i 's/  one \*/  two */' course/01-first/README.md
    expect_match "what is not as the lesson says is shown" "*-  two \* (glob)*+  one 2*" bash -c 'lesson run 1; (($? == 1))'
    sed -i 's/  two \*/  one */' course/01-first/README.md
fi

if have cram3; then
    mkdir -p course/03-third tmp
    printf -- '---\ntitle: How long?\n---\n```console\n  $ echo $$ >%s/pid; sleep 100\n```\n' "$WORK" >course/03-third/README.md
    TMPDIR=$WORK/tmp lesson run 3 >/dev/null 2>&1 &
    runner=$!
    running() { [[ -s pid ]]; }
    check "(a lesson that runs)" wait_until running
    kill -TERM "$runner"
    wait "$runner"
    gone() { ! kill -0 "$(<pid)" 2>/dev/null; }
    check "one that is ended half-way ends what it started" wait_until gone
    expect_output "and leaves nothing" "" ls tmp
    rm -r course/03-third
fi

# ---- doing it
expect_match "check says what is missing, and what to do" "*NO  a sleeper*So:  sleep 100 &*0 of 1. Next: lesson hint 01*" \
    bash -c 'lesson check 1; (($? == 1))'
cat >commands <<'END'
pwd; echo "$R" "$BELL_LESSON"; ls
sleep 100 &
END
expect_match "start gives a shell in a place of its own" "*$WORK/state/diving-bell/01*demo/rootfs 01*demo*" \
    bash -c 'SHELL=/bin/false lesson start 1 <commands'
expect_match "check looks at what runs" "*pid * (sleep)*ok  it sleeps*NO  in the host's uts namespace*So:  hostname changes yours*Why: uts was not*1 of 2.*" \
    bash -c 'lesson check 1; (($? == 1))'
expect_output "and tells programs, too" "[true,false]" bash -c 'lesson check --json 1 | jq -c "[.findings[].good]"'
expect_match "a hint" "Hint 1 of 2*First \`hint\`.*" lesson hint 1
expect_match "and the next" "Hint 2 of 2*Last hint.*" lesson hint 1
expect_match "of which the last stays" "Hint 2 of 2*" lesson hint 1
expect_output "reset ends what was started" "lesson 01: 1 process ended, nothing is left" lesson reset 1
refute "and removes the place" test -e state/diving-bell/01
expect_output "a second time there is nothing to do" "lesson 01: 0 processes ended, nothing is left" lesson reset 1
if have userns; then
    mkdir -p user && cp -r course image user/
    chmod -R a+rX user/course user/image
    cat >user/commands <<'END'
mkdir -p locked/in && chmod 0500 locked/in locked
bundle-run --root states create --bundle demo box </dev/null >/dev/null 2>&1
ns-enter --new user,uts -- sleep 100 &
END
    learn() { (cd user && as_user env HOME="$WORK/user" BELL_LESSONS="$WORK/user/course" BELL_IMAGE="$WORK/user/image" lesson "$@"); }
    learn start 1 <user/commands >/dev/null 2>&1
    asleep() { learn check 1 >/dev/null; }
    check "an ordinary user's exercise is found right" wait_until asleep
    expect_match "reset ends containers, too" "lesson 01: * ended, nothing is left" learn reset 1
    refute "(all is gone)" test -e user/.local/state/diving-bell/01
fi
