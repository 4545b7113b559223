#!/usr/bin/env bash
# tests/tools/manual.sh - the man pages: they render, name every option that there is and no other, and each example
# prints what stands below it.
#
# In a literal block of a page a line that begins with "$ " is a command of an ordinary user's, one with "# " is root's,
# "> " goes on with the line before, and all others are what is printed. Three dots stand for anything, a line of them
# for any lines. A page's commands run in one shell, in a directory with images/busybox and, made of it, the bundle demo.
source "$(dirname "$0")/../harness.sh"
needs python3 jq busybox

pages=("$TOP"/tools/*.scd "$TOP"/tools/*/*.scd)
tools=()
for page in "${pages[@]}"; do
    name=$(basename "$page" .scd)
    [[ $name == *.7 ]] || tools+=("${name%.*}")
done

# ---- they render

if have scdoc; then
    for page in "${pages[@]}"; do
        name=$(basename "$page" .scd)
        check "$name is rendered" bash -c 'scdoc <"$1" >"$2"' sh "$page" "$WORK/$name"
        # An empty paragraph or two is scdoc's.
        ! have mandoc || expect_output "(mandoc has nothing against it)" "" bash -c \
            'mandoc -T lint -W warning "$1" | grep -v "skipping paragraph macro"; true' sh "$WORK/$name"
    done
else
    skip "the pages are rendered" "$REASON"
fi
built=$BELL_BIN/../share/man/man1
if [[ -d $built ]]; then
    for page in "${tools[@]}"; do check "$page.1 is built" test -s "$built/$page.1"; done
    for verb in $(bundle-run --help-all | sed -nE 's/^  bundle-run ([a-z]+) .*/\1/p'); do
        [[ -e $built/bundle-run-$verb.1 ]] || _not_ok "'man bundle-run $verb' shows a page (cmake/Manual.cmake)"
    done
    with man expect_output "man finds it for whoever has the tools on PATH" "$(realpath "$built/ns-enter.1")" env -u MANPATH man -w ns-enter
else
    skip "the pages are built" "no scdoc was there when the tools were built, or they were copied"
fi

# ---- they name every option, and no other

# options_of TOOL [VERB]: the long ones of --help-all.
options_of() { "$@" --help-all | sed -nE 's/^  (-)/\1/p' | sed -E 's/  .*//' | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u; }
# verbs_of TOOL: from its usage.
verbs_of() { "$1" --help-all | sed -nE "s/^  $1 ([a-z]+) .*/\1/p"; }
# bold PAGE: what is bold in it, a line each; without literal blocks and comments.
bold() { sed -E '/^\t*```/,/^\t*```/d; /^;/d' "$1" | sed 's/\\\*//g' | tr '\t\n' '  ' | grep -oE '\*[^*]+\*' | tr -d '*'; }
# section PAGE VERB: the text below the heading ("## VERB, VERB") that names the verb.
section() { awk -v verb="$2" '/^#/ {here = 0; gsub(",", ""); for (i = 2; i <= NF; i++) if ($1 == "##" && $i == verb) here = 1} here' "$1"; }

common=$(printf '%s\n' --dry-run --explain --help --help-all --step --version)
declare -A known    # the options of a tool and its verbs
for tool in "${tools[@]}"; do
    [[ -x $BELL_BIN/$tool ]] || continue    # lesson needs a library to be built
    known[$tool]=$({ echo "$common"; options_of "$tool"; for verb in $(verbs_of "$tool"); do options_of "$tool" "$verb"; done; } 2>/dev/null | sort -u)
done
known[diving-bell]=$(printf '%s\n' "$common" --bundle --target | sort)

# strange NAME PAGE: options in the page that its tool, or the tool that is named in front, doesn't have. Programs of
# others may be named with options of theirs.
strange() {
    local text tool word
    while read -r text; do
        tool=$1 word=${text%% *}
        [[ $word == -* || ${known[$word]-} ]] || continue
        for word in $text; do
            [[ ! ${known[$word]-} ]] || tool=$word
            [[ $word == --[a-z]* ]] || continue
            grep -qxF -e "${word%%=*}" <<<"${known[$tool]}" || echo "$tool: $word"
        done
    done < <(bold "$2")
}
for page in "${pages[@]}"; do
    name=$(basename "$page" .scd)
    tool=${name%.*}
    [[ ${known[$tool]-} ]] || { skip "$name names every option of $tool" "$tool isn't built"; continue; }
    there=$(bold "$page" | grep -oE '^--[a-z0-9-]+' | sort -u)
    expect_output "$name names every option of $tool" "" comm -13 <(echo "$there") <(echo "${known[$tool]}")
    expect_output "$name names no other" "" strange "$tool" "$page"
    for verb in $([[ $tool == diving-bell ]] || verbs_of "$tool"); do
        section "$page" "$verb" >part
        if [[ ! -s part ]]; then _not_ok "$name has a section about $verb"; continue; fi
        expect_output "$name names the options of $verb there" "" comm -13 <(bold part | grep -oE '^--[a-z0-9-]+' | sort -u) \
            <(comm -23 <(options_of "$tool" "$verb") <(echo "$common"))
    done
done

# ---- the examples

have userns || { skip "the examples" "$REASON"; exit 0; }
image=$TOP/images/busybox
if [[ ! -d $image ]]; then
    image=$WORK/image
    "$TOP/scripts/image" "$image" >/dev/null
fi
if have root; then _need_user; else mkdir user; fi
mkdir root
! have root || cleanup bundle-run delete --force "$UNIQUE"
cp -r "$TOP/lessons" . && chmod -R a+rX lessons    # the checkout may be where others can't read

# place DIR: the directory that a page's commands run in.
place() {
    mkdir -p "$1/images"
    cp -r "$image" "$1/images/busybox"
    chmod -R a+rX "$1"
    [[ $EUID != 0 || $1 == root/* ]] || chown "$BELL_TEST_USER" "$1"
}
# What bundle-run says of a host that has delegated no cgroup is told in its page.
without_warning() { sed '/^bundle-run: warning: the container runs without a cgroup/{N;/\n  (hint/d;s/^[^\n]*\n//}' "$1"; }
# pattern TEXT
pattern() { sed -E 's/[][*?\\()|!@+{}]/\\&/g; s/\.\.\./*/g' <<<"$1" | sed -z 's/\n\*\n/*\n/g; s/\n\*\n*$/*/; s/^\*\n/*/; s/\n*$//'; }

# run_as WHO PAGE: runs the commands of that page that have this prompt, and compares.
run_as() {
    local directory=$1/$2 i line
    place "$directory"
    {
        echo "cd '$WORK/$directory'; export BELL_LESSONS='$WORK/lessons' BELL_IMAGE='$WORK/$directory/images/busybox'"
        [[ $1 == root ]] || echo 'export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run'
        echo 'layer-unpack images/busybox demo >/dev/null'
        for i in "${!commands[@]}"; do
            [[ ${who[i]} == "$1" ]] || continue
            printf '%s\necho "==== $?"\n' "${commands[i]}"
        done
    } >"$directory/script"
    if [[ $1 == root ]]; then bash "$directory/script" >printed 2>&1; else as_user bash "$WORK/$directory/script" >printed 2>&1; fi </dev/null
    without_warning printed >printed.clean
    exec 7<printed.clean
    for i in "${!commands[@]}"; do
        [[ ${who[i]} == "$1" ]] || continue
        : >out
        while IFS= read -r line <&7 && [[ $line != *"==== "+([0-9]) ]]; do printf '%s\n' "$line" >>out; done
        [[ $line =~ (.+)====\ [0-9]+$ ]] && printf '%s\n' "${BASH_REMATCH[1]}" >>out
        line=${commands[i]%%$'\n'*}
        expect_match "$2: ${line:0:90}" "$(pattern "${outputs[i]}")" cat out
    done
    exec 7<&-
}

# read_page FILE: fills commands, who and outputs.
read_page() {
    local line inside=0 indent=''
    commands=() who=() outputs=()
    while IFS= read -r line; do
        if [[ $line =~ ^(\	*)\`\`\`$ ]]; then
            inside=$((1 - inside)) indent=${BASH_REMATCH[1]}
            continue
        fi
        ((inside)) || continue
        line=${line#"$indent"}
        [[ $line != *\\* ]] || line=$(sed -E 's/\\(.?)/\1/g' <<<"$line")    # as scdoc reads it
        case $line in
            '$ '* | '# '*)
                commands+=("${line:2}") outputs+=("")
                if [[ $line == '#'* ]]; then who+=(root); else who+=(user); fi ;;
            '> '*) commands[-1]+=$'\n'${line:2} ;;
            *) outputs[-1]+=${outputs[-1]:+$'\n'}$line ;;
        esac
    done <"$1"
    # Root's containers and groups are the machine's: another name there.
    for line in "${!commands[@]}"; do [[ ${who[line]} == user ]] || commands[line]=${commands[line]//web/$UNIQUE}; done
}

shopt -s extglob
for page in "${pages[@]}"; do
    name=$(basename "$page" .scd)
    [[ ${known[${name%.*}]-} ]] || continue
    read_page "$page"
    ((${#commands[@]})) || { _not_ok "$name has examples"; continue; }
    [[ " ${who[*]} " != *" user "* ]] || run_as user "$name"
    [[ " ${who[*]} " == *" root "* ]] || continue
    if have root; then run_as root "$name"; else skip "$name: what root does" "$REASON"; fi
done
