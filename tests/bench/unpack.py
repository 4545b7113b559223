"""unpack.py - the section unpack: each image by layer-unpack and by everything else here that knows what to do with it.

Ours, umoci, podman and skopeo verify what they read; tar and bsdtar, called for one layer after the other as one would by
hand, don't. Then the parts of the work by themselves. All of it to a file system in memory: no disk is measured.
"""
import os
import shutil

import distribution
from images import Image, tars_of_layout, tars_of_usr
from place import tool
from table import Table

MIB = 1 << 20
IMAGES = ("tiny", "distribution", "large")
BLIND = "verifies nothing, and what a layer deletes stays"
STORE = "into a store of its own; a root file system is a mount (overlay) or a copy (vfs) of what is there"
PART = "a part of the work by itself"

BY_HAND = {
    "igzip -dc | tar -x": 'igzip -dc "$each" | tar -xp -C "$out"',
    "tar -xzf": 'tar -xpzf "$each" -C "$out"',
    "tar --zstd -xf": 'tar --zstd -xpf "$each" -C "$out"',
    "bsdtar -xf": 'bsdtar -xpf "$each" -C "$out"',
    "tar -xf": 'tar -xpf "$each" -C "$out"',
}
WRITE, HASH = "write: tar -xf, inflated before", "hash: openssl dgst -sha256, blobs and DiffIDs"
INFLATE = {"gzip": "inflate: igzip -dc", "zstd": "inflate: zstd -dc"}


def by_hand(name, out, files):
    script = f'set -o pipefail; out=$1; shift; mkdir "$out" && for each; do {BY_HAND[name]} || exit; done'
    return ["bash", "-c", script, "-", out, *files]


def add_ours(table, directory, image):
    out, layers, filled = (os.path.join(directory, name) for name in ("out", "layers", "filled"))
    tidy = ["rm", "-rf", out]
    unpack = tool("layer-unpack")
    table.add("layer-unpack", [unpack, image.path, out], tidy=tidy)
    table.add("layer-unpack --store", [unpack, "--store", layers, image.path, out], tidy=[*tidy, layers])
    # The first time, which doesn't count, fills it.
    table.add("layer-unpack --store, a second bundle", [unpack, "--store", filled, image.path, out], tidy=tidy)


def add_engines(table, directory, image):
    """umoci, and those that keep a store: with one of their own, so that what this machine has isn't touched."""
    out, store, settings = (os.path.join(directory, name) for name in ("out", "store", "containers.conf"))
    table.add("umoci unpack", ["umoci", "unpack", "--image", image.path + ":latest", out], tidy=["rm", "-rf", out])
    with open(settings, "w", encoding="utf-8") as file:
        file.write('[engine]\nlock_type = "file"\nevents_logger = "none"\ncgroup_manager = "cgroupfs"\n')
    tidy = ["sh", "-c", 'umount "$1/graph/overlay" 2>/dev/null; rm -rf "$1"', "-", store]
    there = ["env", f"TMPDIR={directory}", f"CONTAINERS_CONF={settings}"]
    podman = [*there, "podman", "--log-level", "error", "--root", f"{store}/graph", "--runroot", f"{store}/run",
              "--tmpdir", f"{store}/tmp", "--storage-driver"]
    for driver in ("overlay", "vfs"):
        table.add(f"podman load, {driver}", [*podman, driver, "load", "-q", "-i", image.path], tidy=tidy, note=STORE,
                  needs="podman")
    to = f"containers-storage:[overlay@{store}/graph+{store}/run]localhost/bench:latest"
    table.add("skopeo copy, overlay", [*there, "skopeo", "copy", "-q", f"oci:{image.path}:latest", to], tidy=tidy,
              note=STORE, needs="skopeo")


def add_by_hand(table, directory, image):
    out = os.path.join(directory, "out")
    for name in ("igzip -dc | tar -x", "tar -xzf") if image.how == "gzip" else ("tar --zstd -xf",):
        table.add(name, by_hand(name, out, image.layers), tidy=["rm", "-rf", out], note=BLIND, needs=name.split()[0])
    table.add("bsdtar -xf", by_hand("bsdtar -xf", out, image.layers), tidy=["rm", "-rf", out], note=BLIND, needs="bsdtar")
    inflate = {"gzip": "igzip", "zstd": "zstd"}[image.how]
    table.add(INFLATE[image.how], [inflate, "-dc", *image.layers], note=PART)
    table.add(HASH, ["openssl", "dgst", "-sha256", *image.layers, *image.tars], note=PART)
    table.add(WRITE, by_hand("tar -xf", out, image.tars), tidy=["rm", "-rf", out], note=PART)


def ask(gates, what, figures):
    """What is asked of the larger gzip images."""
    gates.hold(what, figures, "umoci unpack", "layer-unpack", 0.25, ("wall",))
    gates.hold(what, figures, "igzip -dc | tar -x", "layer-unpack", 1.1, ("wall",))
    parts = [figures.get(label) for label in (INFLATE["gzip"], HASH, WRITE)]
    ours = figures.get("layer-unpack")
    least = max(sum(part["cpu"] for part in parts) / 2, parts[2]["wall"]) if all(parts) else None
    if os.cpu_count() > 1:
        gates.within(f"{what}: wall time", "of the least on two cores", ours["wall"] / least if ours and least else None, 1.25)
    gates.within(f"{what}: peak memory", "MiB", ours and ours["memory"] / 1024, 32)


def measure(place, gates, directory, content, tars, how, rounds):
    name, source = content
    image = Image(directory, f"image-{how}", tars, how)
    whole, packed = image.sizes()
    layers = "1 layer" if len(tars) == 1 else f"{len(tars)} layers"
    title = f"unpack, {name} ({source}): {whole / MIB:.0f} MiB in {layers}, {how}: {packed / MIB:.1f} MiB"
    table = Table(place, title, warm_ups=0, seconds=120)
    for add in (add_ours, add_engines, add_by_hand):
        add(table, directory, image)
    figures = table.measure(rounds)
    if whole > 50 * MIB:
        second = "layer-unpack --store, a second bundle"
        gates.hold(f"unpack, {name}, {how}, again", figures, "layer-unpack", second, 0.1, ("wall",))
        if how == "gzip":
            ask(gates, f"unpack, {name}, {how}", figures)
    for path in (image.path, os.path.join(directory, "filled")):
        shutil.rmtree(path, ignore_errors=True)


def content_of(name, place, directory, quick, cache):
    """Where its files come from, and the tar files of its layers."""
    usr = "of this machine's /usr"
    if name == "tiny":
        return usr, tars_of_usr(directory, 2 * MIB, 1)
    if name == "large":
        return usr, tars_of_usr(directory, 1024 * MIB, 6)
    if quick:
        return f"{usr}: --quick", tars_of_usr(directory, 60 * MIB, 3)
    layout, why_not = distribution.layout(place, cache)
    if why_not:
        return f"{usr}: {why_not}", tars_of_usr(directory, 150 * MIB, 3)
    return "made by debootstrap", [shutil.copy(tar, directory) for tar in tars_of_layout(layout)]


def unpack(place, gates, names, rounds, quick, cache):
    for name in names or IMAGES[:2 if quick else 3]:
        for how in ("gzip",) if quick else ("gzip", "zstd"):
            with place.fresh() as directory:
                source, tars = content_of(name, place, directory, quick, cache)
                measure(place, gates, directory, (name, source), tars, how, max(rounds // (66 if name == "large" else 40), 3))
