# play.bashrc - what bash reads in `lesson play`.
#
# The presenter wants to know when a command has ended and when the next line may be typed. So the shell says it, by the
# marks that terminals know for that purpose (OSC 133) and that nobody sees: D and the status behind a command, A and B
# around the prompt, C behind the prompt for more of a command, L when somebody leaves the live shell by exit.
# shellcheck shell=bash
unset HISTFILE MAIL
set +o histexpand
IGNOREEOF=1000
bind 'set enable-bracketed-paste off' 'set disable-completion off' 'set bell-style none' 2>/dev/null
_bold='' _plain=''
[[ ${NO_COLOR-} ]] || _bold=$'\e[1m' _plain=$'\e[0m'
PROMPT_COMMAND='printf "\e]133;D;%s\a" "$?"'
PS1="\[\e]133;A\a\]\[$_bold\]\$ \[$_plain\]\[\e]133;B\a\]"
PS2="> \[\e]133;C\a\]"
exit() {
    ((BASH_SUBSHELL == 0)) || builtin exit "$@"
    printf '\e]133;L\a'
}
