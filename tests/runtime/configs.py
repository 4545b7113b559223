#!/usr/bin/env python3
"""configs.py - one generator of configs for the tests that hold two things against each other.

    configs.py DIR NAME...       prints DIR/NAME.json for each of the names, "all" of them, or "rootless" ones
    configs.py --list [rootless|rootful]
    configs.py --why NAME        why this host can't run it; nothing if it can

Each is the default spec, or the smallest, with one thing changed: what plan, chain, the narration and a run say about
them is compared (plan.sh, chain.sh, ../narration/cases.py). The paths are those of the bundle in DIR: DIR/rootfs, and
DIR/source to be bound.
"""
import copy
import json
import os
import subprocess
import sys

NAMES = ["pid", "network", "ipc", "uts", "mount", "cgroup"]


def rlimit(kind, soft, hard):
    return {"type": "RLIMIT_" + kind, "soft": soft, "hard": hard}


def mount(destination, kind, source, *options):
    return {"destination": destination, "type": kind, "source": source, "options": list(options)}


def without(config, *namespaces):
    config["linux"]["namespaces"] = [each for each in config["linux"]["namespaces"] if each["type"] not in namespaces]


def user_and_powers(c, _):
    c["process"]["user"] = {"uid": 7, "gid": 8}
    powers = ["CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_CHOWN"]
    c["process"]["capabilities"] = {"bounding": powers, "permitted": powers[:2], "effective": powers[:1],
                                    "inheritable": powers[:2], "ambient": powers[:1]}


def read_only_root(c, _):
    c["root"]["readonly"] = True


def writable_root(c, _):
    c["root"]["readonly"] = False
    c["process"]["cwd"] = "/made/for/it"
    c["process"]["noNewPrivileges"] = False


def binds(c, directory):
    source = directory + "/source"
    c["mounts"] += [mount("/mnt/tmp", "tmpfs", "scratch", "nosuid", "size=64k", "mode=0700"),
                    mount("/mnt/ro", "bind", source, "bind", "ro", "nosuid"),
                    mount("/mnt/rro", "none", source, "rbind", "rro"),
                    mount("/mnt/file", "bind", source + "/file", "bind", "noexec", "rslave")]


def masks(c, _):
    c["linux"]["maskedPaths"] = ["/proc/kcore", "/proc/scsi", "/marker", "/source"]
    c["linux"]["readonlyPaths"] = ["/proc/sys", "/etc"]


def limits(c, _):
    c["process"]["rlimits"] = [rlimit("NOFILE", 64, 128), rlimit("CORE", 0, 0), rlimit("STACK", 1 << 20, (1 << 64) - 1)]
    c["process"]["oomScoreAdj"] = 321


def seccomp(c, _):
    c["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
        {"names": ["personality"], "action": "SCMP_ACT_ERRNO",
         "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}]}


def early_seccomp(c, directory):
    seccomp(c, directory)
    c["process"]["noNewPrivileges"] = False


def names_and_settings(c, _):
    c["hostname"], c["domainname"] = "sea", "deep"
    c["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "77", "kernel.domainname": "deeper"}


def budget(c, _):
    c["linux"]["resources"] |= {"pids": {"limit": 33}, "memory": {"limit": 64 << 20, "reservation": 32 << 20},
                                "cpu": {"shares": 512, "quota": 50000, "period": 100000}}


def fewer_namespaces(c, _):
    without(c, "network", "ipc", "cgroup")


def devices(c, _):
    c["linux"]["devices"] = [{"path": "/dev/box/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 0o640,
                              "uid": 7, "gid": 8},
                             {"path": "/dev/pipe", "type": "p", "fileMode": 0o600}]
    c["linux"]["resources"] = {"devices": [{"allow": False, "access": "rwm"},
                                           {"allow": True, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}


def groups_and_umask(c, _):
    c["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [5, 77], "umask": 0o27}
    c["process"]["env"] = ["PATH=/bin", "WORDS=with 'quotes' and $signs", "EMPTY="]


def clocks(c, _):
    c["linux"]["namespaces"].append({"type": "time"})
    c["linux"]["timeOffsets"] = {"boottime": {"secs": 86400, "nanosecs": 0}, "monotonic": {"secs": 5, "nanosecs": 500000000}}


def preferences(c, _):
    c["process"]["scheduler"] = {"policy": "SCHED_BATCH", "nice": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}
    c["process"]["ioPriority"] = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}
    c["linux"]["memoryPolicy"] = {"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}
    c["linux"]["personality"] = {"domain": "LINUX32"}
    c["linux"]["rootfsPropagation"] = "shared"


def mapped(c, _):
    c["linux"]["namespaces"].append({"type": "user"})
    for key in ("uidMappings", "gidMappings"):
        c["linux"][key] = [{"containerID": 0, "hostID": 100000, "size": 65536}]


def nothing(_c, _directory):
    pass


def rootless_names(c, _):
    c["hostname"], c["domainname"] = "sea", "deep"
    c["process"]["oomScoreAdj"] = 321
    c["process"]["user"]["umask"] = 0o77


def rootless_files(c, directory):
    c["mounts"] += [mount("/mnt/tmp", "tmpfs", "scratch", "nosuid", "size=64k"),
                    mount("/mnt/ro", "bind", directory + "/source", "rbind", "ro")]
    c["linux"]["maskedPaths"].append("/marker")


def rootless_network(c, _):
    c["linux"]["namespaces"].append({"type": "network"})
    c["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1"}


def rootless_seccomp(c, directory):
    seccomp(c, directory)
    c["process"]["rlimits"] = [rlimit("NOFILE", 64, 64)]


# name -> (options of spec, what is changed)
CONFIGS = {
    "default": ([], nothing), "bare": (["--bare"], nothing), "user": ([], user_and_powers),
    "read-only": ([], read_only_root), "writable": ([], writable_root), "mounts": ([], binds), "masks": ([], masks),
    "limits": ([], limits), "seccomp": ([], seccomp), "early-seccomp": ([], early_seccomp),
    "names": ([], names_and_settings), "budget": ([], budget), "fewer": ([], fewer_namespaces),
    "devices": ([], devices), "groups": ([], groups_and_umask), "clocks": ([], clocks),
    "preferences": ([], preferences), "mapped": ([], mapped),
    "rootless": (["--rootless"], nothing), "rootless-names": (["--rootless"], rootless_names),
    "rootless-files": (["--rootless"], rootless_files), "rootless-network": (["--rootless"], rootless_network),
    "rootless-seccomp": (["--rootless"], rootless_seccomp),
}


def names(which):
    if which == "all":
        return list(CONFIGS)
    if which in ("rootless", "rootful"):
        return [name for name in CONFIGS if name.startswith("rootless") == (which == "rootless")]
    return [which]


def why_not(name):
    """Why a config can't be run on this kernel; None if it can."""
    if name == "clocks" and not os.path.exists("/proc/self/ns/time"):
        return "this kernel has no time namespaces"
    if name == "preferences" and not os.path.exists("/proc/self/numa_maps"):
        return "this kernel has no memory policies"
    return None


def config(name, directory, cgroup=None, user=None, rootfs=None):
    """The config as Python has it. `user`: (uid, gid) that a rootless one maps root to."""
    options, change = CONFIGS[name]
    spec = subprocess.run(["bundle-run", "spec", *options], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    made = json.loads(spec.stdout)
    made["process"]["terminal"] = False
    made["root"] = {"path": rootfs or directory + "/rootfs"} | ({"readonly": made["root"]["readonly"]} if "readonly" in made["root"] else {})
    if not name.startswith("rootless") and cgroup:
        made["linux"]["cgroupsPath"] = cgroup
    for key, number in zip(("uidMappings", "gidMappings"), user or ()):
        for mapping in made["linux"].get(key, []):
            mapping["hostID"] = number
    made = copy.deepcopy(made)
    change(made, directory)
    return made


def main():
    if sys.argv[1] == "--list":
        print("\n".join(names((sys.argv[2:] or ["all"])[0])))
        return
    if sys.argv[1] == "--why":
        print(why_not(sys.argv[2]) or "")
        return
    directory = os.path.abspath(sys.argv[1])
    user = os.environ.get("CONFIGS_USER")
    user = tuple(int(word) for word in user.split(":")) if user else None
    for which in sys.argv[2:]:
        for name in names(which):
            with open(f"{directory}/{name}.json", "w", encoding="utf-8") as file:
                json.dump(config(name, directory, os.environ.get("CONFIGS_CGROUP"), user), file, indent=1)


if __name__ == "__main__":
    main()
