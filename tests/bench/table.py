"""table.py - cases that are measured side by side (timer.c), and the table of what was found.

    table = Table(place, "One hop")
    table.add("env", ["env", "true"])
    table.add("skopeo", [...], tidy=["rm", "-rf", store], note="into a store of its own")
    figures = table.measure(200)          figures["env"]["wall"]: microseconds

A case that can't be measured, because the program isn't installed or fails, gets a dash and a footnote that says why.
"""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from place import BIN, end_children

ROW = "  {:<50}{:>10}{:>10}{:>9}{:>9}{:>9}"


class Table:
    """The first case is what the others are compared with."""

    def __init__(self, place, title, settle=0, warm_ups=2, seconds=20):
        """settle: milliseconds before each measurement; seconds: the most that one command may take."""
        self.place, self.title, self.cases, self.notes, self.missing = place, title, [], {}, {}
        self.settle, self.warm_ups, self.seconds = settle, warm_ups, seconds

    def add(self, label, *commands, tidy=None, note="", needs=""):
        """Commands that are timed together, one that tidies up afterwards, what has to be known to read the figures, and
        the program that it's about, if that isn't the first word."""
        if self.place.against and os.path.dirname(commands[0][0]) == BIN:
            others = [[os.path.join(self.place.against, os.path.basename(word)) if word.startswith(BIN + "/") else word
                       for word in command] for command in commands]
            self.cases.append((label + " (against)", others, tidy))
        self.cases.append((label, commands, tidy))
        self.notes[label] = note
        if needs and not shutil.which(needs):
            self.missing[label] = f"{needs}: not installed"

    def measure(self, rounds):
        """Prints the table. Of each case: wall (median), least, cpu, in microseconds; memory in KiB."""
        for label, commands, tidy in self.cases:
            why = self.missing.get(label) or self.why_not(commands, tidy)
            if why:
                self.missing[label] = why
        words = []
        for label, commands, tidy in self.cases:
            if label not in self.missing:
                words += [":::", label, *commands[0]]
                for command in commands[1:]:
                    words += ["+++", *command]
                words += ["~~~", *tidy] if tidy else []
        others = Others()
        numbers = [str(number) for number in (rounds, self.warm_ups, self.settle, self.seconds)]
        done = subprocess.run([self.place.program("timer"), *numbers, *words[1:]], stdout=subprocess.PIPE, text=True,
                              check=False)
        if done.returncode != 0:
            end_children()
            why = f"a command took more than {self.seconds} s" if done.returncode == -signal.SIGALRM else "a command failed"
            print(f"{self.title}: not measured, {why}\n")
            return {}
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        found = {row[0]: dict(zip(("wall", "least", "p90", "cpu", "memory"), map(float, row[1:]))) for row in rows}
        self.show(found, f"{rounds} rounds, {others.share():.0%} of the processors was others'")
        return found

    def why_not(self, commands, tidy):
        """Nothing if all of them run, else why not."""
        why = next((f"{command[0]}: not installed" for command in commands if not shutil.which(command[0])), "")
        for command in [] if why else commands:
            why = why or why_it_fails(command, self.seconds)
        if tidy:
            subprocess.run(tidy, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return why

    def show(self, found, how):
        print(f"{self.title} ({how})")
        print(ROW.format("", "median ms", "min ms", "ratio", "cpu ms", "peak MB"))
        base = found.get(self.cases[0][0])
        footnotes = []
        for label, _, _ in self.cases:
            remark = self.missing.get(label) or self.notes.get(label)
            if remark and remark not in footnotes:
                footnotes.append(remark)
            marked = label + (f" [{footnotes.index(remark) + 1}]" if remark else "")
            if label in self.missing:
                print(ROW.format(marked, *"-----"))
                continue
            row = found[label]
            print(ROW.format(marked, f"{row['wall'] / 1e3:.2f}", f"{row['least'] / 1e3:.2f}",
                             f"{row['wall'] / base['wall']:.2f}" if base else "-", f"{row['cpu'] / 1e3:.2f}",
                             f"{row['memory'] / 1024:.1f}"))
        for number, remark in enumerate(footnotes, 1):
            print(f"  [{number}] {remark}")
        print(flush=True)


def why_it_fails(command, seconds):
    """Runs it once: nothing, or the last line that it wrote."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                                    timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            end_children()
            return f"{command[0]}: took more than {seconds} s"
        said.seek(0)
        lines = [line.strip() for line in said if line.strip()]
    if status == 0:
        return ""
    # The end of it, where the reason stands: some tell the whole way there.
    return ": ".join(lines[-1].split(": ")[-2:]) if lines else f"{command[0]}: status {status}"


class Others:
    """How much of the processors' time went to processes that aren't ours: what makes figures worse than they are."""

    def __init__(self):
        self.start = self.look()

    def look(self):
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, softirq, steal = [int(word) for word in file.readline().split()[1:9]]
        busy = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
        return time.monotonic() * os.cpu_count(), busy, sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])

    def share(self):
        time_passed, busy, ours = (now - then for now, then in zip(self.look(), self.start))
        return max(busy - ours, 0) / time_passed
