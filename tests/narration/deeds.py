"""deeds.py - one vocabulary for what was done (strace) and what was told (--explain=json).

A deed is a tuple: a call's name and what is compared of its arguments. Both sides are brought into this form here. Paths
that a tool opened before it used them are told under the name people know; strace sees the descriptor. They are
compared by their last parts (Path).
"""
import re

import strace_lines
from strace_lines import descriptor_path, string_list, unescape

# The state-changing calls that must be told, by the name the narration uses.
TOLD_AS = {
    "mkdirat": "mkdir", "mknodat": "mknod", "symlinkat": "symlink", "fchownat": "fchown", "prlimit64": "setrlimit",
    "execveat": "execve", "clone": "clone3", "prlimit": "setrlimit", "setrlimit": "setrlimit",
}
STATE_CHANGING = """
    mount umount2 fsopen fsconfig fsmount open_tree move_mount mount_setattr clone3 unshare setns pivot_root chroot write
    capset prctl setresuid setresgid setgroups seccomp sethostname setdomainname mknod mkdir symlink fchmod fchown
    setrlimit umask chdir fchdir setsid execve personality sched_setattr ioprio_set sched_setaffinity set_mempolicy
    keyctl
""".split()
# What strace is asked for: "?" for calls that some architectures don't have.
TRACED = {"?" + name for name in {*STATE_CHANGING, *TOLD_AS, "fork", "vfork"} - {"prlimit"}}

PRCTL = {"PR_SET_SECCOMP", "PR_CAPBSET_DROP", "PR_CAP_AMBIENT", "PR_SET_NO_NEW_PRIVS", "PR_SET_DUMPABLE",
         "PR_SET_KEEPCAPS", "PR_SET_SECUREBITS", "PR_SET_PDEATHSIG", "PR_SET_CHILD_SUBREAPER"}
NEW_NAMESPACES = ("NEWUSER", "NEWPID", "NEWNS", "NEWUTS", "NEWIPC", "NEWNET", "NEWCGROUP", "NEWTIME")
# /proc and /sys as they are mounted, and what a procfs that is mounted nowhere shows.
KERNEL_FILE = re.compile(r"/proc/|/sys/|/(self|\d+)/(uid_map|gid_map|setgroups|oom_score_adj|timens_offsets|loginuid|attr/)")
ATTRIBUTES = {"RDONLY": "ro", "NOSUID": "nosuid", "NODEV": "nodev", "NOEXEC": "noexec", "NOATIME": "noatime",
              "STRICTATIME": "strictatime", "NODIRATIME": "nodiratime", "IDMAP": "idmap", "NOSYMFOLLOW": "nosymfollow"}


class Path:
    """Equal to a path of which it is the end, or which is its end."""

    def __init__(self, words):
        self.words = words
        words = re.sub(r"^(/proc)?/(self|\d+)/", "/@/", words)  # a process has a number in each pid namespace
        self.parts = [part for part in words.split("/") if part not in ("", ".")]

    def __eq__(self, other):
        if "the working directory" in (self.words, other.words):
            return True
        count = min(len(self.parts), len(other.parts))
        return count == 0 or self.parts[-count:] == other.parts[-count:]

    def __repr__(self):
        return self.words


def words_of(flags, prefix):
    return frozenset(word[len(prefix):] for word in re.split(r"[|, ]+", flags) if word.startswith(prefix))


def attribute_words(flags):
    return frozenset(ATTRIBUTES[word] for word in words_of(flags, "MOUNT_ATTR_") if word in ATTRIBUTES)


def member(struct, name):
    match = re.search(name + r"=([^,}]*)", struct)
    return match.group(1).strip() if match else ""


def full_path(directory, name):
    """What a name below a descriptor refers to."""
    name = unescape(name)
    return Path(name if name.startswith("/") else descriptor_path(directory) + "/" + name)


def numbers(words):
    return tuple(int(word, 0) for word in re.findall(r"-?\b(?:0x[0-9a-f]+|\d+)\b", words))


def capability_words(bits):
    """1<<CAP_KILL|1<<CAP_SYSLOG in the narration's words."""
    names = re.findall(r"1<<CAP_(\w+)", bits)
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        count = int(file.read()) + 1
    if not names or len(names) == count: return "all" if names else "none"
    return ",".join(names).lower() if len(names) <= 5 else f"{len(names)} of {count}"


def limit_word(words):
    """8192*1024 or RLIM64_INFINITY in the narration's words."""
    if "INFINITY" in words: return "unlimited"
    product = 1
    for factor in words.split("*"): product *= int(factor)
    return str(product)


# ---- what was done

class Doer:
    """Turns the calls of one process into deeds; knows what its mount descriptors stand for."""

    def __init__(self):
        self.types = {}  # descriptor number -> file system type, or what was copied

    def deed(self, call):
        """The deed, or None for what need not be told."""
        name = TOLD_AS.get(call.name, call.name)
        handler = getattr(self, name, None)
        if call.result < 0 or name not in STATE_CHANGING:
            return None
        made = handler(call.arguments, call) if handler else tuple(self.plain(word) for word in call.arguments)
        return None if made is None else (name, *made)

    @staticmethod
    def plain(word):
        return unescape(word) if word.startswith('"') else word

    def mount(self, a, _):
        flags = words_of(a[3], "MS_")
        propagation = "".join(sorted(flags & {"PRIVATE", "SLAVE", "SHARED", "UNBINDABLE"})).lower()
        return Path(unescape(a[1])), ("r" if "REC" in flags else "") + propagation

    def umount2(self, a, _): return Path(unescape(a[0])), a[1]

    def fsopen(self, a, call):
        self.types[call.result] = unescape(a[0])
        return (unescape(a[0]),)

    def fsconfig(self, a, _):
        kind = self.types.get(int(re.match(r"\d+", a[0]).group()), "?")
        if a[1] == "FSCONFIG_CMD_CREATE": return kind, "CREATE"
        if a[1] == "FSCONFIG_CMD_RECONFIGURE": return kind, "RECONFIGURE"
        key = unescape(a[2])
        if a[1] == "FSCONFIG_SET_FLAG": return kind, key
        if a[1] == "FSCONFIG_SET_FD": return kind, key, numbers(a[4])[0]
        return kind, key, unescape(a[3])

    def fsmount(self, a, _):
        return self.types.get(int(re.match(r"\d+", a[0]).group()), "?"), attribute_words(a[2])

    def open_tree(self, a, _):
        if "OPEN_TREE_CLONE" not in a[2]: return None
        return Path(descriptor_path(a[0]) if a[1] == '""' else full_path(a[0], a[1]).words), "AT_RECURSIVE" in a[2]

    def move_mount(self, a, _): return (Path(descriptor_path(a[2])),)

    def mount_setattr(self, a, _):
        propagation = member(a[3], "propagation").replace("MS_", "").lower()
        return (attribute_words(member(a[3], "attr_set")), "AT_RECURSIVE" in a[2],
                propagation if propagation.isalpha() else "")

    def clone3(self, a, call):
        flags = {word.replace("CLONE_", "") for word in re.findall(r"CLONE_\w+", call.arguments[0] + " " + " ".join(a))}
        new = frozenset(flags & set(NEW_NAMESPACES))
        return (new,) if new else None

    def unshare(self, a, _): return (words_of(a[0], "CLONE_"),)

    def setns(self, a, _): return (words_of(a[1], "CLONE_"),)

    def write(self, a, _):
        path = descriptor_path(a[0])
        return (Path(path), unescape(a[1])) if KERNEL_FILE.match(path) else None

    def capset(self, a, _):
        permitted, effective = [capability_words(re.search(name + r"=([^,}]*)", a[1]).group(1))
                                for name in ("permitted", "effective")]
        return (permitted if permitted == effective else f"effective {effective}, permitted {permitted}",)

    def prctl(self, a, _):
        if a[0] not in PRCTL: return None
        if a[0] == "PR_CAP_AMBIENT":
            if a[1] == "PR_CAP_AMBIENT_IS_SET": return None
            action = a[1].replace("PR_CAP_AMBIENT_", "")
            return (a[0], action, a[2].replace("CAP_", "").lower()) if action in ("RAISE", "LOWER") else (a[0], action)
        if a[0] == "PR_CAPBSET_DROP": return a[0], a[1].replace("CAP_", "").lower()
        if a[0] == "PR_SET_PDEATHSIG": return (a[0],)
        if a[0] == "PR_SET_SECUREBITS": return (a[0],)
        return a[0], a[1].replace("SUID_DUMP_DISABLE", "0").replace("SUID_DUMP_USER", "1")

    def setgroups(self, a, _): return (numbers(a[1]),)

    def setresuid(self, a, _): return (numbers(" ".join(a)),)

    setresgid = setresuid

    def seccomp(self, a, _): return () if a[0] == "SECCOMP_SET_MODE_FILTER" else None

    def sethostname(self, a, _): return (unescape(a[0]),)

    setdomainname = sethostname

    def mkdir(self, a, call):
        if call.name == "mkdir": a = ["", *a]
        return full_path(a[0], a[1]), int(a[2], 8)

    def mknod(self, a, call):
        if call.name == "mknod": a = ["", *a]
        return full_path(a[0], a[1]), int(re.search(r"0\d*$", a[2]).group(), 8) & 0o7777

    def symlink(self, a, call):
        if call.name == "symlink": a = [a[0], "", a[1]]
        return unescape(a[0]), full_path(a[1], a[2])

    def fchmod(self, a, _):
        path = descriptor_path(a[0])
        return None if path.startswith("/memfd:") else (Path(path), int(a[1], 8))

    def fchown(self, a, call):
        path = descriptor_path(a[0]) if call.name == "fchown" or a[1] == '""' else full_path(a[0], a[1]).words
        return Path(path), *numbers(" ".join(a[1:3] if call.name == "fchown" else a[2:4]))

    def setrlimit(self, a, call):
        resource, values = (a[1], a[2]) if call.name == "prlimit64" else (a[0], a[1])
        if values == "NULL": return None
        soft, hard = [limit_word(re.search(name + r"=([^,}]*)", values).group(1)) for name in ("rlim_cur", "rlim_max")]
        whose = () if call.name != "prlimit64" or a[0] == "0" else (a[0].split()[0],)
        return *whose, resource.replace("RLIMIT_", "").lower(), soft if soft == hard else f"{soft}:{hard}"

    def umask(self, a, _): return (int(a[0], 8),)  # equality.py leaves out those that are put back

    def chdir(self, a, _): return (Path(unescape(a[0])),)

    def fchdir(self, a, _): return (Path(descriptor_path(a[0])),)

    def setsid(self, _a, _c): return ()

    def keyctl(self, a, _):
        if a[0] == "KEYCTL_JOIN_SESSION_KEYRING": return a[0], unescape(a[1])
        return (a[0],) if a[0] == "KEYCTL_SETPERM" else None

    def execve(self, a, call):
        path, argv = (descriptor_path(a[0]), a[2]) if call.name == "execveat" else (unescape(a[0]), a[1])
        words = [word for word in string_list(argv) if not word.startswith("--chain=")]
        return path.replace("/memfd:", "/").rsplit("/", 1)[-1], " ".join(words)

    def personality(self, a, _): return None if "0xffffffff" in a[0] else ()

    def sched_setattr(self, _a, _c): return ()

    ioprio_set = sched_setaffinity = set_mempolicy = sched_setattr


# ---- what was told: the same forms, from the narration's words

def told_deed(name, words):
    name = TOLD_AS.get(name, name)
    if name not in STATE_CHANGING:
        return None
    if name == "execve":
        match = re.match(r'("(?:\\.|[^"\\])*"), \[(.*)\]$', words, re.DOTALL)
        return name, unescape(match.group(1)).rsplit("/", 1)[-1], match.group(2)
    raw = strace_lines.split_arguments(words)
    a = [unescape(word) if word.startswith('"') else word for word in raw]
    made = TELLERS[name](a) if name in TELLERS else tuple(a)
    return None if made is None else (name, *made)


def told_prctl(a):
    if a[0] not in PRCTL: return None
    return (a[0],) if a[0] in ("PR_SET_PDEATHSIG", "PR_SET_SECUREBITS") else tuple(a)


def told_setattr(a):
    words = re.split(r"[ ,]+", a[1].split("without")[0]) if len(a) > 1 else []
    everything = " ".join(a[1:])
    propagation = re.search(r"\br?(private|slave|shared|unbindable)\b", everything)
    return (frozenset(set(words) & set(ATTRIBUTES.values())), "recursive" in everything,
            propagation.group(1) if propagation else "")


def told_clone(a):
    new = frozenset(set(a[0].split("|")) & set(NEW_NAMESPACES))
    return (new,) if new else None


TELLERS = {
    "mount": lambda a: (Path(a[0]), a[1]),
    "umount2": lambda a: (Path(a[0]), a[1]),
    "fsopen": lambda a: (a[0],),
    "fsconfig": lambda a: (a[0], a[1], int(a[2]) if a[1] == "source" and a[2].isdigit() else a[2]) if len(a) > 2 else tuple(a),
    "fsmount": lambda a: (a[0], frozenset(a[1].split(",") if len(a) > 1 else []) - {""}),
    "open_tree": lambda a: (Path(a[0]), "RECURSIVE" in a[1]),
    "move_mount": lambda a: (Path(a[-1]),),
    "mount_setattr": told_setattr,
    "clone3": told_clone,
    "unshare": lambda a: (frozenset(a[0].split("|")),),
    "setns": lambda a: (frozenset(a[1].split("|")),),
    "pivot_root": tuple,
    "write": lambda a: (Path(a[0]), a[1]),
    "capset": lambda a: (", ".join(a),),
    "prctl": told_prctl,
    "setgroups": lambda a: (numbers(" ".join(a)),),
    "setresuid": lambda a: (numbers(" ".join(a)),),
    "setresgid": lambda a: (numbers(" ".join(a)),),
    "seccomp": lambda a: (),
    "mkdir": lambda a: (Path(a[0]), int(a[1], 8)),
    "mknod": lambda a: (Path(a[0]), int(a[1], 8)),
    "symlink": lambda a: (a[0], Path(a[1])),
    "fchmod": lambda a: (Path(a[0]), int(a[1], 8)),
    "fchown": lambda a: (Path(a[0]), int(a[1]), int(a[2])),
    "setrlimit": tuple,
    "umask": lambda a: (int(a[0], 8),),
    "chroot": lambda a: (a[0],),
    "chdir": lambda a: (Path(a[0]),),
    "fchdir": lambda a: (Path(a[0]),),
    "setsid": lambda a: (),
    "keyctl": lambda a: (a[0],) if a[0] == "KEYCTL_SETPERM" else tuple(a[:2]),
    "personality": lambda a: (),
    "sched_setattr": lambda a: (),
    "ioprio_set": lambda a: (),
    "sched_setaffinity": lambda a: (),
    "set_mempolicy": lambda a: (),
}
