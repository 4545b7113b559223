#!/usr/bin/env bash
# tests/tools/completions.sh - Tab: what cmake/completions has read of the tools' help is what bash, zsh and fish offer.
source "$(dirname "$0")/../harness.sh"
needs busybox
tools=()
for tool in bind-mounter bundle-run cgroup-setter chroot-only layer-pack layer-unpack lesson ns-enter priv-drop proc-peek root-pivot; do
    [[ ! -x $BELL_BIN/$tool ]] || tools+=("$tool")
done
check "the completions of all tools are made" "$TOP/cmake/completions" "$BELL_BIN" "$WORK/share" "${tools[@]}"
mkdir -p place/directory place/other && touch place/file
cd place || exit 1

# in_bash WORD...: what bash is told for these words, the last of which is being typed; cut at = and : as bash cuts them.
cat >"$WORK/tab" <<'END'
for file in "$1"/bash-completion/completions/*; do source "$file"; done
shift
_other() { COMPREPLY=("other: $2 after $3"); }
complete -F _other other
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$* COMP_POINT=${#COMP_LINE} COMP_TYPE=9
[[ $(complete -p -- "${1##*/}") =~ -F\ ([^ ]+) ]] && "${BASH_REMATCH[1]}" "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
END
in_bash() { bash --norc "$WORK/tab" "$WORK/share" "$@"; }
# lines WORD...
lines() { printf '%s\n' "$@"; }

# ---- every option of every tool and verb
options_of() { "$@" --help-all | sed -nE 's/^  (-)/\1/p' | sed -E 's/  .*//' | grep -oE -- '--[a-z][a-z0-9-]*|^-[a-z]'; echo --help; echo -h; }
offered() { in_bash "$@" - | grep -vx -e --; }
for tool in "${tools[@]}"; do
    expect_output "$tool: its options are offered" "$(options_of "$tool" | sort -u)" offered "$tool"
    for verb in $("$tool" --help-all | sed -nE "s/^  $tool ([a-z]+) .*/\1/p"); do
        [[ $(options_of "$tool" "$verb" | sort -u) == "$(offered "$tool" "$verb")" ]] || _not_ok "$tool $verb: its options are offered"
    done
done
expect_output "an option's beginning" "--hostname" in_bash ns-enter --new uts --ho
expect_output "verbs" "$(lines exec events)" in_bash bundle-run --root x e
expect_output "a verb's options, and not the others'" "$(lines --force)" in_bash bundle-run delete --f

# ---- values
expect_output "a list, word by word" "$(lines user,mount)" in_bash ns-enter --new user,mo
expect_output "one of a few words" "$(lines slave shared)" in_bash bind-mounter --propagation s
expect_output "behind a =" "full" in_bash ns-enter --explain = f
expect_output "(right behind it)" "$(lines full json)" in_bash ns-enter --explain =
expect_output "the value of an option isn't a verb" "$(lines text)" in_bash bundle-run --log-format t
expect_output "a directory" "directory" in_bash bundle-run run --bundle d
expect_output "a file" "$(lines file)" in_bash bundle-run run --bundle directory --config fil
expect_output "a path behind a colon" "file" in_bash bind-mounter --bind /usr : f
expect_output "a process" "$$" in_bash ns-enter --target $$
expect_output "a user" "root" in_bash priv-drop --user roo
expect_output "a signal" "TERM" in_bash bundle-run kill box TER
expect_output "a root directory" "$(lines directory other)" bash -c 'bash --norc "$WORK/tab" "$WORK/share" chroot-only "" | sort'
expect_output "an image, and then a bundle" "$(lines other)" in_bash layer-unpack file ot
expect_output "a value that may be left out" "directory" in_bash bind-mounter --defaults d
if [[ " ${tools[*]} " == *" lesson "* ]]; then
    expect_output "a lesson" "$(lines 01 02)" env BELL_LESSONS="$TOP/lessons" bash -c 'bash --norc "$WORK/tab" "$WORK/share" lesson read 0 | sed -n 2,3p'
fi
rootfs "$WORK/B/rootfs"
if have userns; then
    box() { bundle-run --root "$WORK/states" "$@" </dev/null; }
    if have root; then box spec --bundle "$WORK/B" >/dev/null; else box spec --rootless --bundle "$WORK/B" >/dev/null; fi
    jq 'del(.process.terminal)' "$WORK/B/config.json" >c && mv c "$WORK/B/config.json"
    cleanup box delete --force "$UNIQUE"
    check "(there is a container)" box create --bundle "$WORK/B" "$UNIQUE"
    expect_output "a container" "$UNIQUE" in_bash bundle-run --root "$WORK/states" kill bell
    expect_output "(of the states that are named)" "" in_bash bundle-run --root="$WORK/none" kill bell
    expect_output "a new container has a new name" "" in_bash bundle-run --root "$WORK/states" run bell
    box delete --force "$UNIQUE"
else
    skip "a container" "$REASON"
fi

# ---- the program behind --
expect_output "a program behind --" "chroot-only" in_bash ns-enter --new user -- chroot-o
expect_output "and its options" "$(lines --stay --step)" in_bash ns-enter --new user -- chroot-only --st
expect_output "and what is behind it" "$(lines --read-only)" in_bash ns-enter --new user -- chroot-only R -- root-pivot --r
expect_output "that of others as they say it" "other: x after other" in_bash ns-enter --new user -- other x
expect_output "files for who says nothing" "file" in_bash ns-enter --new user -- cat fil
expect_output "behind a verb, too" "chroot-only" in_bash bundle-run run box -- chroot-o
expect_output "a container's program needs no --" "chroot-only" in_bash bundle-run exec --tty box chroot-o
expect_output "but may have it" "chroot-only" in_bash bundle-run exec box -- chroot-o
expect_output "there is no program behind a tool without" "" in_bash layer-pack x y -- chroot-o

# ---- the other shells
if have fish; then
    in_fish() { HOME=$WORK fish --no-config -c 'for file in $argv[1]/fish/vendor_completions.d/*; source $file; end; complete -C $argv[2]' "$WORK/share" "$1"; }
    expect_output "fish: an option, with what it is" "--hostname	the host name inside (uts)" in_fish "ns-enter --ho"
    expect_match "fish: verbs" "events	*exec	*" in_fish "bundle-run e"
    expect_output "fish: a verb's options" "--force	end it first if it runs; no error if there is none" in_fish "bundle-run delete --fo"
    expect_match "fish: a list" "user,mount*" in_fish "ns-enter --new user,mo"
    expect_match "fish: one of a few words" "shared	*slave	*" in_fish "bind-mounter --propagation s"
    expect_match "fish: the program behind --" "--stay	*--step	*" in_fish "ns-enter --new user -- chroot-only --st"
else
    skip "fish" "$REASON"
fi
if have zsh python3; then
    # in_zsh WORDS: the line that zsh makes of it at Tab, by a terminal: there is no other way to ask.
    in_zsh() {
        ZDOTDIR=$WORK python3 - "$WORK/share/zsh/site-functions" "$1" <<'END'
import os, pty, re, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="vt100", PS1="% ", COLUMNS="200")
    os.execvp("zsh", ["zsh", "-f", "-i"])
def wait(pattern):
    seen, end = "", time.time() + 20
    while not re.search(pattern, seen) and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x0f", "", os.read(fd, 65536).decode())
    return seen
os.write(fd, f"unsetopt zle_bracketed_paste; fpath=({sys.argv[1]} $fpath); autoload -Uz compinit; compinit -D -u; echo rea''dy\n".encode())
wait("ready")
os.write(fd, sys.argv[2].encode() + b"\t\x01echo '\x05'\n")
print(re.findall(r"\n(" + sys.argv[2].split()[0] + r".*?)\s*\r\n", wait(r"\n" + sys.argv[2].split()[0] + r".*\n"))[-1])
os.write(fd, b"exit\n")
os.waitpid(pid, 0)
END
    }
    touch "$WORK/.zshrc"
    for file in "$WORK"/share/zsh/site-functions/*; do
        zsh -n "$file" || _not_ok "zsh reads $(basename "$file")"
    done
    expect_output "zsh: an option" "ns-enter --hostname" in_zsh "ns-enter --ho"
    expect_output "zsh: a verb's option" "bundle-run delete --force" in_zsh "bundle-run delete --fo"
    expect_output "zsh: a verb" "bundle-run features" in_zsh "bundle-run fe"
    expect_output "zsh: one of a few words" "layer-pack --compress zstd" in_zsh "layer-pack --compress zs"
    expect_output "zsh: the program behind --" "ns-enter --new user -- chroot-only --stay" in_zsh "ns-enter --new user -- chroot-only --sta"
else
    skip "zsh" "$REASON"
fi
