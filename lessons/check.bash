# check.bash - what the lessons' checks are made of.
# shellcheck shell=bash
#
#     source "$(dirname "$0")/../check.bash"
#     pid=$(marked sh) || none "a shell in new namespaces" "start one: ..."
#     about "$pid"
#     if ...; then ok "own mount namespace" "$(namespace "$pid" mnt)"; else no NAME EVIDENCE SO WHY; fi
set -u

ok() { printf 'ok\t%s\t%s\n' "$1" "${2-}"; }
# no NAME EVIDENCE SO WHY
no() { printf 'no\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
# none NAME SO: there is nothing to look at.
none() { no "$1" "nothing of the kind runs" "$2" ""; exit 0; }
about() { printf 'about\t%s\t%s\n' "$1" "$(<"/proc/$1/comm")"; }

# marked NAME...: the youngest process of one of these names that was started from the lesson's shell.
marked() {
    local pid name found=''
    for pid in $(cd /proc && printf '%s\n' [0-9]* | sort -n); do
        grep -qzx "BELL_LESSON=$BELL_CHECK" "/proc/$pid/environ" 2>/dev/null || continue
        for name in "$@"; do [[ $(<"/proc/$pid/comm") != "$name" ]] || found=$pid; done
    done 2>/dev/null
    [[ -n $found ]] && echo "$found"
}
# namespace PID TYPE: "mnt:[4026531841]"
namespace() { readlink "/proc/$1/ns/$2"; }
# is_own PID TYPE: whether it isn't ours
is_own() { [[ $(namespace "$1" "$2") != "$(readlink "/proc/self/ns/$2")" ]]; }
