#!/usr/bin/env python3
"""posture.py - what a process is made of, as the kernel tells it from outside: namespaces, mounts, powers, limits.

    posture.py COMMAND...        prints it as lines "what: value"

The command ends in a program that prints what it sees, then the word "ready", and waits for a line on its stdin (PROBE
of chain.sh). It is found among our descendants by its arguments, looked at, and let go on. What differs from run to run
by itself (numbers of mounts, of namespaces, of peer groups) is brought into a form that doesn't.
"""
import os
import re
import subprocess
import sys
import time

FILES = """pids.max memory.limit_in_bytes memory.soft_limit_in_bytes memory.max memory.low cpu.shares cpu.weight cpu.max
cpu.cfs_quota_us cpu.cfs_period_us devices.list cpuset.cpus""".split()
STATUS = "Umask Uid Gid Groups NSpid CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters SigBlk SigIgn SigCgt".split()


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def descendants(pid):
    out = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            for child in read(f"/proc/{pid}/task/{thread}/children").split():
                out += [int(child)] + descendants(int(child))
        except FileNotFoundError:
            pass
    return out


def find(marker):
    """The probe itself: the tools in front of it have its words behind their own."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for pid in descendants(os.getpid()):
            try:
                words = read(f"/proc/{pid}/cmdline").split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if words[:2] == ["sh", "-c"] and words[3:4] == [marker]:
                return pid
        time.sleep(0.02)
    raise SystemExit("the probe is not there")


def namespaces(pid):
    for name in sorted(os.listdir(f"/proc/{pid}/ns")):
        if name.endswith("_for_children"):
            continue
        own = os.readlink(f"/proc/self/ns/{name}")
        yield f"namespace {name}", "shared" if os.readlink(f"/proc/{pid}/ns/{name}") == own else "new"


def mounts(pid):
    """By their places, since a copy of a tree of mounts has them in another order; those on one place in theirs. Without
    numbers; who peers with whom is told by the words alone."""
    for line in sorted(read(f"/proc/{pid}/mountinfo").splitlines(), key=lambda each: each.split(" ")[4]):
        front, back = line.split(" - ")
        _, _, _, root, point, options, *tags = front.split(" ")
        kind, source, superblock = back.split(" ", 2)
        tags = sorted({re.sub(r":\d+", "", tag) for tag in tags})
        yield f"mount {point}", " ".join([root, options, *tags, kind, source, superblock])


def status(pid):
    for line in read(f"/proc/{pid}/status").splitlines():
        name, value = line.split(":", 1)
        if name == "NSpid":
            value = " ".join(value.split()[1:])  # its number outside is anything
        if name in STATUS:
            yield name, " ".join(value.split())


def budget(pid):
    groups = [line.split(":", 2) for line in read(f"/proc/{pid}/cgroup").splitlines()]
    for _, controllers, path in sorted(groups):
        yield f"cgroup {controllers}", path
    points = re.findall(r"\S+ \S+ \S+ / (\S+) .* - cgroup2? \S+ (\S+)", read("/proc/self/mountinfo"))
    for point, options in sorted(points):
        for _, controllers, path in groups:
            if not (set(controllers.split(",")) & set(options.split(",")) or (controllers == "" and "unified" in point)):
                continue
            for name in FILES:
                if path != "/" and os.path.exists(f"{point}{path}/{name}"):
                    yield f"{name}", " ".join(sorted(read(f"{point}{path}/{name}").splitlines()))


def others(pid):
    yield "limits", "\n".join(line for line in read(f"/proc/{pid}/limits").splitlines() if not line.startswith("Limit"))
    yield "oom_score_adj", read(f"/proc/{pid}/oom_score_adj").strip()
    yield "personality", read(f"/proc/{pid}/personality").strip()
    if os.path.exists(f"/proc/{pid}/timens_offsets"):  # not every kernel has clocks of one's own
        yield "timens", read(f"/proc/{pid}/timens_offsets").strip()
    yield "uid_map", " ".join(read(f"/proc/{pid}/uid_map").split())
    yield "gid_map", " ".join(read(f"/proc/{pid}/gid_map").split())
    yield "setgroups", read(f"/proc/{pid}/setgroups").strip()
    yield "scheduler", f"{os.sched_getscheduler(pid)} {os.getpriority(os.PRIO_PROCESS, pid)}"
    yield "ionice", subprocess.run(["ionice", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    if os.path.exists(f"/proc/{pid}/numa_maps"):
        yield "memory policy", " ".join(sorted({line.split()[1] for line in read(f"/proc/{pid}/numa_maps").splitlines()}))
    yield "cpus", str(sorted(os.sched_getaffinity(pid)))
    yield "environment", read(f"/proc/{pid}/environ").replace("\0", "\n")
    yield "cwd", os.readlink(f"/proc/{pid}/cwd")
    yield "descriptors", " ".join(sorted(os.listdir(f"/proc/{pid}/fd"), key=int))


def main():
    marker = os.environ["PROBE_MARKER"]
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        seen = []
        for line in process.stdout:
            if line == "ready\n":
                break
            seen.append(line.rstrip("\n"))
        else:
            sys.exit(f"it ended before it was ready: {process.stderr.read()}")
        pid = find(marker)
        lines = [pair for look in (namespaces, mounts, status, budget, others) for pair in look(pid)]
        process.stdin.write("go on\n")
        process.stdin.close()
        rest = process.stdout.read()
        problem = process.stderr.read()
        lines += [("seen inside", "\n".join(seen)), ("exit status", str(process.wait())), ("printed at the end", rest), ("stderr", problem)]
    for what, value in lines:
        print(f"{what}: {value}" if "\n" not in value else f"{what}:\n  " + value.replace("\n", "\n  "))


main()
