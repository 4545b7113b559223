# env.bashrc - what bash reads in scripts/env: your ~/.bashrc, and after it, for it may set both, our PATH and prompt.
# shellcheck shell=bash source=/dev/null
[[ ! -r ~/.bashrc ]] || . ~/.bashrc
[[ $PATH == "$BELL_TOOLS":* ]] || PATH=$BELL_TOOLS:$PATH
PS1="(bell) $PS1"
