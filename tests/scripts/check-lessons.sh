#!/usr/bin/env bash
# tests/scripts/check-lessons.sh - check-lessons, -references, -options and -spelling see what is wrong: in a course of
# one lesson, made for it, one thing after the other is broken.
source "$(dirname "$0")/../harness.sh"
needs python3
export BELL_BIN=$WORK/bin

mkdir -p tree/tests tree/lessons/00-first tree/tools/{lesson,bundle-run} tree/common bin
cd tree || exit 1
cp -r "$TOP"/tests/{check-lessons,check-references,check-options,check-spelling,list-files,support} tests/
printf 'constexpr std::array needs = {Need{"root", root}, Need{"userns", userns}};\n' >tools/lesson/doctor.cpp
printf 'int two() {\n    // LESSON: two\n    if (odd)\n        return one + one;\n    // LESSON: end\n}\n' >common/two.cpp
: >tools/lesson/main.cpp
: >tools/bundle-run/main.cpp
printf '# Kit\n\nA rootfs, see [there](lessons/TEACHING.md#minutes). Lesson 00 is `lesson read 0`. https://example.org/a\n\n## Below\n' >README.md
printf 'rootfs\n' >tests/words
cat >lessons/00-first/README.md <<'END'
---
title: What is first?
teaching: 10
exercises: 5
needs: userns
---
# 00 What is first?

## Question

A word of pivot_root(2), and of namespaces(7).

## Predict & run

What comes out?

```console
  $ for i in 1 2; do
  >   echo $i
  > done
  [12] (re)
  * (glob)
```

## Why

This is in `common/two.cpp`:

> ```cpp LESSON: two
> if (odd)
>     return one + one;
> ```

## Break & fix

## In config.json

| docker | here | config.json |
|---|---|---|
| run | do | `root` |

## Check

Type `lesson check 00`. A common mistake: none.

<details><summary>Why?</summary>

So.

</details>
END
cp /dev/null lessons/00-first/check
printf '# Exercise\n\nDo.\n\n## 1\n\nTry.\n\n## 2\n\n```console\n$ true\n$ lesson check 00\n```\n' >lessons/00-first/hints.md
cat >lessons/TEACHING.md <<'END'
# Teaching

| time | lessons | how |
|---|---|---|
| 10 minutes | 00 | fast |

**10 minutes.** 11 for the lessons. 15 for 00 to 00.

## Minutes

| lesson | Question | Predict & run | Why | Break & fix | In config.json | Check | all | without Check |
|---|---|---|---|---|---|---|---|---|
| 00 | 1 | 4 | 3 | 2 | 1 | 4 | 15 | 11 |

**00 What is first?**
END
printf '# Glossary\n\n**pivot_root** (lesson 00; there): A call.\n\n**word** (lesson 00; there): This.\n' >lessons/GLOSSARY.md
lesson=lessons/00-first/README.md hints=lessons/00-first/hints.md teaching=lessons/TEACHING.md glossary=lessons/GLOSSARY.md

# A tool that has one option, and one with a verb that has one; and a page for both.
printf '#!/bin/sh\necho "  -j, --json  for programs"\n' >"$BELL_BIN/lesson"
printf '#!/bin/sh\n[ $# = 1 ] && printf "  bundle-run go  goes\\n  --far KM  how far\\n" || echo "  --fast  run"\n' >"$BELL_BIN/bundle-run"
chmod +x "$BELL_BIN"/*
printf '*-j*, *--json*\n' >tools/lesson/lesson.1.scd
printf '*bundle-run go* [*\\--fast*]\n\n*--far* _KM_\n' >tools/bundle-run/bundle-run.1.scd

for check in lessons references options spelling; do
    refute "what is right passes check-$check" bash -c "tests/check-$check | grep -A9 '^not ok'"
done

# wrong CHECK FILE SED PATTERN: with this change of the file the check fails, and says so.
wrong() {
    cp "$2" "$WORK/kept"
    sed -i -E "$3" "$2"
    if cmp -s "$2" "$WORK/kept"; then _not_ok "$2 is changed by $3"; fi
    run "tests/check-$1"
    # shellcheck disable=SC2053 # a pattern is wanted
    if ((STATUS == 1)) && [[ $OUT == *"not ok - "*$'\n    '*$4* ]]; then
        _ok "check-$1: ${4//\*/ }"
    else
        _details "check-$1: ${4//\*/ }" "should have found: $4" "tests/check-$1"
    fi
    cp "$WORK/kept" "$2"
}
# where FILE wrong ...: only if there is such a file
where() { if [[ $1 ]]; then "${@:2}"; else skip "check-$3: ${*:6}" "what it looks with is not here"; fi; }
# ---- front matter and sections
wrong lessons "$lesson" 's/^teaching:/taeching:/' "README.md:3: 'taeching' isn't a field"
wrong lessons "$lesson" '/^exercises:/d' "has no 'exercises'"
wrong lessons "$lesson" 's/^teaching: 10/teaching: ten/' "are minutes*ten and 5"
wrong lessons "$lesson" 's/^needs: userns/needs: userns sea/' "needs 'sea', which the doctor doesn't know: root userns"
wrong lessons "$lesson" 's/^# 00 What/# 01 What/' "isn't '# 00 What is first?'"
wrong lessons "$lesson" 's/^## Why/## Because/' "Question, Predict & run, Because"
wrong lessons "$lesson" 's/^What comes out\?/This comes out./' "asks nothing right before a command"
wrong lessons "$lesson" 's/^\| docker /| podman /' "has no table"
wrong lessons "$lesson" 's/^\| run \| do /| run /' "2 cells, the head has 3"
wrong lessons "$lesson" 's/common mistake/mistake/' "names no common mistake"
wrong lessons "$lesson" 's/^<details>.*/Why?/' "has no question in <details>"
wrong lessons "$lesson" 's/^So\.$/<\/details>/' "isn't ended by an empty line and </details>"
wrong lessons "$lesson" 's/check 00/check 01/' "nobody is told to type 'lesson check 00'"
wrong lessons "$hints" 's/^## 2/## 3/' "Exercise, 1, 3; to be: Exercise, 1, 2"
wrong lessons "$hints" 's/^\$ lesson check 00/$ true/' "the last hint doesn't end in"
wrong lessons "$hints" 's/^\$ true/true/' "neither a command"
# ---- what cram would take for a test, or can't match
wrong lessons "$lesson" '/^> ```$/d' "this block doesn't end"
wrong lessons "$lesson" 's/^So\.$/  So./' "begins with two blanks, outside of a console block"
wrong lessons "$lesson" 's/^  \* \(glob\)/ * (glob)/' "doesn't begin with two blanks, in a console block"
wrong lessons "$lesson" 's/^  \$ for.*/  for/' "begins with a command"
wrong lessons "$lesson" 's/^  \$ for.*/  $ true\n  out/' "there is none before it"
wrong lessons "$lesson" 's/^  \* \(glob\)/  ü* (glob)/' "never matches a line that isn't ASCII"
wrong lessons "$lesson" 's/^  \* \(glob\)/  *\\ (glob)/' "ends in a backslash"
wrong lessons "$lesson" 's/^  \[12\]/  [12/' "no regular expression"
wrong lessons "$lesson" 's/^```console/```cnosole/' "'cnosole' is no language"
wrong lessons "$lesson" 's/^Type .*/```text\n'"$(printf 'x%.0s' {1..79})"'\n```\n\n&/' "79 columns"
# ---- what is referred to
wrong references README.md 's/TEACHING.md#/TAECHING.md#/' "there is no lessons/TAECHING.md"
wrong references README.md 's/#minutes/#hours/' "lessons/TEACHING.md has no such heading"
wrong references README.md 's/https:/http:/' "http://example.org/a: to be https"
wrong references README.md 's/Lesson 00/Lessons 00 and 07/' "README.md:3: there is no lesson 07"
wrong references README.md 's/lesson read 0/lesson read 5/' "there is no lesson 5"
where "$(ls /usr/share/man/man2/pivot_root.2* 2>/dev/null)" wrong references "$lesson" 's/pivot_root\(2\)/pivto_root(2)/' "there is no man page pivto_root(2)"
where "$(ls /usr/share/man/man2/pivot_root.2* 2>/dev/null)" wrong references tools/lesson/lesson.1.scd 's/$/ *pivto_root*(2)/' "lesson.1.scd:1: there is no man page pivto_root(2)"
# ---- what is quoted
wrong references "$lesson" 's/^>     return/>         return/' "isn't what common/two.cpp:2 has"
wrong references common/two.cpp 's/one \+ one/2/' "isn't what common/two.cpp:2 has:     return 2;"
wrong references common/two.cpp 's/LESSON: two/LESSON: tow/' "the source has no '// LESSON: two'*no lesson quotes 'tow'"
wrong references common/two.cpp '/LESSON: end/d' "has no '// LESSON: end'"
wrong references common/two.cpp 's/\/\/ LESSON: two/\/\/ Two. LESSON: two/' "a mark is a line of its own"
wrong references "$lesson" 's/common\/two/two/' "quotes \`common/two.cpp\` without its name"
wrong references "$lesson" 's/^> ```cpp.*/> ```cpp/' "C++ is quoted"
wrong references common/two.cpp 's/if \(odd\)/if (odd)\n\n\n\n\n\n\n\n\n\n\n/' "13 lines are too many"
# ---- what teachers and learners get beside
wrong references "$teaching" 's/^\| 00 \| 1 /| 00 | 2 /' "isn't 15"
wrong references "$teaching" '/^\| 00 /d' "no line for lesson 00"
wrong references "$teaching" 's/^\*\*00 What is/**00 Who is/' "no line '\*\*00 What is first?\*\*'"
wrong references "$teaching" 's/\*\* 11 for/** 12 for/' "take 11 without Check, not 12"
wrong references "$teaching" 's/15 for 00/16 for 00/' "16 for 00 to 00: they take 15"
wrong references "$glossary" 's/lesson 00; there\): This/lesson 00 there): This/' "an entry is"
wrong references "$glossary" 's/\*\*word\*\*/**xword**/' "'xword' isn't in lesson 00"
wrong references "$glossary" 's/\*\*word\*\*/**first**/' "'first' isn't in its place"
# ---- options
wrong options tools/lesson/lesson.1.scd 's/--json/--jsn/' "lesson --json"
wrong options tools/lesson/lesson.1.scd 's/\*-j\*, //' "lesson -j"
wrong options tools/bundle-run/bundle-run.1.scd 's/--fast//' "bundle-run --fast"
wrong options tools/bundle-run/bundle-run.1.scd 's/bundle-run go/bundle-run/' "bundle-run go"
wrong options README.md 's/lesson read 0/lesson --all read 0/' "lesson --all read 0: there is no --all"
# ---- words
mistake=nec'cessary'    # check-spelling looks at this file, too
where "$(type -P codespell)" wrong spelling common/two.cpp "s/^int/\/\/ $mistake\nint/" "two.cpp:1: $mistake ==> necessary"
wrong spelling common/two.cpp 's/^int/\/\/ its behavior\nint/' "two.cpp:1: behavior"
where "$(aspell dicts 2>/dev/null | grep -x en_GB-ise)" wrong spelling README.md 's/rootfs/rotfs, rootfs/' "README.md:3: rotfs"
wrong spelling tests/words 's/rootfs/rootfs\nabc/' "abc comes after rootfs*nobody needs abc"
