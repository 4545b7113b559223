#!/usr/bin/env bash
# tests/runtime/terminal.sh - process.terminal: a new pty, its size, its keys, its end.
source "$(dirname "$0")/bundles.sh"
needs root python3
bundle B
change B '.process.terminal = true'
# typing KEYS COMMAND...: COMMAND on a terminal of 33x77 on which KEYS (Python escapes) are typed once it says "ready".
typing() {
    python3 -c '
import fcntl, os, pty, struct, sys, termios
keys = sys.argv[1].encode().decode("unicode_escape").encode()
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while True:
    try: piece = os.read(fd, 4096)
    except OSError: break
    if not piece: break
    seen += piece
    if b"ready" in seen and keys: os.write(fd, keys); keys = b""
sys.stdout.write(seen.replace(b"\r\n", b"\n").decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)' "$@" </dev/null
}
run_box=(timeout 20 "$BELL_BIN/bundle-run" --root "$STATES" run --bundle B "$BOX")
expect_output "the program's terminal is the container's own" /dev/pts/0 typing "" "${run_box[@]}" -- tty
expect_output "it has the size of the caller's" "33 77" typing "" "${run_box[@]}" -- sh -c 'sleep 0.2; stty size'
expect_output "/dev/console is that terminal" yes typing "" "${run_box[@]}" -- sh -c '[ "$(stat -c %t:%T /dev/console)" = "$(stat -Lc %t:%T /dev/pts/0)" ] && echo yes'
expect_match "what is typed reaches the program" "*got words*" typing 'words\n' "${run_box[@]}" -- sh -c 'echo ready; read line; echo got $line'
expect_status "Ctrl-C ends the program, not the runtime" 130 typing '\x03' "${run_box[@]}" -- sh -c 'trap "exit 130" INT; echo ready; while :; do sleep 0.1; done'
expect_match "Ctrl-D is the end of its input" "*ended*" typing '\x04' "${run_box[@]}" -- sh -c 'echo ready; cat; echo ended'
expect_status "its exit status is ours" 42 typing "" "${run_box[@]}" -- sh -c 'exit 42'
expect_match "the program leads a session with that terminal" "1 1 34816*" typing "" "${run_box[@]}" -- awk '{print $5, $6, $7}' /proc/self/stat
change B '.process.terminal = false'
expect_output "run --tty gives it one, whatever the config says" /dev/pts/0 typing "" timeout 20 "$BELL_BIN/bundle-run" --root "$STATES" run --tty --bundle B "$BOX" -- tty
change B '.process.terminal = true'
# A shell inside is the one who stops and continues programs: Ctrl-Z is its affair, not ours.
expect_match "job control is the container's: Ctrl-Z stops the program, and its shell goes on" "*^Z*goes on*" \
    typing '\x1a' "${run_box[@]}" -- sh -ic '(sleep 0.5; echo ready) & sleep 100; echo goes on; kill -KILL %2'
expect_match "a change of our window's size reaches it" "*12 34*" python3 -c '
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
while True:
    try: piece = os.read(fd, 4096)
    except OSError: break
    if not piece: break
    seen += piece
    if b"ready" in piece: fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 34, 0, 0))
print(seen.decode())' "${run_box[@]}" -- sh -c 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.1; done'
change B '.process.consoleSize = {height: 11, width: 22}'
expect_match "without a terminal of the caller's the config's size counts" "11 22*" bash -c '"$@" </dev/null | tr -d "\r"' - "${run_box[@]}" -- stty size
expect_error "a container in the background has nobody at its terminal" 1 "*--console-socket*" br run --detach --bundle B "$BOX" -- true
expect_error "nor has a created one" 1 "*--console-socket*" br create --bundle B "$BOX" -- true
cat >receive.py <<'P'
import array, os, socket, sys
server = socket.socket(socket.AF_UNIX); server.bind("console.sock"); server.listen(1)
connection, _ = server.accept()
_, control, _, _ = connection.recvmsg(4096, socket.CMSG_LEN(4))
fd = array.array("i", control[0][2])[0]
seen = b""
while True:
    try: piece = os.read(fd, 4096)
    except OSError: break
    if not piece: break
    seen += piece
print(seen.decode().strip())
P
python3 receive.py >received & receiver=$!
wait_until test -S console.sock
check "a console socket gets the terminal" box B create --console-socket console.sock -- sh -c 'tty'
expect_output "the created one has no other: who reads what create says comes to its end" "/dev/pts/0 /dev/pts/0 /dev/pts/0" \
    bash -c 'cd "/proc/$(bundle-run --root "$STATES" state "$BOX" | jq .pid)/fd" && readlink 0 1 2 | xargs'
check "of a container that starts later" br start "$BOX"
wait_until is_now stopped
wait $receiver
expect_output "and sees what is written there" /dev/pts/0 cat received
br delete "$BOX"
change B '.mounts |= map(select(.destination != "/dev/pts"))'
expect_error "no devpts, no terminal: that is told" 1 "*no /dev/pts*bind-mounter --devpts*" box B run -- true
check "at the end nothing is left" nothing_left
