#!/usr/bin/env bash
# tests/tools/chroot-only.sh - another root directory: doing it, describing it, and every way in which it fails.
source "$(dirname "$0")/../harness.sh"
needs python3 jq
rootfs R
config() { echo '{"ociVersion":"1.0.2","x":{"y":[1]},"process":{"cwd":"/","args":["sh"]},"z":1}'; }

# ---- do
with root check "the program sees the new root" chroot-only R -- test -f /marker
with root expect_output "the program starts in the new root's /" / chroot-only R -- pwd
echo outside >outside
with root expect_output "with --stay it starts where it was: outside" outside chroot-only --stay R -- cat outside
with root expect_output "a root is seen under its name, whatever the path to it" marker chroot-only ././R/../R// -- cat /marker
with root expect_output "arguments are handed on as they are" "<a b><><--x><\$HOME>" \
    chroot-only R -- sh -c 'printf "<%s>" "$@"' sh 'a b' '' --x '$HOME'
with root expect_output "the environment is handed on" sea env BELL=sea chroot-only R -- sh -c 'echo $BELL'
with root expect_status "the program's exit status is ours" 42 chroot-only R -- sh -c 'exit 42'
with root expect_status "a program that a signal ends is told as the shell tells it" 143 \
    bash -c 'chroot-only R -- sh -c "kill -TERM \$\$"'
with root expect_output "the program has its stdin" words bash -c 'echo words | chroot-only R -- cat'
with root expect_output "the program gets descriptors 0, 1 and 2 only (3 is its own look)" "0 1 2 3" \
    bash -c 'exec 7</ 9</etc/passwd; chroot-only / -- bash -c "cd /proc/self/fd; echo *"'

# ---- as an ordinary user
mkdir -p plain && chmod 755 plain
expect_error "an ordinary user is told the way in" 125 \
    "chroot-only: chroot plain: Operation not permitted
  (hint: put 'ns-enter --new user --' in front)" as_user chroot-only plain -- true
with "userns ns-enter" expect_output "the hint works" marker as_user ns-enter --new user -- chroot-only R -- cat /marker

# ---- chains
with "root ns-enter" expect_output "the next tool is found though it isn't in the new root" box \
    chroot-only R -- ns-enter --new uts --hostname box -- hostname
with "root ns-enter" expect_output "a chain hands its tools on over several hops" box \
    ns-enter --new mount -- chroot-only R -- chroot-only / -- ns-enter --new uts --hostname box -- hostname
with root expect_error "--chain is not for people" 125 "chroot-only: --chain: not handed on by a tool of this kit*" \
    chroot-only "--chain=;;x=77" R -- true
with root expect_output "the payload's environment shows nothing of the narration" BELL=sea \
    env -i BELL=sea "$BELL_BIN/chroot-only" --explain R -- chroot-only / -- env

# ---- what can be wrong with the root
expect_error "a root that isn't there is told" 125 "chroot-only: chroot nowhere: No such file or directory*" \
    as_user chroot-only nowhere -- true
touch file
expect_error "a root that is a file is told" 125 "chroot-only: chroot file: Not a directory*must be a directory*" \
    as_user chroot-only file -- true
ln -s R link
with root check "a root may be a symlink" chroot-only link -- test -f /marker
expect_error "an empty root is told" 125 "chroot-only: chroot: No such file*" as_user chroot-only "" -- true

# ---- what can be wrong with the program
with root expect_error "a program that isn't there is 127" 127 "chroot-only: run nothing: not found*hint: looked in *" \
    chroot-only R -- nothing
with root expect_error "a path that isn't there is 127" 127 "chroot-only: run /bin/nothing: No such file*" \
    chroot-only R -- /bin/nothing
touch R/bin/plain
with root expect_error "a file that isn't executable is 126" 126 \
    "chroot-only: run plain: Permission denied*/bin/plain is there, but isn't executable*" env PATH=/bin "$BELL_BIN/chroot-only" R -- plain
with root expect_error "a directory is no program" 126 "chroot-only: run /bin: Permission denied*" chroot-only R -- /bin
printf '#!/no/such/shell\n' >R/bin/script && chmod +x R/bin/script
with root expect_error "a missing interpreter is named" 127 \
    "chroot-only: run script: No such file or directory*script is there, but its interpreter /no/such/shell is not*" \
    chroot-only R -- script
printf 'echo\n' >R/bin/headless && chmod +x R/bin/headless
with root expect_error "a script without #! is told" 126 "chroot-only: run headless: Exec format error*#!*" \
    chroot-only R -- headless
loader=$(readelf -l /bin/ls 2>/dev/null | sed -n 's/.*interpreter: \(.*\)]/\1/p')
cp /bin/ls R/bin/dynamic
with "root readelf" expect_error "a missing loader is named" 127 \
    "chroot-only: run dynamic: No such file or directory*dynamic is there, but its loader $loader is not*" \
    chroot-only R -- dynamic
expect_error "-- without a program is told" 125 "chroot-only: no program after '--'*" chroot-only R --

# ---- describe
expect_output "it writes root.path" '"demo/rootfs"' bash -c "$(declare -f config); config | chroot-only demo/rootfs | jq .root.path"
expect_output "every other field keeps its value and its place" '{"ociVersion":"1.0.2","x":{"y":[1]},"process":{"cwd":"/","args":["sh"]},"z":1,"root":{"path":"R"}}' \
    bash -c "$(declare -f config); config | chroot-only R | jq -c ."
config >config.json
check "--bundle changes the file in place" chroot-only --bundle . demo/rootfs
expect_output "and prints nothing" "" cat .out
expect_output "and keeps the unknown fields" '[{"y":[1]},1,"demo/rootfs"]' jq -c '[.x,.z,.root.path]' config.json
chmod 0640 config.json
chroot-only --bundle . R
expect_output "and keeps the file's mode: it may hold secrets" 640 stat -c %a config.json
expect_output "and leaves no other file" config.json bash -c 'ls config.json*'
expect_match "--explain tells the change, and only the change" '*/root/path: "R" -> "S"' \
    bash -c 'chroot-only --explain S <config.json 2>&1 >/dev/null'

# ---- what can be wrong with the document
expect_error "empty stdin is told, with the likely reason" 125 "chroot-only: stdin is empty; a config.json was expected*pipefail*" \
    bash -c 'chroot-only R </dev/null'
expect_error "closed stdin is as empty" 125 "chroot-only: stdin is empty*" bash -c 'chroot-only R <&-'
expect_match "a terminal on stdin is told, not waited for" "*stdin is a terminal; a config.json was expected*bundle-run spec |*" \
    bash -c "$(declare -f on_terminal); on_terminal chroot-only R || true"
expect_match "without any word on a terminal there is the usage" "*chroot-only [[]OPTIONS] ROOT -- PROGRAM*" \
    bash -c "$(declare -f on_terminal); on_terminal chroot-only || true"
expect_error "invalid JSON has a line and a column" 125 "chroot-only: stdin: not valid JSON, line 2, column 3*" \
    bash -c 'printf "{\n  oops}" | chroot-only R'
expect_error "a wrong type has a pointer" 125 'chroot-only: stdin: /process/cwd: must be a string, is 7' \
    bash -c 'echo "{\"ociVersion\":\"1\",\"process\":{\"cwd\":7}}" | chroot-only R'
expect_error "a state where a config was due is told" 125 "*this is a container's state, not a config.json*--target -*" \
    bash -c 'echo "{\"ociVersion\":\"1.0.2\",\"id\":\"a\",\"status\":\"running\",\"bundle\":\"/\"}" | chroot-only R'
expect_error "a bundle that isn't there is told" 125 "chroot-only: open no/such/config.json: No such file*" \
    chroot-only --bundle no/such R
expect_error "a full disk is told" 125 "chroot-only: write stdout: No space left on device*" \
    bash -c 'chroot-only R <config.json >/dev/full'
check "closed stdout and stderr harm nobody" bash -c 'chroot-only R <config.json >&- 2>&-'
refute "no descriptor of ours lands on a closed one" bash -c 'chroot-only /nowhere <config.json -- true >&- 2>&-'

# ---- the command line
expect_error "an unknown option finds its word" 125 "chroot-only: unknown option '--sta' (did you mean '--stay'?)*" \
    chroot-only --sta R -- true
expect_error "a forgotten root is told" 125 "chroot-only: ROOT is required*chroot-only --help*" chroot-only -- true
expect_error "--target has no meaning here" 125 "chroot-only: --target has no meaning here: *chroot(2)*" chroot-only --target 1 R
expect_match "--help fits a screen" "chroot-only: run a program*" chroot-only --help
expect_match "--version tells the kit and the version" "chroot-only (Diving Bell) [0-9]*" chroot-only --version
expect_error "a full disk is told by --help too" 125 "chroot-only: write stdout: No space left*" bash -c 'chroot-only --help >/dev/full'

# ---- telling
expect_match "--dry-run tells what would be done, as anybody" "*-> chroot(\"R\")*-> chdir(\"/\")*-> execve(\"/bin/only-there\"*" \
    bash -c 'as() { "$@" 2>&1; }; as chroot-only --dry-run R -- /bin/only-there'
expect_output "--dry-run changes no file" "$(cat config.json)" bash -c 'chroot-only --dry-run --bundle . T 2>/dev/null; cat config.json'
with root expect_match "--explain tells each call" "1 chroot-only *
                 -> chroot(\"R\")
                 -> chdir(\"/\")*-> execve(\"*true\"*" bash -c 'chroot-only --explain R -- true 2>&1'
with root expect_match "a later tool's own --explain counts" "*[[][0-9]*] chdir*" \
    bash -c 'chroot-only --explain R -- chroot-only --explain=full / -- true 2>&1'
expect_error "--step without a terminal is told" 125 "*--step waits for Enter on a terminal*" setsid chroot-only --step R -- true
