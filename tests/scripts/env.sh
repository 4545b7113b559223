#!/bin/bash
# env.sh - scripts/env puts the built tools first on PATH, and nothing else changes.
# shellcheck disable=SC2016    # what is in single quotes is for the inner shell
set -u
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh"
top=$(mktemp -d)
trap 'rm -rf -- "$top"' EXIT
mkdir -p "$top/build/release/bin" "$top/scripts"
cp -- "$scripts"/env* "$top/scripts"
env=$top/scripts/env

is "tools that aren't built: it says what to do" yes "$([[ $("$env" -- true 2>&1) == *"run ./scripts/demo first"* ]] && echo yes)"
printf '#!/bin/sh\necho the tool\n' >"$top/build/release/bin/chroot-only"
chmod 755 "$top/build/release/bin/chroot-only"
is "a tool is found" "the tool" "$("$env" -- chroot-only)"
is "the directory and the exit status are kept" "/usr, 5" "$(cd /usr && "$env" -- sh -c 'printf %s, "$PWD"; exit 5' || echo " $?")"
is "bash shows the bell" yes "$([[ $(echo 'echo "$PS1"' | SHELL=/bin/bash "$env" 2>/dev/null) == "(bell) "* ]] && echo yes)"
mkdir -p "$top/build/release/share/bash-completion/completions"
echo 'complete -W yes chroot-only' >"$top/build/release/share/bash-completion/completions/chroot-only"
is "bash has the tools' completions" "complete -W 'yes' chroot-only" "$(echo 'complete -p chroot-only' | SHELL=/bin/bash "$env" 2>/dev/null)"
exit $failed
