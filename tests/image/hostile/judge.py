"""What layer-unpack may do with a hostile image: the one oracle for all cases.

A case has a directory of its own: the image, a canary tree that the image knows of and is after, a file `outside`, and the
bundle that is to be made. Whatever the image: nothing but the bundle changes, the tool ends by itself with 0 or 125 in its
time and memory, says in a line or two why it failed, and leaves nothing then. Where it succeeds, the bundle holds what it
should, nothing of the canary, and no file was written through a link.
"""
import json
import os
import stat
import subprocess
import threading
import traceback

from hostile import corpus

SECRET = b"the canary's secret"
VICTIM = b"victim"  # what a file of this name in the root file system says, and still has to say
LARGEST_LOOKED_AT = 1 << 20


def make_canary(path):
    os.makedirs(path + "/dir/inner")
    for name, data, mode in (("file", SECRET, 0o640), ("dir/file", SECRET, 0o600), ("setuid", SECRET, 0o4755),
        ("passwd", b"canary:x:77:77:" + SECRET + b":/:\n", 0o644)):
        with open(f"{path}/{name}", "wb") as file:
            file.write(data)
        os.chmod(f"{path}/{name}", mode)
    os.symlink("file", path + "/link")
    os.link(path + "/file", path + "/second-name")
    os.mkfifo(path + "/fifo")
    try:
        os.setxattr(path + "/file", "user.canary", b"sings")
    except OSError:
        pass
    with open(os.path.dirname(path) + "/outside", "wb") as file:
        file.write(SECRET)


def look(path, content=True):
    """All there is to a file but its time of access."""
    status = os.lstat(path)
    seen = [stat.filemode(status.st_mode), status.st_ino, status.st_nlink, status.st_uid, status.st_gid, status.st_size,
        status.st_mtime_ns, status.st_ctime_ns]
    if content and not stat.S_ISLNK(status.st_mode):
        seen += [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
    if content and stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            seen.append(file.read(LARGEST_LOOKED_AT))
    return seen + ([os.readlink(path)] if stat.S_ISLNK(status.st_mode) else [])


def snapshot(ground):
    """Everything around the bundle, by path."""
    seen = {".": [oct(os.lstat(ground).st_mode), os.lstat(ground).st_uid]}
    for directory, directories, names in os.walk(ground):
        if directory == ground and "bundle" in directories:
            directories.remove("bundle")
        for name in directories + names:
            path = os.path.join(directory, name)
            seen[os.path.relpath(path, ground)] = look(path,
                content="image" not in path.split("/")[len(ground.split("/")):][:1])
    return seen


def below(top):
    """Every path below, as (descriptor of its directory, name, status, shown), however deep; 1,000 levels of it."""
    waiting = [(os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW), ".", 0)]
    while waiting:
        directory, shown, depth = waiting.pop()
        try:
            for name in os.listdir(directory):
                status = os.lstat(name, dir_fd=directory)
                yield directory, name, status, f"{shown}/{name}"
                if stat.S_ISDIR(status.st_mode) and depth < 1000 and len(waiting) < 3000:
                    try:
                        waiting.append((os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory),
                            f"{shown}/{name}", depth + 1))
                    except PermissionError:
                        pass
        finally:
            os.close(directory)


def attributes(directory, name):
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    try:
        return os.listxattr(descriptor)
    finally:
        os.close(descriptor)


def tree_faults(top, canary_inodes):
    """What is wrong with the files of a bundle, or of a store."""
    for directory, name, status, shown in below(top):
        if (status.st_dev, status.st_ino) in canary_inodes:
            yield f"{shown} is a file of the canary"
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            continue
        if name.startswith(".wh.") and shown.startswith(("./rootfs/", "./sha")):
            yield f"{shown}: a whiteout stays as a file"
        try:
            names = attributes(directory, name)
        except OSError:  # not ours to open, or more names than a call gives
            continue
        if any(each.startswith(("trusted.overlay.", "user.overlay.")) for each in names):
            yield f"{shown} has an attribute that overlayfs obeys"
        if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_LOOKED_AT and name != "config.json":
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=directory)
            with open(descriptor, "rb") as file:
                data = file.read()
            if SECRET in data:
                yield f"{shown} holds the canary's content"
            if name == "victim" and data != VICTIM:
                yield f"{shown} was written through a link"


def layers_in(store):
    return [name for each in os.listdir(store) if each.startswith("sha") for name in os.listdir(f"{store}/{each}")]


def bundle_faults(bundle, canary_inodes, says):
    """What is wrong with a bundle that was made."""
    if stat.S_IMODE(os.lstat(bundle).st_mode) & 0o077:
        yield "other users can enter the bundle"
    odd = set(os.listdir(bundle)) - {"rootfs", "config.json", "volumes", "rootfs.upper", "rootfs.work"}
    if odd:
        yield f"the bundle holds {sorted(odd)}"
    if not stat.S_ISDIR(os.lstat(bundle + "/rootfs").st_mode):
        yield "rootfs is no directory"
        return
    try:
        with open(bundle + "/config.json", "rb") as file:
            config = file.read()
        json.loads(config)
        if SECRET in config or b'"uid": 77' in config:
            yield "config.json holds something of the canary"
        if says not in config:
            yield f"config.json doesn't say {says.decode()}"
    except (OSError, ValueError) as error:
        yield f"config.json: {error}"
    yield from tree_faults(bundle, canary_inodes)


def speech_faults(words, failed):
    """What is wrong with what was said on stderr."""
    lines = words.decode("utf-8", "replace").rstrip("\n").split("\n")
    if failed and not (words.strip() and len(lines) <= 2 and words.endswith(b"\n")):
        yield f"it failed and said {len(lines) if words else 'no'} lines"
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for line in lines for letter in line):
        yield f"its message holds control characters: {words[:300]!r}"
    if len(words) > 20000:
        yield f"its message has {len(words)} bytes"


def maker(make):
    """Starts a child that calls make(name) for each line it is sent, and sends it back: what it takes to make an image
    shall not be counted as the tool's memory. Two files: to write names to, and to read them from."""
    (read_names, write_names), (read_made, write_made) = os.pipe(), os.pipe()
    if os.fork() == 0:
        try:
            os.close(write_names)
            with open(read_names) as names, open(write_made, "w") as made:
                for line in names:
                    make(line.rstrip("\n"))
                    made.write(line)
                    made.flush()
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(read_names)
    os.close(write_made)
    return open(write_names, "w"), open(read_made)


class Judge:
    """Runs the tool on cases, one after the other, in a directory of its own."""

    def __init__(self, directory, tool, stored=False):
        self.store = os.path.join(directory, "store") if stored else None
        self.ground, self.tool = os.path.join(directory, "ground"), tool
        self.canary, self.bundle, self.image = (os.path.join(self.ground, name) for name in ("canary", "bundle",
            "image"))
        self.names, self.made = maker(lambda name: corpus.find(name).write(self.image, self.canary))
        # A sanitizer's shadow is no measure of memory or time.
        with open(tool, "rb") as file:
            self.sanitized = b"__asan_init" in file.read()

    def generate(self, case):
        self.names.write(case.name + "\n")
        self.names.flush()
        if self.made.readline() != case.name + "\n":
            raise RuntimeError(f"the case {case.name} can't be made")

    def run(self, case):
        """Unpacks; sets status, seconds, kibibytes, words; yields what is wrong with how it ended."""
        limit = case.seconds * (6 if self.sanitized else 1)
        with open(os.path.join(self.ground, "../stderr"), "w+b") as said:
            store = ["--store", self.store] if self.store else []
            process = subprocess.Popen([self.tool, *store, self.image, self.bundle], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=said, start_new_session=True)
            late = threading.Event()
            # Computing time is what counts, for others may be at work; by the clock only what hangs is late.
            timer = threading.Timer(limit * 5, lambda: (late.set(), os.killpg(process.pid, 9)))
            timer.start()
            start = os.times().elapsed
            _, status, used = os.wait4(process.pid, 0)
            self.seconds, self.kibibytes = os.times().elapsed - start, used.ru_maxrss
            timer.cancel()
            process.returncode = self.status = os.waitstatus_to_exitcode(status)
            said.seek(0)
            self.words = said.read()
        self.late = late.is_set()
        if self.late:
            yield f"it runs for more than {limit * 5} s"
            return
        if used.ru_utime + used.ru_stime > limit:
            yield f"it computes for {used.ru_utime + used.ru_stime:.1f} s, more than {limit}"
        try:
            os.killpg(process.pid, 9)
            yield "it leaves a process behind"
        except ProcessLookupError:
            pass
        if self.status not in (0, 125):
            yield f"it ends with {self.status}"
        if self.kibibytes > case.mebibytes * 1024 and not self.sanitized:
            yield f"it takes {self.kibibytes // 1024} MiB of memory, more than {case.mebibytes}"
        yield from speech_faults(self.words, self.status != 0)

    def listing_faults(self):
        """--list reads the same documents."""
        listing = subprocess.run([self.tool, "--list", self.image], stdin=subprocess.DEVNULL, capture_output=True,
            check=False)
        if listing.returncode not in (0, 125):
            yield f"--list ends with {listing.returncode}"
        yield from (f"--list: {fault}" for fault in speech_faults(listing.stderr, listing.returncode != 0))
        yield from (f"--list: {fault}" for fault in speech_faults(listing.stdout, False))

    def store_faults(self, canary_inodes):
        odd = set(os.listdir(self.store)) - {"owners", "sha256", "sha512"}
        if odd and not self.late:
            yield f"the store holds {sorted(odd)}"
        if self.status != 0 and layers_in(self.store):
            yield "it failed, and left a layer in the store"
        yield from tree_faults(self.store, canary_inodes)

    def open_up(self):
        """Directories have the image's own modes, which may close them to whoever unpacked, and looks now."""
        for place in (self.bundle, self.store):
            if place and os.geteuid() != 0 and os.path.isdir(place):
                subprocess.run(["chmod", "-R", "u+rwX", place], check=False, stderr=subprocess.DEVNULL)

    def judge(self, case):
        """All faults of the tool with this case; none, if all is well."""
        subprocess.run(["rm", "-rf", self.ground, *([self.store] if self.store else [])], check=True)
        os.mkdir(self.ground, 0o755)
        make_canary(self.canary)
        self.generate(case)
        before = snapshot(self.ground)
        faults = list(self.run(case))
        self.open_up()
        if case.letter == "Q" and not self.late:
            faults += self.listing_faults()
        after = snapshot(self.ground)
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                faults.append(f"{path} was {'made' if path not in before else 'removed' if path not in after else 'changed'}")
        if self.status == 0:
            inodes = {(os.lstat(self.canary).st_dev, seen[1]) for path,
                seen in before.items() if path.startswith("canary/")}
            faults += list(bundle_faults(self.bundle, inodes, case.says))
        elif os.path.lexists(self.bundle) and not self.late:
            faults.append(f"it failed, and left {os.listdir(self.bundle)} in the bundle")
        if self.store and os.path.exists(self.store):
            faults += self.store_faults(inodes if self.status == 0 else set())
            if b"no digest to be stored by" in self.words:
                return faults
        if case.want == "refused" and self.status == 0:
            faults.append("it unpacks what is to be refused")
        if case.want == "unpacked" and self.status == 125:
            faults.append("it refuses what is to be unpacked: " + self.words.decode("utf-8", "replace").strip())
        return faults
