"""cases.py - the table of command lines whose narration is held against strace."""
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "runtime"))
import configs  # noqa: E402

UNIQUE = os.environ.get("UNIQUE", f"belltest-{os.getpid()}")


@dataclass
class Case:
    sentence: str
    words: str           # R stands for the root directory, B and U for bundles (root's, a user's), C/ for the configs of
                         # tests/runtime/configs.py, NAME for a new name, P and Q for running processes with mounts of
                         # their own (root's, a user's)
    who: str = "root"    # root, user (an ordinary one), or anybody
    status: int = 0
    dry: bool = False
    why_not: str = None  # why this host can't run it
    setuid: bool = False  # runs newuidmap, which has its power only if strace is root's
    before: str = ""      # a command line that comes first and isn't traced
    after: str = ""       # and one that comes last

    def command(self, rootfs):
        program, *rest = self.in_place(self.words, rootfs)
        return [program, "--explain=json", *rest]

    def prepare(self, rootfs, words):
        """Runs `before` or `after`, as the same user."""
        if not words:
            return
        name = self.user()
        identity = {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []} if name else {}
        subprocess.run(self.in_place(words, rootfs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, check=False, **identity)

    def in_place(self, line, rootfs):
        beside = os.path.dirname(rootfs)
        names = {**TARGETS, "R": rootfs, "B": beside + "/bundle", "U": beside + "/user-bundle", "NAME": UNIQUE,
                 "S": self.state_directory(rootfs)}
        places = {"R/": rootfs + "/", "C/": beside + "/configs/"}
        words = [names.get(word, places.get(word[:2], word[:2]) + word[2:]) for word in line.split(" ")]
        return [shutil.which(words[0]), *words[1:]]

    def state_directory(self, rootfs):
        return os.path.dirname(rootfs) + ("/user/state" if self.user() else "/state")

    def user(self):
        """The ordinary user it is run as, by strace -u."""
        return os.environ.get("BELL_TEST_USER") if self.who == "user" and os.geteuid() == 0 else None

    def missing(self, rootfs):
        """Why it can't run here; None if it can."""
        tools = [word for word in self.words.split(" ") if "-" in word and not word.startswith("-")]
        for tool in tools[:1]:
            if not shutil.which(tool):
                return f"{tool} is not here"
        if self.why_not:
            return self.why_not
        if self.who == "root" and os.geteuid() != 0:
            return "needs root"
        if {"P", "Q"} & set(self.words.split(" ")) - TARGETS.keys():
            return "the process to act on could not be started"
        if self.setuid and os.geteuid() != 0:
            return "setuid programs lose their power under an ordinary user's strace"
        if self.who == "user" and os.geteuid() == 0 and not self.user():
            return "no ordinary user was made"
        if self.who == "user" and subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode:
            return "user namespaces are blocked here"
        return None


def make_bundles(rootfs):
    """The bundles B and U beside the root directory: the default configs, without a terminal."""
    if not shutil.which("bundle-run"):
        return
    name = os.environ.get("BELL_TEST_USER")
    user = pwd.getpwnam(name) if name and os.geteuid() == 0 else pwd.getpwuid(os.getuid())
    for name, options in (("bundle", []), ("user-bundle", ["--rootless"])):
        directory = os.path.join(os.path.dirname(rootfs), name)
        os.mkdir(directory)
        subprocess.run(["bundle-run", "spec", *options, "--bundle", directory], check=True)
        with open(directory + "/config.json", encoding="utf-8") as file:
            config = json.load(file)
        config["process"]["terminal"] = False
        config["root"]["path"] = rootfs
        for kind, number in (("uidMappings", user.pw_uid), ("gidMappings", user.pw_gid)):
            for mapping in config["linux"].get(kind, []):
                mapping["hostID"] = number
        with open(directory + "/config.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
    make_configs(rootfs, user)


def make_configs(rootfs, user):
    """Every config of the generator, of a rootfs that has the mount points they want."""
    directory = os.path.join(os.path.dirname(rootfs), "configs")
    os.makedirs(directory + "/source")
    with open(directory + "/source/file", "w", encoding="utf-8") as file:
        file.write("content\n")
    for place in ("/mnt/tmp", "/mnt/ro", "/mnt/rro"):
        os.makedirs(rootfs + place, exist_ok=True)
    for name in configs.names("all"):
        with open(f"{directory}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(configs.config(name, directory, "/" + UNIQUE, (user.pw_uid, user.pw_gid), rootfs), file)


def config_cases():
    """A container of each config of the generator."""
    for name in configs.names("all"):
        who = "user" if name.startswith("rootless") else "root"
        yield Case(f"bundle-run tells the container of the config '{name}'",
                   f"bundle-run --root S run --bundle C/ --config C/{name}.json NAME -- true", who=who,
                   why_not=configs.why_not(name))


TARGETS = {}


def leaf_of(pid):
    """The process at the end of a chain of only children."""
    for _ in range(500):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            if file.read().strip() == "sleep":
                return str(pid)
        if children:
            pid = children[0]
        time.sleep(0.02)
    return None


def start_targets():
    """Fills TARGETS; the processes, to be ended afterwards: what they have started ends with them."""
    sleeper = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "sleep", "1000"]
    name = os.environ.get("BELL_TEST_USER")
    as_user = ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"] if name and os.geteuid() == 0 else []
    wanted = {"Q": as_user + sleeper[:1] + ["--user", "--map-root-user"] + sleeper[1:]}
    if os.geteuid() == 0:
        wanted["P"] = ["cgroup-setter", "--name", f"/{UNIQUE}-live", "--pids", "50", "--", *sleeper]
    started = []
    for letter, command in wanted.items():
        started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        try:
            if pid := leaf_of(started[-1].pid):
                TARGETS[letter] = pid
        except OSError:
            pass  # it has ended: its cases tell that it could not be started
    return started


def end_targets(started):
    """Those who started them wait for them, and end then."""
    for pid in TARGETS.values():
        os.kill(int(pid), signal.SIGKILL)
    for process in started:
        process.wait()


ALL = "user,pid,mount,uts,ipc"


IN_THE_BACKGROUND = "bundle-run --root S run --detach --bundle {} NAME -- sleep 100"
GONE = "bundle-run --root S delete --force NAME"


def all_cases():
    return [
        Case("chroot-only tells what it does", "chroot-only R -- true"),
        Case("chroot-only --stay tells what it does", "chroot-only --stay R -- true"),
        Case("a chain of chroot-only tells what it does", "chroot-only R -- chroot-only / -- sh -c true"),
        Case("a chroot that fails isn't told as done", "chroot-only R -- chroot-only /marker -- true", status=125),
        Case("an exec that fails isn't told as done", "chroot-only R -- /marker", status=126),
        Case("a dry run does nothing", "chroot-only --dry-run R -- chroot-only / -- true", who="anybody", dry=True),

        Case("ns-enter tells a new uts namespace", "ns-enter --new uts --hostname box --domainname sea -- true"),
        Case("ns-enter tells all new namespaces", "ns-enter --new all --hostname box -- true"),
        Case("ns-enter tells a mount namespace and its propagation", "ns-enter --new mount --propagation slave -- true"),
        Case("ns-enter tells a pid namespace without fork", "ns-enter --new pid --no-fork -- true"),
        Case("ns-enter tells a user namespace and its maps", f"ns-enter --new {ALL} --hostname box -- true", who="user"),
        Case("ns-enter tells the maps of subordinate ids", "ns-enter --new user --map-auto -- true", who="user",
             setuid=True),
        Case("ns-enter tells a time namespace's offsets", "ns-enter --new time --boottime 1000 -- true"),
        Case("ns-enter tells a sysctl", "ns-enter --new net --sysctl net.ipv4.ip_forward=1 -- true"),
        Case("a dry run of namespaces does nothing", "ns-enter --dry-run --new all -- chroot-only R -- true", dry=True),
        Case("a chain with a new user namespace tells what it does",
             f"ns-enter --new {ALL} --hostname box -- chroot-only R -- true", who="user"),

        Case("bind-mounter tells a proc", "ns-enter --new mount,pid -- bind-mounter --proc R/proc -- true"),
        Case("bind-mounter tells binds and tmpfs",
             "ns-enter --new mount -- bind-mounter --root R --bind /usr:/tmp:ro --tmpfs /root -- true"),
        Case("bind-mounter tells the default file systems",
             "ns-enter --new mount,pid,net,ipc,uts,cgroup -- bind-mounter --defaults R -- true"),
        Case("bind-mounter tells the default file systems of an ordinary user",
             f"ns-enter --new {ALL} -- bind-mounter --defaults R -- true", who="user"),
        Case("root-pivot tells the pivot",
             "ns-enter --new mount,pid -- bind-mounter --defaults R -- root-pivot R -- true"),
        Case("the chain of a whole container tells what it does",
             f"ns-enter --new {ALL} --hostname box -- bind-mounter --defaults R -- root-pivot R -- "
             "priv-drop --caps none -- true", who="user"),

        Case("cgroup-setter tells the group it makes", "cgroup-setter --name NAME --pids 20 --memory 64M -- true"),
        Case("priv-drop tells capabilities", "priv-drop --caps kill -- true"),
        Case("priv-drop tells another user, limits and no-new-privs",
             "priv-drop --user 1234:1234 --caps none --no-new-privs --rlimit nofile=64:128 --rlimit core=0 -- true"),

        Case("bind-mounter tells what it mounts into a running process",
             "bind-mounter --target P --bind /usr:/mnt:ro --tmpfs /media --proc /srv --remount /media:ro --mask /etc/hostname"),
        Case("bind-mounter tells what it takes away from a running process", "bind-mounter --target P --umount /media"),
        Case("bind-mounter tells what an ordinary user mounts into a process",
             "bind-mounter --target Q --rbind /usr:/mnt:ro --tmpfs /media --proc /srv", who="user"),
        Case("a mount that fails there isn't told as done", "bind-mounter --target P --bind /usr:/dev/null", status=125),
        Case("a dry run of mounts into a process does nothing", "bind-mounter --dry-run --target P --bind /usr:/mnt --proc /srv",
             dry=True),
        Case("ns-enter tells what it joins", "ns-enter --target P -- true"),
        Case("ns-enter tells what an ordinary user joins", "ns-enter --target Q -- true", who="user"),
        Case("cgroup-setter tells the limits of a running process", "cgroup-setter --target P --pids 40 --memory 64M"),
        Case("priv-drop tells limits and preferences of a running process",
             "priv-drop --target P --rlimit nofile=64:128 --nice 5 --oom-score-adj 500 --cpus 0 --ioprio idle"),

        Case("bundle-run tells a container from its making to its end", "bundle-run --root S run --bundle B NAME -- true"),
        Case("bundle-run tells a failing program's container", "bundle-run --root S run --bundle B NAME -- false", status=1),
        Case("bundle-run tells an ordinary user's container", "bundle-run --root S run --bundle U NAME -- true", who="user"),
        Case("bundle-run tells how one more process comes in", "bundle-run --root S exec --user 5:6 NAME -- true",
             before=IN_THE_BACKGROUND.format("B"), after=GONE),
        Case("and into an ordinary user's container", "bundle-run --root S exec NAME -- true", who="user",
             before=IN_THE_BACKGROUND.format("U"), after=GONE),
        *config_cases(),
    ]
