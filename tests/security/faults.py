#!/usr/bin/env python3
"""faults.py - system calls of bundle-run fail, or are its last, one at a time.

    faults.py BUNDLE STATES BOX SECONDS [SEED]

strace records which calls a verb makes in each of its processes; then the verb runs again and again, and each time the
Nth call of one kind gives an error, or is met by SIGKILL (strace -e inject). After each: either the container is whole,
with every protection that it has without a fault, or there is an error that says something; and `delete --force` leaves
nothing. Without a limit of time (0) all points are tried; else as many as fit, chosen by chance (the seed is told).
"""
import collections
import concurrent.futures
import glob
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.environ["BELL_BIN"] + "/bundle-run"
STOPPED = "it stopped"
ERRORS = ["ENOMEM", "EPERM", "EIO"]
# Not to be failed: close(2) closes whatever it says, and these can't fail or say nothing.
NEVER = {"close", "exit", "exit_group", "rt_sigreturn", "restart_syscall", "munmap", "umask", "getpid", "geteuid", "getegid",
         "getpgrp", "getuid", "getgid", "gettid"}
POSTURE = ("awk '/^(Cap|NoNew|Seccomp:|Uid|Gid|Groups)/' /proc/self/status; cut -d' ' -f5,6 /proc/self/mountinfo; hostname; pwd; "
           "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/*/pids.max 2>/dev/null; ulimit -n; cat /proc/sys/kernel/msgmax; "
           "stat -c '%n %a %t:%T' /dev/*; cd /proc/self/fd; echo *; readlink 0")


class Box:
    """One container's name, config and files: a worker has its own."""

    def __init__(self, bundle, states, name):
        self.bundle, self.states, self.name = bundle, states + "." + name, name
        with open(bundle + "/config.json", encoding="utf-8") as file:
            config = json.load(file)
        config["linux"]["cgroupsPath"] = "/" + name
        self.report = f"{bundle}/rootfs/tmp/{name}"
        config["process"]["args"] = ["sh", "-c", f"({POSTURE}) >/tmp/{name}.new 2>&1; mv /tmp/{name}.new /tmp/{name}; exec sleep 60"]
        self.config = f"{bundle}/{name}.json"
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def do(self, *words, under=(), program=BIN):
        """Status (None: it hung), stdout, stderr. Files, not pipes: the container keeps them open."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
            try:
                status = subprocess.run([*under, program, "--root", self.states, *words], stdin=subprocess.DEVNULL,
                                        stdout=out, stderr=error, pass_fds=[COPY], timeout=30).returncode
            except subprocess.TimeoutExpired:
                status = None
            for file in (out, error):
                file.seek(0)
            return status, out.read(), error.read()

    def create(self, **how):
        return self.do("create", "--bundle", self.bundle, "--config", self.config, self.name, **how)

    def state(self):
        status, out, _ = self.do("state", self.name)
        return json.loads(out)["status"] if status == 0 else None

    def posture(self):
        """What the program found out about itself; it takes a moment."""
        for _ in range(1000):
            if os.path.exists(self.report):
                with open(self.report, encoding="utf-8") as file:
                    out = file.read()
                os.unlink(self.report)
                return out
            if self.state() == "stopped":
                return STOPPED
            time.sleep(0.01)
        return "it never told"

    def left(self):
        """What is there though nothing should be: states, cgroups, processes."""
        out = glob.glob(self.states + "/*")
        out += [place for place, _, _ in os.walk("/sys/fs/cgroup") if os.path.basename(place) == self.name]
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    words = file.read().decode(errors="replace")
            except OSError:
                continue
            if f"\0{self.name}" in words or f"/{self.name}." in words:
                out.append("process " + words.replace("\0", " ")[:80])
        return out

    def clean(self):
        status, _, error = self.do("delete", "--force", self.name)
        for _ in range(100):
            left = self.left()
            if not left:
                break
            time.sleep(0.02)
        if os.path.exists(self.report):
            os.unlink(self.report)
        if status != 0:
            return f"delete --force: status {status}, {error}"
        return "left: " + ", ".join(left) if left else ""


def strace(*options):
    # -b execve: the program itself is let go of. Under strace bundle-run starts from a copy in memory, where it would
    # have gone by an exec of its own.
    return {"under": ["strace", "-f", "-qq", "-b", "execve", *options], "program": f"/proc/self/fd/{COPY}"}


def copy_in_memory():
    copy = os.memfd_create("bundle-run", 0)
    with open(BIN, "rb") as file:
        os.write(copy, file.read())
    return copy


COPY = copy_in_memory()


class Verb:
    """How one verb is prepared, done (with strace in front), and judged."""

    def __init__(self, name):
        self.name = name

    def prepare(self, box):
        if self.name in ("start", "kill", "delete", "exec"):
            status, _, error = box.create()
            assert status == 0, error
        if self.name in ("kill", "delete", "exec"):
            status, _, error = box.do("start", box.name)
            assert status == 0, error
            if self.name == "exec":
                box.posture()

    def do(self, box, how):
        if self.name == "create":
            return self.create(box, how)
        words = {
            "run": ["run", "--bundle", box.bundle, "--config", box.config, box.name, "--", "sh", "-c", POSTURE],
            "exec": ["exec", box.name, "sh", "-c", POSTURE],
            "start": ["start", box.name],
            "kill": ["kill", box.name, "KILL"],
            "delete": ["delete", "--force", box.name],
        }
        return box.do(*words[self.name], **how)

    @staticmethod
    def create(box, how):
        """strace ends only when it can let go of init: so the container is started beside it."""
        over = threading.Event()

        def start():
            while not over.wait(0.02):
                if box.state() == "created":
                    box.do("start", box.name)
        helper = threading.Thread(target=start)
        helper.start()
        try:
            return box.create(**how)
        finally:
            over.set()
            helper.join()

    def judge(self, box, result, whole):
        """Empty if all is well."""
        status, out, error = result
        if status is None:
            return "it hung"
        if status != 0:
            return "" if error.strip() or status < 0 or status > 128 else f"status {status} without a word"
        if self.name in ("run", "exec"):
            return "" if out == whole else difference(whole, out)
        if self.name in ("create", "start"):
            out = box.posture()
            # After `start` nobody listens to init any more: if it can't go on it ends.
            return "" if out == whole or (out == STOPPED and self.name == "create") else difference(whole, out)
        if self.name == "kill":
            return "" if wait_until(lambda: box.state() == "stopped") else "it says it has killed it, and hasn't"
        return "" if not box.left() or wait_until(lambda: not box.left()) else f"it says it is gone: {box.left()}"


def wait_until(holds):
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.02)
    return False


def difference(whole, out):
    lines = [line for line in itertools.zip_longest(whole.splitlines(), out.splitlines()) if line[0] != line[1]]
    return "another posture: " + "; ".join(f"{a} -> {b}" for a, b in lines[:4])


def record(verb, box):
    """The posture without a fault, and the points: how often each call is made by the process that makes it most."""
    trace = box.config + ".trace"
    verb.prepare(box)
    result = verb.do(box, strace("-o", trace))
    assert result[0] == 0, result
    whole = result[1] if verb.name in ("run", "exec") else box.posture() if verb.name in ("create", "start") else ""
    assert not box.clean()
    counts = collections.Counter()
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            if match := re.match(r"(\d+) +(\w+)\(", line):
                counts[match.groups()] += 1
    most = collections.Counter()
    for (_, call), count in counts.items():
        most[call] = max(most[call], count)
    return whole, [(call, number) for call, count in most.items() if call not in NEVER for number in range(1, count + 1)]


def inject(verb, box, whole, call, number, what):
    """Empty if all is well."""
    verb.prepare(box)
    how = "signal=KILL" if what == "KILL" else f"error={what}"
    result = verb.do(box, strace("-o", "/dev/null", "-e", f"inject={call}:{how}:when={number}"))
    wrong = verb.judge(box, result, whole) if what != "KILL" or result[0] == 0 else ""
    left = box.clean()
    faults = [each for each in (wrong, left) if each]
    return f"{verb.name}: {call} number {number}, {what}: " + "; ".join(faults) if faults else ""


def in_turns(points):
    """By chance, but each kind of call as often as any other: some are made a hundred times. The last comes first."""
    random.shuffle(points)
    seen = collections.Counter()
    turn = {}
    for point in points:
        turn[point] = (seen[point[0]], random.random())
        seen[point[0]] += 1
    return sorted(points, key=turn.get, reverse=True)


def main():
    bundle, states, name, seconds = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 and sys.argv[5] else int.from_bytes(os.urandom(2), "big")
    random.seed(seed)
    boxes = [Box(bundle, states, f"{name}-{worker}") for worker in range(2)]
    verbs = [Verb(each) for each in ("run", "create", "start", "exec", "kill", "delete")]
    recorded = {verb: record(verb, boxes[0]) for verb in verbs}
    share = float(seconds) / len(verbs)
    for verb in verbs:
        whole, points = recorded[verb]
        todo = in_turns([(call, number, what) for call, number in points for what in [*ERRORS, "KILL"]])
        end = time.monotonic() + share
        tried, wrong, lock = 0, [], threading.Lock()

        def work(box):
            nonlocal tried
            while True:
                with lock:
                    if not todo or (share > 0 and time.monotonic() > end):
                        return
                    point = todo.pop()
                    tried += 1
                if found := inject(verb, box, whole, *point):
                    wrong.append(found)

        count = len(todo)
        with concurrent.futures.ThreadPoolExecutor(len(boxes)) as pool:
            for worker in [pool.submit(work, box) for box in boxes]:
                worker.result()
        sentence = f"{verb.name}: {tried} of {count} faults leave a whole container or an error, and nothing behind (seed {seed})"
        print(("not ok - " if wrong else "ok - ") + sentence, flush=True)
        for line in wrong:
            print("    " + line, flush=True)


main()
