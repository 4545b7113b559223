# shellcheck shell=bash disable=SC2034    # break, check and the test read the tables
# faults.bash - what can be wrong with the container of lesson 16. If you are looking for just that: read no further.
#
#     fault NAME KIND LESSON GROUP WHAT      a bundle gets one fault of a group at most
#     in_config CHANGE CONDITION REMEDY      jq filters for config.json: what breaks it; what holds where it is sound
#     in_files CHANGE CONDITION REMEDY       the same as commands, in the bundle's directory; $rootfs is its root.path
#
# KIND is how it shows: stops (nothing starts), odd (it starts, and doesn't do its work; some don't let it start either),
# weak (it does its work, and is less shut in than was ordered). The remedy is one that may be typed beside the bundle "demo",
# with the lesson's `mend`, which changes config.json by a filter.
faults=()
declare -A kind lesson group what breaks sound remedy place
fault() { faults+=("$1"); kind[$1]=$2 lesson[$1]=$3 group[$1]=$4 what[$1]=$5; }
_of_last() { local last=${faults[-1]}; place[$last]=$1 breaks[$last]=$2 sound[$last]=$3 remedy[$last]=$4; }
in_config() { _of_last config "$@"; }
in_files() { _of_last files "$@"; }

# ---- nothing starts

fault version stops 13 version "ociVersion is no version"
in_config '.ociVersion = "latest"' '.ociVersion | test("^1[.][0-9]+[.][0-9]+")' \
    "mend '.ociVersion = \"1.0.2\"'"

fault type stops 13 type "process.terminal is a string: it has to be true or false"
in_config '.process.terminal = "no"' '.process.terminal | . == null or . == false' \
    "mend '.process.terminal = false'"

fault root stops 01 root "root.path names no directory"
in_config '.root.path = "rotfs"' '.root.path as $path | $directories | split("\n") | index($path | rtrimstr("/"))' \
    "root-pivot rootfs --bundle demo"

fault interpreter stops 01 program "serve is a script for bash, and no bash is there"
in_files 'sed -i "1s,/bin/sh,/bin/bash," rootfs/srv/bin/serve' '[[ $(head -n 1 "$rootfs/srv/bin/serve") == "#!/bin/sh" ]]' \
    "sed -i '1s,/bin/bash,/bin/sh,' demo/rootfs/srv/bin/serve"

fault path stops 01 program "PATH in process.env doesn't lead to serve"
in_config '.process.env |= map(if startswith("PATH=") then "PATH=/usr/bin:/bin" else . end)' \
    '[.process.env[] | select(startswith("PATH="))] | length == 1 and (.[0][5:] | split(":") | index("/srv/bin"))' \
    "priv-drop --env PATH=/srv/bin:/bin --bundle demo"

fault hook stops 13 hook "a hook fails"
in_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "echo no such network: quay >&2; exit 1"]}]' \
    '[.hooks // {} | .[][]] == []' \
    "mend 'del(.hooks)'"

fault no-hook stops 13 hook "a hook is a program that isn't there"
in_config '.hooks.poststart = [{path: "/opt/harbour/announce"}]' \
    '[.hooks // {} | .[][]] == []' \
    "mend 'del(.hooks)'"

fault device stops 05 device "a mount of a device that the host hasn't got"
in_config '.mounts += [{destination: "/dev/radar", type: "bind", source: "/dev/harbour-radar", options: ["bind", "nosuid"]}]' \
    'all(.mounts[]; .destination != "/dev/radar")' \
    "bind-mounter --umount /dev/radar --bundle demo"

fault files stops 09 files "three open files: the shell can't open its script"
in_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 3, hard: 3}]' \
    '[.process.rlimits[] | select(.type == "RLIMIT_NOFILE") | .soft, .hard] | length == 2 and all(. >= 64 and . <= 256)' \
    "priv-drop --rlimit nofile=256 --bundle demo"

fault no-exec stops 09 filter "the filter refuses execve: no program can be started"
in_config '.linux.seccomp.syscalls[0].names += ["execve", "execveat"]' \
    '[.linux.seccomp.syscalls[] | select(.action == "SCMP_ACT_ERRNO") | .names[]]
        | index("execve") == null and index("mount") and index("ptrace") and index("mkdir")' \
    "mend '.linux.seccomp.syscalls[0].names -= [\"execve\", \"execveat\"]'"

fault uts stops 04 name "a host name is asked for, without a uts namespace to have it in"
in_config '.linux.namespaces |= map(select(.type != "uts"))' \
    '.hostname == "harbour" and any(.linux.namespaces[]; .type == "uts" and .path == null)' \
    "ns-enter --new uts --bundle demo"

# ---- it doesn't do its work

fault typo odd 13 name "hostnmae: a field of that name is ignored"
in_config '.hostnmae = .hostname | del(.hostname)' \
    '.hostname == "harbour" and any(.linux.namespaces[]; .type == "uts" and .path == null)' \
    "ns-enter --new uts --hostname harbour --bundle demo"

fault pid odd 07 proc "no pid namespace: it has the host's"
in_config '.linux.namespaces |= map(select(.type != "pid"))' 'any(.linux.namespaces[]; .type == "pid" and .path == null)' \
    "ns-enter --new pid --bundle demo"

fault proc odd 07 proc "nobody mounts /proc"
in_config '.mounts |= map(select(.destination != "/proc"))' 'any(.mounts[]; .destination == "/proc" and .type == "proc")' \
    "bind-mounter --proc /proc --bundle demo"

fault order odd 05 order "the tmpfs at /run comes last, and covers /run/notes"
in_config '.mounts |= map(select(.destination != "/run")) + map(select(.destination == "/run"))' \
    '[.mounts[].destination] | index("/run/notes") as $notes | $notes and (index("/run") // -1) < $notes' \
    "bind-mounter --umount /run/notes --bundle demo && bind-mounter --rbind notes:/run/notes:nosuid,ro --bundle demo"

fault cwd odd 01 cwd "process.cwd is another directory than that of its files"
in_config '.process.cwd = "/srv/www"' '.process.cwd | rtrimstr("/") == "/srv"' \
    "priv-drop --cwd /srv --bundle demo"

fault user odd 03 user "process.user is 1000: for an ordinary user an id that isn't mapped, for root not the one ordered"
in_config '.process.user.uid = 1000' '.process.user.uid == 0' \
    "priv-drop --user 0 --bundle demo"

# ---- it is less shut in than was ordered

fault powers weak 09 powers "more powers than three: CAP_SYS_ADMIN, CAP_SYS_PTRACE"
in_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"])' \
    '[.process.capabilities | .bounding, .effective, .permitted | sort] | all(. == ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"])' \
    "priv-drop --caps kill,net_bind_service,audit_write --bundle demo"

fault privileges weak 09 privileges "noNewPrivileges is false: a setuid program gives powers back"
in_config '.process.noNewPrivileges = false' '.process.noNewPrivileges == true' \
    "priv-drop --no-new-privs --bundle demo"

fault no-filter weak 09 filter "the filter's action is to allow: it forbids nothing"
in_config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ALLOW"' \
    '[.linux.seccomp.syscalls[] | select(.action == "SCMP_ACT_ERRNO") | .names[]]
        | index("execve") == null and index("mount") and index("ptrace") and index("mkdir")' \
    "mend '.linux.seccomp.syscalls[0].action = \"SCMP_ACT_ERRNO\"'"

fault masked weak 13 masked "maskedPaths is empty: /proc shows the host's memory, keys and timers"
in_config '.linux.maskedPaths = []' '.linux.maskedPaths | index("/proc/kcore") and index("/proc/keys") and index("/proc/timer_list")' \
    "bind-mounter --mask /proc/kcore --mask /proc/keys --mask /proc/timer_list --bundle demo"

fault propagation weak 05 propagation "rootfsPropagation is shared: its mounts may appear outside"
in_config '.linux.rootfsPropagation = "shared"' '.linux.rootfsPropagation // "" | contains("shared") | not' \
    "ns-enter --propagation private --bundle demo"

fault host weak 05 host "the host's /etc is inside"
in_config '.mounts += [{destination: "/mnt", type: "bind", source: "/etc", options: ["rbind", "ro"]}]' \
    'all(.mounts[]; .source != "/etc" and .destination != "/mnt")' \
    "bind-mounter --umount /mnt --bundle demo"

fault writable weak 06 writable "root.readonly is false"
in_config '.root.readonly = false' '.root.readonly == true' \
    "root-pivot --read-only rootfs --bundle demo"

fault notes weak 05 notes "the notes can be written: their mount has lost its ro"
in_config '(.mounts[] | select(.destination == "/run/notes") | .options) -= ["ro"]' \
    '[.mounts[] | select(.destination == "/run/notes") | .options | any(. == "ro" or . == "rro")] == [true]' \
    "bind-mounter --rbind notes:/run/notes:nosuid,ro --bundle demo"

fault pids weak 08 pids "pids.limit is -1: as many processes as it likes"
in_config '.linux.resources.pids.limit = -1' '.linux.resources.pids.limit | . > 0 and . <= 20' \
    "cgroup-setter --pids 20 --bundle demo"

fault memory weak 08 memory "memory.limit is a thousand times too small: nothing could run under it"
in_config '.linux.resources.memory.limit = 67108' '.linux.resources.memory.limit | . >= 60000000 and . <= 67108864' \
    "cgroup-setter --memory 64M --bundle demo"

fault setuid weak 09 setuid "a setuid program in the rootfs: srv/bin/repair"
in_files 'printf "#!/bin/sh\necho repaired\n" >rootfs/srv/bin/repair && chmod 4755 rootfs/srv/bin/repair' \
    '[[ -z $(find "$rootfs" -type f -perm /6000) ]]' \
    "rm demo/rootfs/srv/bin/repair"

fault key weak 11 key "a key was left in the rootfs: root/id_harbour"
in_files 'mkdir -p rootfs/root && echo "password 12345" >rootfs/root/id_harbour' \
    '[[ -z $(find "$rootfs/root" -type f) ]]' \
    "rm demo/rootfs/root/id_harbour"

fault whiteout weak 11 whiteout "a layer was unpacked by tar alone: etc/.wh.passwords, and the file that it should have removed"
in_files 'echo "harbour:12345" >rootfs/etc/passwords && : >rootfs/etc/.wh.passwords' \
    '[[ -z $(find "$rootfs" -name ".wh.*") && ! -e $rootfs/etc/passwords ]]' \
    "rm demo/rootfs/etc/.wh.passwords demo/rootfs/etc/passwords"

# ---- for the lesson's own example, seed 0

fault executable example 01 program "serve isn't executable"
in_files 'chmod -x rootfs/srv/bin/serve' '[[ -x $rootfs/srv/bin/serve ]]' \
    "chmod +x demo/rootfs/srv/bin/serve"

fault cgroup example 08 cgroup "no cgroup namespace: it sees the names of the host's cgroups"
in_config '.linux.namespaces |= map(select(.type != "cgroup"))' 'any(.linux.namespaces[]; .type == "cgroup" and .path == null)' \
    "ns-enter --new cgroup --bundle demo"

# ---- which of them, and whether they are mended

# _shuffled SEED KIND: the faults of that kind, those first whose name has the smallest digest together with the seed.
_shuffled() {
    local name digest
    for name in "${faults[@]}"; do
        [[ ${kind[$name]} == "$2" ]] || continue
        digest=$(sha256sum <<<"$1 $name")
        echo "${digest%% *} $name"
    done | LC_ALL=C sort | cut -d' ' -f2
}
# chosen SEED: three that stop it, one odd, three weak; of each group one at most. The same for whoever has the same seed.
# "only:NAME,..." are just these.
chosen() {
    local seed=$1 name line number
    local -A taken=()
    [[ $seed != 0 ]] || seed=only:executable,cgroup
    if [[ $seed == only:* ]]; then
        tr ',' '\n' <<<"${seed#only:}"
        return
    fi
    for line in "stops 3" "odd 1" "weak 3"; do
        number=${line#* }
        for name in $(_shuffled "$seed" "${line% *}"); do
            if ((number == 0)) || [[ ${taken[${group[$name]}]-} ]]; then continue; fi
            taken[${group[$name]}]=yes
            number=$((number - 1))
            echo "$name"
        done
    done
}

# sound_in DIRECTORY: the faults that the bundle hasn't got.
sound_in() (
    cd "$1" || exit
    program='' rootfs=$(jq -r '.root.path // empty' config.json 2>/dev/null)
    [[ -n $rootfs && -d $rootfs ]] || rootfs=rootfs
    for name in "${faults[@]}"; do
        if [[ ${place[$name]} == config ]]; then
            program+="(if (try first(${sound[$name]}) catch false) then \"$name\" else empty end), "
        elif eval "${sound[$name]}"; then
            echo "$name"
        fi
    done 2>/dev/null
    jq -r --arg directories "$(find . -mindepth 1 -maxdepth 1 -type d -printf '%f\n')" "$program empty" config.json 2>/dev/null
)
