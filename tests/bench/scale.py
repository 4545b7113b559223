"""scale.py - very many containers: all of them up at once, some made at a time, then all of them gone.

Whoever starts a thousand of them asks: does one fail, is something left, how long does it take, and does it cost more to
ask for one among a thousand than for the only one?
"""
import concurrent.futures
import glob
import os
import subprocess
import tempfile
import time


class Crowd:
    """The containers NAME-0, NAME-1, ... of one runtime."""

    def __init__(self, command, bundle, name, count, at_a_time):
        self.command, self.bundle, self.name = command, bundle, name
        self.names = [f"{name}-{number}" for number in range(count)]
        self.at_a_time = at_a_time
        self.failures = 0
        self.why = ""

    def each(self, work):
        """work(name) for all, at_a_time side by side; the seconds it took."""
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.at_a_time) as pool:
            failed = [why for why in pool.map(work, self.names) if why]
        self.failures += len(failed)
        self.why = self.why or (failed or [""])[0]
        return time.monotonic() - start

    def call(self, *words):
        """Nothing, or why it failed. Not through a pipe: the container has its other end, too."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            done = subprocess.run([*self.command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=said, timeout=120, check=False)
            said.seek(0)
            return "" if done.returncode == 0 else said.readline().strip() or f"status {done.returncode}"

    def up(self):
        return self.each(lambda name: self.call("create", "--bundle", self.bundle, name) or self.call("start", name))

    def down(self):
        return self.each(lambda name: self.call("delete", "--force", name))

    def left(self):
        """What is still there of them: groups, states."""
        found = glob.glob(f"/sys/fs/cgroup/{self.name}-*") + glob.glob(f"/sys/fs/cgroup/*/{self.name}-*")
        root = self.command[self.command.index("--root") + 1]
        return len(found) + len(os.listdir(root) if os.path.isdir(root) else [])
