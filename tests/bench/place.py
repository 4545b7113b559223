"""place.py - where a measurement makes its things, and how they go away.

    in_own_mounts()
    place = Place()
    place.disk, place.memory          directories
    place.program("timer")            a C program of this directory, compiled
    with place.fresh() as directory:  a file system of its own, in memory
    place.remove()

What is made is named after UNIQUE; what a run left that was killed by kill -9, the next one sweeps up.
"""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(os.environ.get("BELL_BIN", os.path.join(HERE, "../../build/release/bin")))
UNIQUE = f"belltest-bench-{os.getpid()}"
CGROUPS = "/sys/fs/cgroup"


def tool(name):
    return os.path.join(BIN, name)


class Place:
    """Where everything is made, and how it goes away."""

    def __init__(self, against=None):
        self.against = against  # a directory with another build of the tools
        self._fresh = 0
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

    @contextlib.contextmanager
    def fresh(self):
        """A file system of its own, in memory: where much has been removed, some are slow to make new files. The mount is
        only there for us (in_own_mounts), and so goes away with us."""
        self._fresh += 1
        directory = os.path.join(self.disk, f"f{self._fresh}")  # short: podman takes 50 characters
        os.mkdir(directory)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "bench", directory], check=True)
        try:
            yield directory
        finally:
            subprocess.run(["umount", "--recursive", "--lazy", directory], check=False)
            os.rmdir(directory)

    def remove(self):
        sweep_cgroups(UNIQUE)    # whose processes become our children
        end_children()
        sweep_cgroups(UNIQUE)
        for directory in (self.disk, self.memory):
            shutil.rmtree(directory, ignore_errors=True)


def children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def end_children():
    """Theirs as well: we are the subreaper, so they become ours."""
    while found := children():
        for child in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.wait()


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
