#!/usr/bin/env bash
# tests/security/process.sh - what a container's process could reach of the host: descriptors, working directory, the
# runtime's own binary, powers, kernel settings, states. (classes D E G I J K S T)
source "$(dirname "$0")/../runtime/bundles.sh"
needs root python3
bundle B

# ---- D: descriptors and the working directory
expect_output "the oracle works: without a runtime a leaked descriptor leads out" marker unshare -m bash -c '
    exec 7<"$WORK/B" && mount -t proc proc B/rootfs/proc && chroot B/rootfs cat /proc/self/fd/7/rootfs/marker'
escaped=0 tried=0
for ((fd = 3; fd <= 60; ++fd)); do
    change B ".process.cwd = \"/proc/self/fd/$fd\""
    out=$(bash -c "exec $fd</; exec \"\$BELL_BIN/bundle-run\" --root \"\$STATES\" run --bundle B \"\$BOX\" -- sh -c 'ls -d ../../../../../../..\$WORK 2>/dev/null; ls -d .\$WORK 2>/dev/null; cat tmp/bell-test*/B/config.json'" 2>/dev/null </dev/null)
    ((++tried))
    [[ -z $out ]] || { escaped=1; break; }
done
change B '.process.cwd = "/"'
expect_output "a working directory of /proc/self/fd/N leads nowhere, for N 3 to 60, with / leaked as N (D)" "0 58" echo $escaped $tried
expect_error "and is told, where it leads out" 1 "*" bash -c 'exec 9</; jq ".process.cwd = \"/proc/self/fd/9\"" B/config.json >c.json; bundle-run --root "$STATES" run --bundle B --config c.json "$BOX" -- true'
expect_output "a leaked O_PATH descriptor of / doesn't reach the program (D)" "0 1 2 3" python3 -c '
import os, subprocess
fds = [os.open("/", os.O_PATH) for _ in range(20)]
print(subprocess.run([os.environ["BELL_BIN"] + "/bundle-run", "--root", os.environ["STATES"], "run", "--bundle", "B", os.environ["BOX"], "--", "sh", "-c",
    "cd /proc/self/fd; echo *"], close_fds=False, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout.strip())'
expect_output "--preserve-fds hands on as many as it says, no more" "0 1 2 3 4 5" \
    bash -c 'exec 3</dev/null 4</dev/null 5</; bundle-run --root "$STATES" run --preserve-fds 2 --bundle B "$BOX" -- sh -c "cd /proc/self/fd; echo *"'

# ---- E: the runtime's binary
cp -r "$BELL_BIN" bin
own=$(cat bin/* | sha256sum)
bins_are_unchanged() { [[ $(cat bin/* | sha256sum) == "$own" ]]; }
cat >B/rootfs/bin/overwrite <<'S'
#!/bin/sh
for exe in /proc/1/exe /proc/self/exe /proc/[0-9]*/exe; do
    case $(readlink $exe) in *busybox*) continue ;; esac
    (echo evil >"$exe") 2>/dev/null && echo "wrote $exe"
done
echo tried
S
printf '#!/proc/self/exe\n' >B/rootfs/bin/again
chmod +x B/rootfs/bin/*
expect_match "an entrypoint #!/proc/self/exe gets no hold of the runtime (E)" "*" bash -c 'bin/bundle-run --root "$STATES" run --bundle B "$BOX" -- again 2>&1; true'
check "its binary is unchanged" bins_are_unchanged
change B '.process.capabilities |= with_entries(.value = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]) | .process.noNewPrivileges = false'
expect_output "nor does a program with great powers by /proc/1/exe (E)" tried bin/bundle-run --root "$STATES" run --bundle B "$BOX" -- overwrite

# The attack of 2019: hold /proc/PID/exe of the runtime, and write to it when nobody runs it any more.
cat >B/rootfs/bin/hold <<'S'
#!/bin/sh
cd /tmp && rm -f held done
exec 5</proc/$PPID/exe && touch held
while [ ! -e gone ]; do sleep 0.05; done
(echo evil >/proc/self/fd/5) 2>done.new
mv done.new done
S
chmod +x B/rootfs/bin/hold
# hold_attack DIR COMMAND...: the command runs hold with DIR as /tmp; killed, it is written to.
hold_attack() {
    rm -f "$1"/{gone,held,done}
    "${@:2}" </dev/null >/dev/null 2>&1 & local victim=$!
    wait_until test -e "$1/held" && kill -KILL $victim
    wait $victim 2>/dev/null
    touch "$1/gone"
    wait_until test -e "$1/done"
}
mkdir naive && cp "$(command -v busybox)" naive/busybox && naive=$(sha256sum <naive/busybox)
sed "s|cd /tmp|cd $WORK/naive|" B/rootfs/bin/hold >naive/hold && chmod +x naive/hold
hold_attack naive naive/busybox sh -c 'naive/hold; :'
refute "the oracle works: a naive parent's binary is overwritten" test "$(sha256sum <naive/busybox)" = "$naive"
change B '.linux.namespaces |= map(select(.type != "pid"))'
hold_attack B/rootfs/tmp bin/bundle-run --root "$STATES" run --bundle B "$BOX" -- hold
check "who holds the runtime's /proc/PID/exe has a read-only file (E)" grep -q "Read-only\|Permission\|not permitted" B/rootfs/tmp/done
br delete --force "$BOX"
# Not only /proc/PID/exe: each piece of the file that is mapped is a way to it, too (proc_pid_map_files(5)).
bin/bundle-run --root "$STATES" run --bundle B "$BOX" -- sleep 60 </dev/null >/dev/null 2>&1 & victim=$!
check "it runs" wait_until is_now running
expect_output "nothing that the runtime has mapped leads to its file (E)" "/" \
    bash -c 'for each in /proc/$1/exe /proc/$1/map_files/*; do readlink "$each"; done | sort -u' - $victim
refute "and what its program is can't be opened for writing (E)" bash -c ': 2>/dev/null >>"/proc/$1/exe"' - $victim
br delete --force "$BOX"; { wait $victim; } 2>/dev/null
check "its binary is unchanged by either" bins_are_unchanged
expect_match "a chain's tools can't be reached from the root they have entered (E)" "*tried" bash -c '
    bin/ns-enter --new mount,pid -- bin/bind-mounter --proc B/rootfs/proc -- root-pivot B/rootfs -- priv-drop --caps all -- sh /bin/overwrite 2>&1 ||
    bin/ns-enter --new mount,pid -- root-pivot B/rootfs -- bind-mounter --proc /proc -- priv-drop -- sh /bin/overwrite'
check "the tools of the chain are unchanged" bins_are_unchanged
bundle B

# ---- G: powers
caps="awk '/^Cap(Inh|Amb)/ {printf \"%s \", \$2}' /proc/self/status"
none="0000000000000000 0000000000000000 "
expect_output "inheritable and ambient powers of the caller don't come along (G)" "$none" \
    setpriv --inh-caps +net_raw,+sys_admin --ambient-caps +net_raw,+sys_admin bash -c 'bundle-run --root "$STATES" run --bundle B "$BOX" -- sh -c "$1"' - "$caps"
expect_output "nor with a user that isn't root (G)" "$none" \
    setpriv --inh-caps +net_raw --ambient-caps +net_raw bash -c 'jq ".process.user.uid = 7" B/config.json >c.json; bundle-run --root "$STATES" run --config c.json --bundle B "$BOX" -- sh -c "$1"' - "$caps"
expect_output "the oracle works: they would come along to a plain program" "0000000000002000" \
    setpriv --inh-caps +net_raw --ambient-caps +net_raw awk '/^CapAmb/ {print $2}' /proc/self/status

# ---- I: kernel settings and cgroups
pattern=$(cat /proc/sys/kernel/core_pattern)
for name in kernel.core_pattern kernel/core_pattern kernel.shm_rmid_forced/../core_pattern 'kernel.shm_rmid_forced=1+kernel.core_pattern' \
    net.../kernel.core_pattern net/../kernel/core_pattern net.. .. '' fs.mqueue.../../kernel/core_pattern vm.swappiness kernel.hostname/../core_pattern; do
    run changed B '.linux.sysctl = {"'"$name"'": "|/evil"}' true
    if ((STATUS == 1)) && [[ $ERR == *sysctl* && $(cat /proc/sys/kernel/core_pattern) == "$pattern" ]]; then _ok "sysctl '$name' is refused (I)"; else _details "sysctl '$name' is refused (I)" "" sysctl; fi
done
expect_error "a sysctl of a namespace that is the host's is refused (I)" 1 "*sysctl*ipc*" \
    changed B '.linux.namespaces |= map(select(.type != "ipc")) | .linux.sysctl = {"kernel.msgmax": "77"}' true
expect_output "a program can't move out of its cgroup, or change its limits (I)" "1 1" \
    box B run -- sh -c 'f=$(find /sys/fs/cgroup -name cgroup.procs | head -1); (echo 1 >$f) 2>/dev/null; echo $? $(mkdir ${f%/*}/x 2>/dev/null; echo $?)'
for path in /../../../escape ../../escape /a/../../escape; do
    changed B ".linux.cgroupsPath = \"$path-$BOX\"" true >/dev/null 2>&1
    expect_output "the cgroup path $path stays below the hierarchies (I)" "" bash -c 'ls -d /sys/fs/*escape* /sys/*escape* /*escape* 2>/dev/null; find /sys/fs/cgroup -maxdepth 1 -name "*escape*"'
done
expect_error "the root cgroup is nobody's to limit (I)" 1 "*" changed B '.linux.cgroupsPath = "/"' true
expect_error "a name of a cgroup file doesn't lead out (I)" 1 "*unified*" changed B '.linux.resources.unified = {"../cgroup.procs": "1"}' true
expect_output "annotations change nothing (I)" "0000000020000420 1" changed B '.annotations = {"run.oci.keep_original_groups": "1", "run.oci.seccomp": "x", "org.systemd.property.X": "1"}' \
    awk '/^CapBnd/ {printf "%s ", $2} /^NoNewPrivs/ {print $2}' /proc/self/status

# ---- J: messages between the processes
many=$(jq -nc '[range(0; 4000) | {containerID: (. * 10), hostID: (100000 + . * 10), size: 10}]')
printf '%s' "$many" >many.json
refuse_or_run() { run "${@:2}"; if ((STATUS < 124)) && nothing_left; then _ok "$1"; else _details "$1" "runs or is refused, and leaves nothing" "${@:2}"; fi; }
jq --slurpfile m many.json '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = $m[0] | .linux.gidMappings = $m[0]' B/config.json >c.json
refuse_or_run "200 KiB of mappings are refused in good order (J)" br run --config c.json --bundle B "$BOX" -- true
expect_match "with a reason" "*uid_map*" echo "$ERR"
long=/proc$(printf '/.%.0s' {1..1800})/self/ns/uts
refuse_or_run "a namespace path of 3600 characters is no trouble (J)" changed B ".linux.namespaces |= map(if .type == \"uts\" then .path = \"$long\" else . end) | del(.hostname)" true
refuse_or_run "one of 100000 is refused (J)" changed B '.linux.namespaces |= map(if .type == "uts" then .path = "/" + ("x" * 100000) else . end)' true
refuse_or_run "100 KiB of annotations are no overflow (J)" changed B '.annotations.long = ("x" * 100000)' true
refuse_or_run "a hostname of 10000 characters is refused (J)" changed B '.hostname = ("x" * 10000)' true
refuse_or_run "JSON nested 100000 deep is refused (J)" bash -c 'python3 -c "print(\"[\" * 100000)" >c.json; bundle-run --root "$STATES" run --config c.json --bundle B "$BOX" -- true'

# ---- K: hooks
cat >B/rootfs/evil.so <<<"not even a library"
jq --arg log "$WORK/hook" '.process.env += ["LD_PRELOAD=/evil.so", "LD_LIBRARY_PATH=/lib"] | .hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "env >" + $log]}]' B/config.json >c.json
check "a hook runs with the host's files, whatever the program's environment (K)" br run --config c.json --bundle B "$BOX" -- true
expect_output "LD_PRELOAD of the program doesn't reach it (K)" "" sed -n /LD_/p hook

# ---- S: seccomp by another architecture
if [[ $(uname -m) == x86_64 ]] && echo 'int main(void) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(39), "b"("/tmp/i386"), "c"(0755) : "memory"); return r == -13 ? 13 : 1; }' |
    gcc -static -no-pie -x c -o B/rootfs/bin/i386 - 2>/dev/null && { run box B run -- i386; [[ -d B/rootfs/tmp/i386 ]]; }; then
    filter='.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}'
    run changed B "$filter" i386
    if ((STATUS == 13 || STATUS > 128)); then _ok "the same call by i386's numbers is denied as well (S)"; else _details "the same call by i386's numbers is denied as well (S)" "" i386; fi
else
    skip "the same call by i386's numbers is denied as well (S)" "no 32-bit calls here, or no static compiler"
fi

# ---- T: states
mkdir target
for made in dangling link file; do
    rm -rf states2; mkdir -m 0700 states2
    case $made in
        dangling) ln -s "$WORK/target/new" "states2/$BOX" ;;
        link) ln -s "$WORK/target" "states2/$BOX" ;;
        file) touch "states2/$BOX" ;;
    esac
    refute "a $made in the place of a state is not followed (T)" bundle-run --root states2 run --bundle B "$BOX" -- true
    expect_output "and nothing is written behind it" "" ls -A target
done
rm -rf states2; ln -s target states2
refute "nor a symlink in the place of all states (T)" bundle-run --root states2 list
rm states2; install -d -m 0700 -o 12345 states2
expect_error "a state directory of another user is refused (T)" 1 "*is not yours alone*" bundle-run --root states2 run --bundle B "$BOX" -- true
rm -rf states2; install -d -m 0777 states2
expect_error "as is one that others can write (T)" 1 "*is not yours alone*" bundle-run --root states2 run --bundle B "$BOX" -- true
box B create -- true </dev/null
expect_output "states are for their owner's eyes only (T)" "700 600" bash -c 'echo $(stat -c %a "$STATES/$BOX" "$STATES/$BOX/state.json")'
br delete --force "$BOX"
check "at the end nothing is left" nothing_left
