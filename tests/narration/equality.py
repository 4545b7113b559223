#!/usr/bin/env python3
"""equality.py - the narration never lies: what --explain tells is what strace sees, both ways.

    equality.py ROOTFS      runs the table of cases below; ROOTFS has busybox

Each case runs a chain of the toolkit with --explain=json under strace. The narration itself is taken from the trace (it
is written to descriptor 2), so that each process's words stand beside its own deeds. From the first exec of a tool to
the exec of a program that is none of the toolkit, every successful state-changing call must have been told, and
everything told as done must have been done, in the same order, with the same strings.
"""
import difflib
import glob
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

import cases
from deeds import TRACED, Doer, Path, told_deed
from strace_lines import child_of, read_calls, string_list, unescape, descriptor_path

TOOLKIT = {"chroot-only", "ns-enter", "bind-mounter", "root-pivot", "cgroup-setter", "priv-drop", "layer-unpack",
           "layer-pack", "bundle-run", "proc-peek"}
CLONES = {"clone", "clone3", "fork", "vfork"}
EXECS = {"execve", "execveat"}


def is_tool(call):
    if call.name == "execveat":
        return os.path.basename(descriptor_path(call.arguments[0])).replace("memfd:", "") in TOOLKIT
    return os.path.basename(unescape(call.arguments[0])) in TOOLKIT


def told_by(call):
    """What a write(2) to stderr tells: [] for other words."""
    if call.name != "write" or not call.arguments[0].startswith("2<") and call.arguments[0] != "2":
        return []
    out = []
    for line in unescape(call.arguments[1]).splitlines():
        if line.startswith('{"pid":'):
            event = json.loads(line)
            if "call" in event:
                out.append(event)
    return out


class Process:
    """One process's deeds and words, up to the exec of a program that is none of the toolkit."""

    def __init__(self, trace, is_first, books):
        self.books = books
        self.done, self.told, self.children = [], [], []
        self.umasks = []  # (where it stands in done, the mask before it)
        self.dies_with_parent = None  # where it stands in done
        doer = Doer()
        argv = None
        for call in read_calls(trace):
            if call.name in EXECS and call.result == 0:
                new_argv = string_list(call.arguments[1 if call.name == "execve" else 2])
                if is_first or new_argv == argv:
                    # Strace's own exec; or bundle-run's of a copy of itself that nobody can write to, before it has
                    # read its options: there it begins.
                    self.done, self.umasks, is_first = [], [], False
                    argv = new_argv
                    continue
                argv = new_argv
            for event in told_by(call):
                self.hear(event)
            if call.name in CLONES and call.result > 0:
                self.children.append(child_of(call))
            if call.name == "prctl" and call.arguments[0] == "PR_SET_MM":
                self.done = []  # bundle-run becomes its copy without an exec: here it begins
            deed = doer.deed(call)
            if deed == ("prctl", "PR_SET_PDEATHSIG") and self.is_undone(call.arguments[1]):
                continue
            if deed and deed[0] == "umask" and self.puts_back(deed[1], call.result):
                continue
            if deed and not self.is_bookkeeping(deed):
                self.done.append(deed)
            if call.name in EXECS and call.result == 0 and not is_tool(call):
                break

    def is_bookkeeping(self, deed):
        """bundle-run's own files, in its state directory, are no part of the container."""
        return self.books and any(isinstance(word, Path) and (word.words + "/").startswith(self.books + "/")
                                  for word in deed[1:])

    def puts_back(self, mask, before):
        """A umask around the making of a file, put back afterwards, changes nothing: neither of the two counts."""
        if self.umasks and self.umasks[-1][1] == mask:
            del self.done[self.umasks.pop()[0]]
            return True
        self.umasks.append((len(self.done), before))
        return False

    def is_undone(self, signal):
        """That a process dies with its parent for a while, and then no longer, is none of its traits either."""
        if signal == "0" and self.dies_with_parent is not None:
            del self.done[self.dies_with_parent]
            return True
        self.dies_with_parent = len(self.done)
        return False

    def hear(self, event):
        deed = told_deed(event["call"], event["arguments"])
        if event["ok"] and deed:
            self.told.append(deed)
        elif deed and deed[0] == "execve" and self.told and self.told[-1] == deed:
            self.told.pop()  # an exec is told before it is tried


def compare(processes):
    """What differs, a line each; nothing if the narration is the truth."""
    out = []
    for pid, process in processes.items():
        if len(process.told) == len(process.done) and all(a == b for a, b in zip(process.told, process.done)):
            continue
        out.append(f"process {pid}: - was told, + was done")
        told, done = [[repr(deed) for deed in deeds] for deeds in (process.told, process.done)]
        # Paths that are the same by their ends are shown as told.
        done = [told[process.told.index(deed)] if deed in process.told else words for deed, words in zip(process.done, done)]
        out += [line for line in difflib.unified_diff(told, done, lineterm="", n=1) if not line.startswith(("---", "+++", "@@"))]
    return out


def trace(command, user, books):
    """Runs it; the processes by pid, and the exit status."""
    with tempfile.TemporaryDirectory(prefix="bell-trace.") as directory:
        os.chmod(directory, 0o777)
        strace = ["strace", "-ff", "-ttt", "-y", "-s", "65536", "--decode-pids=pidns", "-o", directory + "/t",
                  "-e", "trace=" + ",".join(sorted(TRACED))]
        environment = dict(os.environ)
        if user:
            strace += ["-u", user]
            environment |= {"HOME": pwd.getpwnam(user).pw_dir, "USER": user}
        done = subprocess.run(strace + command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=60)
        files = {int(path.rsplit(".", 1)[1]): path for path in glob.glob(directory + "/t.*")}
        first = min(files, key=lambda pid: open(files[pid], encoding="latin-1").readline())
        processes, waiting = {}, [first]
        while waiting:
            pid = waiting.pop(0)
            if pid in files and pid not in processes:
                processes[pid] = Process(files[pid], pid == first, books)
                waiting += processes[pid].children
        return processes, done


def told_and_done(processes):
    return sum(len(process.told) for process in processes.values()), sum(len(process.done) for process in processes.values())


def self_test(processes):
    """The comparison must fail when one told line, or one deed, is taken away: of each process, each in turn."""
    for process in processes.values():
        for deeds in (process.told, process.done):
            for index in range(len(deeds)):
                taken = deeds.pop(index)
                seen = compare(processes)
                deeds.insert(index, taken)
                if not seen:
                    return [f"the loss of {taken} was not noticed"]
    return compare(processes)


def report(sentence, faults):
    print(("not ok" if faults else "ok") + " - " + sentence)
    for line in faults:
        print("    " + line)
    sys.stdout.flush()


def run_case(case, rootfs):
    reason = case.missing(rootfs)
    if reason:
        print(f"skip - {case.sentence} # {reason}")
        return None
    case.prepare(rootfs, case.before)
    try:
        processes, done = trace(case.command(rootfs), case.user(), case.state_directory(rootfs))
    finally:
        case.prepare(rootfs, case.after)
    faults = [str(deed) for process in processes.values() for deed in process.done if deed[0] != "execve"] \
        if case.dry else compare(processes)
    words = done.stderr.decode("utf-8", "replace")
    if done.returncode != case.status:
        faults += [f"exit status {done.returncode} instead of {case.status}"]
        faults += [line for line in words.splitlines() if not line.startswith('{"pid"')]
    told, did = told_and_done(processes)
    if told == 0 or did == 0 and not case.dry:
        faults.append(f"{told} told, {did} done")
    report(case.sentence + ("" if faults else f" ({did} calls)"), faults)
    return None if faults or case.dry else processes


def main():
    rootfs = os.path.abspath(sys.argv[1])
    if not shutil.which("strace"):
        print("skip - the narration is the truth # strace is not here")
        return 0
    cases.make_bundles(rootfs)
    targets = cases.start_targets()
    try:
        run_all(rootfs)
    finally:
        cases.end_targets(targets)
    return 0


def run_all(rootfs):
    longest = None
    for case in cases.all_cases():
        processes = run_case(case, rootfs)
        if processes and (longest is None or told_and_done(processes) > told_and_done(longest)):
            longest = processes
    if longest:
        report("the comparison notices the loss of any one told line and of any one deed", self_test(longest))


sys.exit(main())
