"""runtimes.py - the place where the benchmark makes everything, and the bundles and commands of each runtime.

What is made is named after UNIQUE and goes away with Place.remove(); what a run left that was killed by kill -9, the next
one sweeps up.
"""
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from gates import median

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(os.environ.get("BELL_BIN", os.path.join(HERE, "../../build/release/bin")))
UNIQUE = f"belltest-bench-{os.getpid()}"
CGROUPS = "/sys/fs/cgroup"
STAY = ["/bin/true", "stay"]


def tool(name):
    return os.path.join(BIN, name)


class Place:
    """Where everything is made, and how it goes away."""

    def __init__(self):
        sweep_earlier_runs()
        self.disk = tempfile.mkdtemp(prefix=UNIQUE + ".")
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.memory = tempfile.mkdtemp(prefix=UNIQUE + ".", dir=memory)
        for directory in (self.disk, self.memory):
            os.chmod(directory, 0o755)

    def program(self, name):
        """A C program of this directory, compiled."""
        out = os.path.join(self.disk, name)
        if not os.path.exists(out):
            subprocess.run([os.environ.get("CC", "cc"), "-std=gnu17", "-O2", "-static", "-s", "-o", out,
                            os.path.join(HERE, name + ".c")], check=True)
        return out

    def remove(self):
        sweep_cgroups(UNIQUE)    # whose processes become our children
        for child in children():
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
        sweep_cgroups(UNIQUE)
        for directory in (self.disk, self.memory):
            shutil.rmtree(directory, ignore_errors=True)


def children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def sweep_cgroups(prefix):
    """Ends what runs in the cgroups of that name and removes them."""
    found = glob.glob(f"{CGROUPS}/{prefix}-*") + glob.glob(f"{CGROUPS}/*/{prefix}-*")
    for directory in found:
        with contextlib.suppress(OSError):    # it, or the group, has gone by itself
            with open(os.path.join(directory, "cgroup.procs"), encoding="ascii") as file:
                for pid in file.read().split():
                    os.kill(int(pid), signal.SIGKILL)
    for _ in range(20):    # busy while a process is still leaving, or is a zombie
        found = [directory for directory in found if os.path.isdir(directory) and not try_rmdir(directory)]
        if not found:
            return
        time.sleep(0.05)


def try_rmdir(directory):
    with contextlib.suppress(OSError):
        os.rmdir(directory)
        return True
    return False


def sweep_earlier_runs():
    found = glob.glob("/tmp/belltest-bench-*") + glob.glob("/dev/shm/belltest-bench-*")
    found += glob.glob(f"{CGROUPS}/belltest-bench-*") + glob.glob(f"{CGROUPS}/*/belltest-bench-*")
    for path in found:
        match = re.search(r"/(belltest-bench-(\d+))[.-]", path)
        if not match or os.path.exists(f"/proc/{match.group(2)}"):
            continue
        if path.startswith(CGROUPS):
            sweep_cgroups(match.group(1))
        else:
            shutil.rmtree(path, ignore_errors=True)


class Runtimes:
    """A bundle for each runtime: the same config but for the cgroup's name."""

    def __init__(self, place):
        self.place = place
        self.programs = (tool("bundle-run"), "crun", "runc")
        self.rootfs = os.path.join(place.disk, "bundle", "rootfs")
        for directory in ("bin", "dev", "proc", "sys/fs/cgroup", "etc", "tmp"):
            os.makedirs(os.path.join(self.rootfs, directory), exist_ok=True)
        shutil.copy(place.program("true"), os.path.join(self.rootfs, "bin/true"))
        self.config = json.loads(subprocess.check_output([tool("bundle-run"), "spec"], text=True))
        self.config["ociVersion"] = "1.0.2"  # crun 1.8 refuses a later one
        self.config["root"]["path"] = self.rootfs
        self.config["process"].update({"terminal": False, "args": ["/bin/true"]})

    def bundle(self, name, changes=None, cgroup=""):
        directory = os.path.join(self.place.disk, name)
        os.makedirs(directory, exist_ok=True)
        config = {**self.config, **(changes or {})}
        config["linux"] = {**config["linux"], "cgroupsPath": f"/{UNIQUE}-{name}"}
        if cgroup is None:
            del config["linux"]["cgroupsPath"]
        with open(os.path.join(directory, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file, indent=2)
        return directory

    def command(self, program, *words):
        return [program, "--root", os.path.join(self.place.memory, os.path.basename(program)), *words]

    def floor(self, *options):
        return [self.place.program("floor"), "-n", UNIQUE + "-floor", *options, self.rootfs, "/bin/true"]

    def run_words(self, program):
        name = os.path.basename(program)
        return self.command(program, "run", "--bundle", self.bundle(name), f"{UNIQUE}-{name}")

    def three_steps(self, program):
        name = os.path.basename(program)
        box = f"{UNIQUE}-{name}"
        return [self.command(program, "create", "--bundle", self.bundle(name), box), self.command(program, "start", box),
                self.command(program, "delete", "--force", box)]

    def name(self, program):
        return f"{UNIQUE}-{os.path.basename(program)}"

    def start_one(self, program):
        """A container that stays; whether it is up."""
        if not shutil.which(program):
            return False
        bundle = self.bundle(os.path.basename(program), {"process": {**self.config["process"], "args": STAY}})
        done = [subprocess.run(self.command(program, *words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False).returncode
                for words in (("create", "--bundle", bundle, self.name(program)), ("start", self.name(program)))]
        return not any(done)

    def end_all(self):
        for program in self.programs:
            if shutil.which(program):
                subprocess.run(self.command(program, "delete", "--force", self.name(program)), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False)

    def crowd_bundle(self, name):
        """For many containers: each has the group that its id gives it."""
        return self.bundle(name + "-crowd", {"process": {**self.config["process"], "args": STAY}}, cgroup=None)

    def peak(self, program, rounds):
        """Bytes charged to a memory cgroup that the runtime is started in, its container having another: the least of
        some runs, as what is cached meanwhile is charged, too. None where there is no such group."""
        group = next((path for path in (f"{CGROUPS}/memory", CGROUPS) if os.path.exists(f"{path}/cgroup.procs")), None)
        meter = f"{group}/{UNIQUE}-meter-0"
        found = []
        for _ in range(rounds):
            os.mkdir(meter)
            subprocess.run(["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', meter, *self.run_words(program)],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            for file in ("memory.max_usage_in_bytes", "memory.peak"):
                if os.path.exists(f"{meter}/{file}"):
                    with open(f"{meter}/{file}", encoding="ascii") as words:
                        found.append(int(words.read()))
            sweep_cgroups(f"{UNIQUE}-meter")
        return min(found, default=None)

    def runs_within(self, program, pages):
        """Whether it runs, three times out of three, with a limit of that many pages."""
        linux = {**self.config["linux"], "resources": {**self.config["linux"].get("resources", {}),
                                                       "memory": {"limit": pages * 4096}}}
        name = os.path.basename(program)
        self.bundle(name, {"linux": linux})
        words = self.command(program, "run", "--bundle", os.path.join(self.place.disk, name), self.name(program))
        for _ in range(3):
            try:
                done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, timeout=20, check=False).returncode
            except subprocess.TimeoutExpired:
                done = 1
            if done != 0:
                subprocess.run(self.command(program, "delete", "--force", self.name(program)), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False)
                return False
        return True

    def questions(self, program, name, count):
        """Milliseconds for each container: state of one, list of all."""
        out = {}
        for question, words, among in (("state", ("state", name), 1), ("list", ("list",), count)):
            times = []
            for _ in range(15):
                start = time.perf_counter()
                subprocess.run(self.command(program, *words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               check=False)
                times.append((time.perf_counter() - start) * 1000)
            out[question] = median(times) / among
        return out


# crun takes a host with both versions for one of v2. Without the v2 tree, which on such a host has no controllers, it
# works; for a fair comparison all is measured without it: the benchmark starts itself again in a mount namespace.
WITHOUT_V2 = """
case $(stat -f -c %T /sys/fs/cgroup) in
    tmpfs) mount --make-rprivate /
           for tree in $(awk '/ - cgroup2 / {print $5}' /proc/self/mountinfo); do
               umount "$tree" && mount -t tmpfs none "$tree"    # what crun writes there goes with us
           done ;;
esac
exec "$@" """


def in_own_mounts():
    if os.environ.get("BELL_BENCH_MOUNTS"):
        return
    os.environ["BELL_BENCH_MOUNTS"] = "own"
    os.execvp("unshare", ["unshare", "--mount", "sh", "-c", WITHOUT_V2, "-", sys.executable, *sys.argv])
