#!/usr/bin/env bash
# tests/lessons/play.sh - a lesson in front of a class: `lesson play` and `lesson notes`, in a terminal of two sizes.
source "$(dirname "$0")/../harness.sh"
[[ -x $BELL_BIN/lesson ]] || { skip "all of $(basename "$0")" "built without libcmark-gfm-dev"; exit 0; }
needs tmux jq
rootfs R
layer-pack --cmd sh R image >/dev/null
mkdir -p course/01-first home
cp "$TOP"/lessons/{shell,check.bash,play.bashrc} course/
cat >course/01-first/README.md <<'END'
---
title: What is first?
teaching: 10
exercises: 5
---
# 01 What is first?

## Question

What will be there?

## Predict & run

A file. Guess:

```console
  $ echo content >file; cat file
  content
  $ cat <<'END'
  > two
  > lines
  > END
  two
  lines
  $ rm file; (exit 3)
  [3]
```

And the name of the machine?

```console
  $ ns-enter --new uts --hostname box -- hostname
  box
```

## Check

<details><summary>Why is that so?</summary>

The answer.

</details>
END
sed -i 's/END/MARK/' course/01-first/README.md    # its own here-document
cat >course/TEACHING.md <<'END'
# For teachers

| lesson | Question | Predict & run | all |
|---|---|---|---|
| 01 | 2 | 7 | 9 |

## What they ask

**01 What is first?**

- *Is it true?* Yes.

**02 Another**

- *Is it another?* No.
END
export BELL_LESSONS=$WORK/course BELL_IMAGE=$WORK/image HOME=$WORK/home XDG_STATE_HOME=$WORK/state TMUX_TMPDIR=$WORK
unset TMUX NO_COLOR
place=state/diving-bell/01-play

# ---- a terminal: keys in, a screen out
server=0
mux() { tmux -L "$UNIQUE-$server" -f /dev/null "$@"; }
cleanup mux kill-server
# terminal COLUMNS ROWS COMMAND: of that size, with that running in it
terminal() {
    mux kill-server 2>/dev/null
    ((++server))    # the last one may still be ending
    mux new-session -d -x "$1" -y "$2" -s class "$3; echo status \$?; exec sleep 1000"
}
# keys KEY...: one after the other. While a command runs they are its own, so that is waited for.
idle() { ! grep -qs 'phase: running' "$place.cue"; }
keys() {
    local key
    for key; do
        wait_until idle
        mux send-keys -t class.0 "$key"
        [[ $key != Space ]] || sleep 0.1
    done
}
screen() { mux capture-pane -p -t "class.${1-0}"; }
# shows SENTENCE PATTERN [PANE]: within ten seconds the screen matches the shell pattern
shows() {
    local i
    for ((i = 0; i < 100; ++i)); do
        OUT=$(screen "${3-0}")$'\n'
        # shellcheck disable=SC2053 # a pattern is wanted
        if [[ $OUT == $2 ]]; then _ok "$1"; return; fi
        sleep 0.1
    done
    _not_ok "$1" "should have shown: $2" "$OUT"
}
# hides SENTENCE PATTERN: within ten seconds it doesn't match any more
hides() {
    # shellcheck disable=SC2053 # a pattern is wanted
    without() { OUT=$(screen); [[ $OUT != $1 ]]; }
    if wait_until without "$2"; then _ok "$1"; else _not_ok "$1" "should not have shown: $2" "$OUT"; fi
}
gone() { [[ ! -e $place && ! -e $place.cue ]]; }

for size in "80 24" "120 40"; do
    # shellcheck disable=SC2086 # two words
    terminal $size "lesson play --speed 5 1"
    shows "play begins with the title, and says which keys there are ($size)" "*01 What is first?*Space: on*q: quit*"
    keys Space Space
    shows "a section, then a sentence ($size)" "*Question*What will be there?*"
    keys Space Space Space
    shows "a command is typed ($size)" "*Predict & run*A file. Guess:*\$ echo content >file; cat file"$'\n'*
    check "and doesn't run yet ($size)" test ! -e "$place/file"
    refute "so nothing has come out ($size)" grep -x content <<<"$(screen)"
    keys Space
    shows "the next key runs it ($size)" "*cat file"$'\n'"content"$'\n'*
    keys Space Space
    shows "one of several lines ($size)" "*> lines"$'\n'"> MARK"$'\n'"two"$'\n'"lines"$'\n'*
    keys Space Space
    shows "a status that isn't 0 is told ($size)" "*\(exit 3\)"$'\n'"\[3\]"$'\n'*
    check "what the command did is done ($size)" test ! -e "$place/file"
    keys b
    hides "back takes the last command away ($size)" "*\(exit 3\)*"
    there() { [[ -e $place/file ]]; }
    check "and undoes it ($size)" wait_until there
    keys Space
    shows "it can be typed again ($size)" "*\$ rm file; \(exit 3\)"$'\n'*
    keys b
    hides "back takes away what is only typed ($size)" "*\(exit 3\)*"
    keys g
    shows "g: the sections ($size)" "*1  01 What is first?*3  Predict & run*4  Check*"
    keys 3
    hides "(a section from its beginning)" "*echo content*"
    keys Space Space Space
    shows "(the first command again)" "*cat file"$'\n'"content"$'\n'*
    keys r
    shows "r: again ($size)" "*cat file"$'\n'"content"$'\n'"*cat file"$'\n'"content"$'\n'*
    keys '!'
    shows "!: a live shell ($size)" "*a live shell*"$'\n'"\$*"
    keys 'echo live $((6 * 7)); pwd' Enter
    shows "in place ($size)" "*live 42"$'\n'"*/01-play"*
    keys 'exit' Enter Space
    shows "exit leads back ($size)" "*exit"$'\n'"*cat <<'MARK'"*
    keys q
    shows "q quits ($size)" "*status 0*"
    check "and nothing is left ($size)" gone
done

# ---- --explain, where a command is one of the tools
terminal 80 24 "lesson play --speed 5 1"
keys g 3 Space Space Space Space Space Space Space Space Space e
shows "e: --explain is typed, too" "*ns-enter --explain --new uts*"
keys e
shows "and not any more" "*\$ ns-enter --new uts*"
keys g 4 Space
shows "a question of the quiz" "*Why is that so?*"
refute "comes without its answer" grep -F answer <<<"$(screen)"
keys Space
shows "which is a step of its own" "*The answer.*"
keys Space
shows "the end is told" "*The end of the lesson*"

# ---- the presenter's own page
mux split-window -h -t class "lesson notes 1"
mux resize-window -t class -x 161 -y 24
shows "notes follow what is on the projector" "*01 What is first?*step 1? of 1? *-- next*the end*" 1
keys g 2
shows "with what comes next and what will come out" "*Question  (2 min)*What will be there?*Predict & run  (7 min)*echo content*content*" 1
keys g 3 Space Space
shows "a command that waits is told" "*typed: let them guess*on the projector*\$ echo content*" 1
mux send-keys -t class.1 Tab
shows "Tab: what they ask about this lesson" "*Is it true? Yes.*" 1
refute "and not about another" grep -F another <<<"$(screen 1)"
mux send-keys -t class.1 Tab
pid=$(sed -n 's/^pid: //p' "$place.cue")
expect_error "no second one plays the same lesson" 125 "lesson: lesson 01 is being played already, by process $pid*lesson reset 01*" lesson play --auto 1

# ---- killed half-way
check "(it is killed)" kill -KILL "$pid"
shows "notes know that nobody plays any more" "*nobody plays it*" 1
check "(there is something left)" test -e "$place"
expect_match "reset ends clean after a kill" "lesson 01: * ended, nothing is left" lesson reset 1
check "(it has)" gone
terminal 80 24 "lesson play --speed 5 1"
shows "(once more)" "*Space: on*"
mux kill-server
check "a terminal that is closed ends it clean" wait_until gone

# ---- without somebody at the keys
expect_error "play wants a terminal" 125 "lesson: this is no terminal*--auto*" lesson play 1
expect_error "a speed that isn't one" 125 "lesson: --speed 9: must be 0 to 5*" lesson play --speed 9 1
expect_match "--auto goes to the end by itself" "*What will be there?*content*two*lines*\[3\]*The answer.*" lesson play --auto --speed 5 1
check "and leaves nothing" gone
expect_match "notes in a pipe are all of it" "*== Predict & run  (7 min)*\$ echo content*  content*Answer: The answer.*== What they ask*Is it true?*" lesson notes 1
