"""runtimes.py - the bundles and commands of each runtime, and what is asked of them beside a stopwatch."""
import json
import os
import shutil
import subprocess
import time

from gates import median
from place import CGROUPS, UNIQUE, sweep_cgroups, tool

STAY = ["/bin/true", "stay"]


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
