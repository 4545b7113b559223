# shellcheck shell=bash
# completion.bash - how the tools complete in bash. cmake/completions puts this in front of what it has read of a tool's
# help, a line each:
#
#     C bundle-run exec        from here on: the tool, or a verb of it
#     O -u,--user user         an option: its names, what its value is (- none), ? if that may be left out
#     V run                    a verb
#     W id                     the next word is this; * it and all that follow
#     R                        '--' and a program may follow
#
# A value is: dir file pid user signal id lesson program any, one:a|b, list:a|b (with commas between), =a|b (only behind
# a =). bash cuts words at = and :, so they are put together first; what is replied is what belongs behind the last cut.

# Sets words and at: the words up to the cursor, and where in COMP_WORDS each begins.
_bell_join() {
    local i word glued=0
    words=() at=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && { ((glued)) || [[ $word == [=:]* ]]; }; then
            words[-1]+=$word
        else
            words+=("$word") at+=("$i")
        fi
        glued=0
        [[ $word != *[=:] ]] || ((i == 0)) || glued=1
    done
}

# _bell_load SPEC COMMAND: sets values (of options), verbs, nouns and rest: what is said of that command.
_bell_load() {
    local kind first second third name here=0
    values=() verbs=() nouns=() rest=0
    while read -r kind first second third; do
        if [[ $kind == C ]]; then here=0; [[ "$first${second:+ $second}" != "$2" ]] || here=1; fi
        ((here)) || continue
        case $kind in
            O) for name in ${first//,/ }; do values[$name]="$second$third"; done ;;
            V) verbs+=("$first") ;;
            W) nouns+=("$first$second") ;;
            R) rest=1 ;;
        esac
    done <<<"$1"
}

# _bell_other INDEX: from there on it is another command.
_bell_other() {
    local load function
    for load in _comp_command_offset _command_offset; do
        ! declare -F "$load" >/dev/null || { "$load" "$1"; return; }
    done
    COMP_WORDS=("${COMP_WORDS[@]:$1}")
    ((COMP_CWORD -= $1))
    if ((COMP_CWORD == 0)); then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[0]}" | sort -u)
        return
    fi
    function=$(complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null)
    if [[ $function =~ -F\ ([^ ]+) ]]; then
        "${BASH_REMATCH[1]}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
    fi
}

# The containers there are, where --root says, too.
_bell_ids() {
    local i root=()
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
            --root=*) root=("${words[i]}") ;;
            --root) root=(--root "${words[i + 1]}") ;;
        esac
    done
    "${words[0]}" "${root[@]}" list --quiet 2>/dev/null
}

# _bell_value KIND TEXT: replies what a value can be.
_bell_value() {
    local part=${2##*[=:]} before='' choices
    local cut=${2%"$part"}
    [[ $cut && $COMP_WORDBREAKS != *"${cut: -1}"* ]] && before=$cut
    case ${1%[?*]} in
        dir) compopt -o filenames 2>/dev/null; choices=$(compgen -d -- "$part") ;;
        file) compopt -o filenames 2>/dev/null; choices=$(compgen -f -- "$part") ;;
        pid) choices=$(cd /proc && compgen -W "- $(printf '%s ' [0-9]*)" -- "$part") ;;
        user) choices=$(compgen -u -- "$part") ;;
        signal) choices=$(compgen -W "$(compgen -A signal SIG | sed 's/^SIG//')" -- "$part") ;;
        id) choices=$(compgen -W "$(_bell_ids)" -- "$part") ;;
        lesson) choices=$(compgen -W "$("${words[0]}" list 2>/dev/null | sed -n 's/^\([0-9][0-9]\) .*/\1/p')" -- "$part") ;;
        one:* | =*) choices=${1%[?*]} choices=${choices#one:}; choices=${choices#=}; choices=$(compgen -W "${choices//|/ }" -- "$part") ;;
        list:*)
            before+=${part%"${part##*,}"}
            choices=${1%[?*]} choices=${choices#list:}
            choices=$(compgen -W "${choices//|/ }" -- "${part##*,}")
            compopt -o nospace 2>/dev/null ;;
    esac
    [[ $choices ]] && mapfile -t COMPREPLY <<<"$choices"
    COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

# _bell_complete SPEC: what the functions of all tools do.
_bell_complete() {
    local words at verbs nouns rest i word current count=0 wanted='' command verb=''
    local -A values
    _bell_join
    current=${words[-1]} command=${1#C }
    command=${command%%$'\n'*}
    COMPREPLY=()
    _bell_load "$1" "$command"
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        if [[ $wanted && $wanted != *\? ]] || [[ $wanted && $word != -* ]]; then
            wanted=''
            continue
        fi
        wanted=''
        if [[ $word == -- ]]; then
            if ((rest)) || [[ ${nouns[count]-} == program* ]]; then
                _bell_other "${at[i + 1]}"
                return
            fi
        elif [[ $word == -?* ]]; then
            [[ ${values[$word]--} == - || ${values[$word]} == =* ]] || wanted=${values[$word]}
        elif ((${#verbs[@]})) && [[ ! $verb ]]; then
            verb=$word
            _bell_load "$1" "$command $verb"
        elif [[ ${nouns[count]-} == program* ]]; then
            _bell_other "${at[i]}"
            return
        elif [[ ${nouns[count]-} != *\* ]]; then
            ((count++))
        fi
    done
    if [[ $wanted && ($wanted != *\? || $current != -*) ]]; then
        _bell_value "$wanted" "$current"
    elif [[ $current == --*=* ]]; then
        word=${values[${current%%=*}]-}
        [[ ! $word || $word == - ]] || _bell_value "$word" "$current"
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${!values[*]} $( ((rest == 0)) || echo --)" -- "$current" | sort)
    elif ((${#verbs[@]})) && [[ ! $verb ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${verbs[*]}" -- "$current")
    elif [[ ${nouns[count]-} == program* ]]; then
        _bell_other "${at[-1]}"
    elif [[ ${nouns[count]-} ]]; then
        _bell_value "${nouns[count]}" "$current"
    fi
}
