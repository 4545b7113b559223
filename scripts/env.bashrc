# env.bashrc - what bash reads in scripts/env: your ~/.bashrc, and after it, for it may set them, our PATH, prompt
# and completions.
# shellcheck shell=bash source=/dev/null
[[ ! -r ~/.bashrc ]] || . ~/.bashrc
[[ $PATH == "$BELL_TOOLS":* ]] || PATH=$BELL_TOOLS:$PATH
PS1="(bell) $PS1"
for bell_file in "$BELL_TOOLS"/../share/bash-completion/completions/*; do [[ ! -r $bell_file ]] || . "$bell_file"; done
unset bell_file
