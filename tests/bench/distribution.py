"""distribution.py - an image of a distribution: debootstrap's smallest system, and layers of changes on top.

    layout, why_not = distribution.layout(place, cache)

It is what this machine runs, from the mirror that its apt uses. Made once and kept in the cache directory, as an image
whose layers aren't compressed, under a name that changes with the recipe. Without debootstrap or a network: None, and why.
"""
import hashlib
import os
import platform
import shutil
import subprocess

from place import tool

# Each is a layer: a script that runs in the root file system, after those before it.
LAYERS = (
    ("the smallest system", "apt-get clean; rm -rf /var/lib/apt/lists/*"),
    ("packages added", """apt-get -q update && apt-get -qy install --no-install-recommends python3 git
                          apt-get clean; rm -rf /var/lib/apt/lists/*"""),
    ("files changed", "find /usr/lib/python3* -name '*.py' -exec sed -i '1i# changed' {} +"),
    ("files deleted", "rm -rf /usr/share/man /usr/share/locale /usr/share/i18n"),
    ("a directory replaced", "cp -a /usr/share/doc/git /usr/share/new; rm -r /usr/share/doc; mv /usr/share/new /usr/share/doc"),
)
ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"]
# All processes end with us, and so does what they mount.
CONTAINED = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]


def mirror_of(system):
    """Where apt gets this release's main packages from, or nothing."""
    wanted = [system.get("ID", ""), system.get("VERSION_CODENAME", ""), "main"]
    rows = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)",
                           "Created-By: Packages"], capture_output=True, text=True, check=False).stdout.splitlines()
    found = [row.split() for row in rows if len(row.split()) == 4]
    return next((row[3] for row in found if [row[0].lower(), *row[1:3]] == wanted), "")


def place_to_keep(cache, system):
    recipe = hashlib.sha256(repr(LAYERS).encode()).hexdigest()[:8]
    return os.path.join(cache, f"distribution-{system.get('VERSION_CODENAME')}-{recipe}")


def layout(place, cache):
    system = platform.freedesktop_os_release()
    kept = place_to_keep(cache, system)
    if os.path.isdir(kept):
        return kept, ""
    for program in ("debootstrap", "apt-get"):
        if not shutil.which(program):
            return None, f"{program}: not installed"
    mirror = mirror_of(system)
    if not mirror:
        return None, "apt knows no mirror of this release (hint: apt-get update)"
    unfinished = kept + ".unfinished"
    with place.fresh() as directory:
        if why := make(directory, system["VERSION_CODENAME"], mirror):
            return None, why
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(os.path.join(directory, "image"), unfinished)
    os.rename(unfinished, kept)
    return kept, ""


def make(directory, suite, mirror):
    """directory/image; nothing, or why it failed."""
    root, image, below = (os.path.join(directory, name) for name in ("root", "image", "below"))
    log = os.path.join(directory, "log")
    why = run(log, ["debootstrap", "--variant=minbase", suite, root, mirror])
    for what, script in LAYERS:
        if os.path.isdir(image):
            shutil.rmtree(below, ignore_errors=True)
            os.rename(image, below)
        why = why or run(log, ["chroot", root, *ENVIRONMENT, "sh", "-ec", script])
        on = ["--on", below] if os.path.isdir(below) else []
        why = why or run(log, [tool("layer-pack"), "--compress", "none", "--history", what, *on, root, image])
    return why


def run(log, command):
    try:
        with open(log, "w", encoding="utf-8") as out:
            status = subprocess.run([*CONTAINED, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=900,
                                    check=False).returncode
    except subprocess.TimeoutExpired:
        return f"{os.path.basename(command[0])}: took more than 900 s"
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"{os.path.basename(command[0])}: {said or status}" if status else ""
