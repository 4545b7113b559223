# checks.sh - what the tests of scripts/ share: a title, what is expected, what came. Exit status 77: skipped.
# shellcheck shell=bash disable=SC2034
scripts=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts" && pwd -P)
failed=0

# is TITLE EXPECTED GOT
is() {
    if [[ $2 == "$3" ]]; then echo "ok - $1"; return; fi
    failed=1
    printf 'not ok - %s\n     expected: %q\n     got:      %q\n' "$1" "$2" "$3"
}

skip() { echo "skip - ${0##*/} # $*"; exit 77; }
