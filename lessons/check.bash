# check.bash - what the lessons' checks are made of.
# shellcheck shell=bash
#
#     source "$(dirname "$0")/../check.bash"
#     pid=$(marked_where has_own mnt) || pid=$(marked_any) || none "a program with mounts of its own" "start one: ..." "because ..."
#     about "$pid"
#     if ...; then ok "own mount namespace" "$(namespace "$pid" mnt)"; else no NAME EVIDENCE SO WHY; fi
#
# A "no" says what was seen and where (EVIDENCE), what that means, best as something to try (SO), and what it comes from
# (WHY). Which program the learner has left running doesn't matter: it is found by what is special about it.
set -u

ok() { printf 'ok\t%s\t%s\n' "$1" "${2-}"; }
# no NAME EVIDENCE SO WHY
no() { printf 'no\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"; }
# none NAME SO [WHY]: there is nothing to look at.
none() { no "$1" "nothing of the kind runs" "$2" "${3-only what was started from the shell of 'lesson start' is looked at}"; exit 0; }
# give_up NAME EVIDENCE SO WHY: no more can be said.
give_up() { no "$@"; exit 0; }
about() { printf 'about\t%s\t%s\n' "$1" "$(<"/proc/$1/comm")"; }

# namespace PID TYPE: "mnt:[4026531841]"
namespace() { readlink "/proc/$1/ns/$2"; }
# is_own PID TYPE: whether it isn't ours
is_own() { [[ -e /proc/$1/ns/$2 && ! /proc/$1/ns/$2 -ef /proc/self/ns/$2 ]]; }

# ---- what to look for: commands that get the pid as their last word
has_own() { is_own "$2" "$1"; }
in_rootfs() { [[ /proc/$1/root -ef $BELL_WORKSPACE/demo/rootfs ]]; }
# is_named NAME... PID
is_named() {
    local pid=${*: -1} name
    for name in "${@:1:$#-1}"; do [[ $(<"/proc/$pid/comm") != "$name" ]] || return 0; done
    return 1
}

# marked_where COMMAND...: the youngest process started from the lesson's shell for which the command succeeds, but not a
# child of another such.
marked_where() {
    local found
    found=$(all_marked_where "$@")
    [[ -n $found ]] && echo "${found%%$'\n'*}"
}
# marked NAME...: the youngest of one of these names, be it a tool of the kit. marked_any: the youngest.
marked() {
    # shellcheck disable=SC2034 # all_marked_where looks at it
    local tools_too=yes
    marked_where is_named "$@"
}
marked_any() { marked_where true; }

# all_marked_where COMMAND...: all of them, the youngest first.
all_marked_where() {
    local pid parent found=' ' pairs=''
    while read -r _ pid parent; do
        if { [[ ${tools_too-} ]] || ! is_tool "$pid"; } && ! is_idle_shell "$pid" && [[ -e /proc/$pid/root ]] && "$@" "$pid"; then
            found+="$pid "
            pairs+="$pid $parent"$'\n'
        fi
    done < <(started_here | sort -rn) 2>/dev/null
    while read -r pid parent; do
        [[ -z $pid || $found == *" $parent "* ]] || echo "$pid"
    done <<<"$pairs"
}

# started_here: when each was started, its pid and its parent. Without this check, those above it and below.
started_here() {
    local file pid stat
    while read -r file; do
        pid=${file//[!0-9]/}
        if ! is_above "$pid" $$ && ! is_above $$ "$pid" && look_at "$pid"; then echo "${stat[19]} $pid ${stat[1]}"; fi
    done < <(grep -lzxs "BELL_LESSON=$BELL_CHECK" /proc/[0-9]*/environ) 2>/dev/null
}
# look_at PID: sets stat: the fields of /proc/PID/stat behind the name, which may have blanks: state, parent ... In the lab
# a fork takes 40 ms, so there is none here. proc_pid_stat(5)
look_at() {
    local all=''
    read -rd '' all <"/proc/$1/stat"
    read -ra stat <<<"${all##*) }"
    [[ $all ]]
}
# is_above A B: whether B is A, or was started by it, directly or not.
is_above() {
    local pid=$2 stat
    until [[ $pid == "$1" ]]; do
        look_at "$pid" || return 1
        pid=${stat[1]}
    done
}
# is_tool PID: one that hasn't become its program yet, or waits for it.
is_tool() {
    local name=''
    read -r name <"/proc/$1/comm"
    [[ ' bind-mounter bundle-run cgroup-setter chroot-only lesson ns-enter priv-drop root-pivot ' == *" $name "* ]]
}
# is_idle_shell PID: one that has nothing of its own, such as the lesson's.
is_idle_shell() {
    local name='' type
    read -r name <"/proc/$1/comm"
    [[ ' sh bash dash zsh ksh fish ' == *" $name "* && /proc/$1/root -ef / ]] || return 1
    for type in user mnt uts pid net ipc cgroup; do ! is_own "$1" "$type" || return 1; done
}

# is_beginning: whether something is just being started: it is younger than three tenths of a second, or a tool that has
# neither become its program nor made a child.
is_beginning() {
    local list start pid parent parents=' ' up youngest=0
    list=$(started_here)
    [[ $list ]] || return 1
    while read -r start pid parent; do
        parents+="$parent "
        ((start < youngest)) || youngest=$start
    done <<<"$list"
    read -r up _ </proc/uptime    # seconds, with two decimals: the unit of starts
    ((${up/./} - youngest >= 30)) || return 0
    while read -r _ pid _; do
        [[ -z $pid || $parents == *" $pid "* ]] || ! is_tool "$pid" || return 0
    done <<<"$list"
    return 1
} 2>/dev/null
# It gets a moment: two seconds at most.
for _ in {1..20}; do
    is_beginning || break
    sleep 0.1
done

# ---- findings that several lessons share
# about_root PID TOOL: whether its root is demo/rootfs, which TOOL would have made it.
about_root() {
    local root
    root=$(readlink "/proc/$1/root")
    if in_rootfs "$1"; then
        ok "its root is demo/rootfs" "/proc/$1/root -> $root"
    elif [[ /proc/$1/root -ef / ]]; then
        no "its root is the host's" "/proc/$1/root -> $root" "it sees all your files: ls /proc/$1/root/" "$2 wasn't in front of it"
    else
        no "its root isn't demo/rootfs" "/proc/$1/root -> $root" "it sees other files than it should: ls /proc/$1/root/" \
            "the directory behind $2 is the one that counts"
    fi
}
