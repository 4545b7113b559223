#!/usr/bin/env bash
# tests/tools/readme.sh - the README's first five minutes: each command, as an ordinary user, prints what stands there.
source "$(dirname "$0")/../harness.sh"
needs python3 jq busybox userns
if have root; then _need_user; else mkdir user; fi

# The image is made as scripts/demo makes it.
rootfs R
rm R/marker
mkdir images
chmod -R a+rX R
SOURCE_DATE_EPOCH=0 layer-pack --cmd sh R images/busybox >errors 2>&1 || { _not_ok "layer-pack makes the image" "$(<errors)"; exit 1; }
ln -s "$WORK/images" user/images

# pattern TEXT: matches the text, whatever this host is called, and whatever numbers processes and files have here.
pattern() {
    sed -E 's/[][*?\\()|!@+{}]/\\&/g; s/laptop/*/; s/4711/+([0-9])/g; s/[0-9]+ files/+([0-9]) files/' <<<"$1"
}
# What bundle-run says of a host that has delegated no cgroup is told in the README, below the commands.
in_shell() { as_user bash -c 'cd user && eval "$1" 2>&1 | sed "/^bundle-run: warning/{N;/\n  (hint/d;s/^[^\n]*\n//}"' sh "$1" </dev/null; }
# try COMMAND OUTPUT
try() {
    [[ -n $1 && $1 != ./scripts/* ]] || return 0
    expect_match "${1:0:100}" "$(pattern "$2")" in_shell "$1"
}

commands=0 command='' output='' joined=0
while IFS= read -r line; do
    case $line in
        '    $ '*)
            try "$command" "$output"
            command=${line#'    $ '} output='' joined=0
            ((++commands)) ;;
        '    '*)
            line=${line#'    '}
            if ((joined == 0)) && [[ $command == *'|' ]]; then
                command+=" ${line#"${line%%[! ]*}"}"
                [[ $command == *'|' ]] || joined=1
            else
                joined=1
                output+=${output:+$'\n'}$line
            fi ;;
    esac
done < <(sed -n '/^## The first five minutes/,/^## The tools/p' "$TOP/README.md")
try "$command" "$output"
expect_output "there were commands to try" yes bash -c "(($commands > 5)) && echo yes"
