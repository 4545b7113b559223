"""images.py - images to unpack: tar files, packed, with the documents that make an image of them.

    tars = tars_of_usr(directory, 1 << 30, 6)           this machine's /usr, about 1 GiB of it, in six layers
    tars = tars_of_layout(layout)                       an image whose layers aren't compressed
    image = Image(directory, "large", tars, "gzip")     or "zstd"
    image.path          the image layout
    image.layers        the blobs, in their order
    image.tars          what is in them
"""
import hashlib
import json
import os
import subprocess

MEDIA = "application/vnd.oci.image."
PACK = {"gzip": ["gzip", "-6nc"], "zstd": ["zstd", "-qc"]}


def size_of(path):
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                pass
    return total


def directories(wanted):
    """Directories of /usr, largest kinds first, of about so many bytes together."""
    found, total = [], 0
    for top in ("/usr/bin", "/usr/lib", "/usr/share", "/usr/include", "/usr/sbin", "/usr/libexec"):
        if not os.path.isdir(top):
            continue
        for path in [top] if top == "/usr/bin" else sorted(entry.path for entry in os.scandir(top) if entry.is_dir(follow_symlinks=False)):
            size = size_of(path)
            if 0 < size <= wanted - total:
                found.append((size, path))
                total += size
    return found, total


def groups(wanted, count):
    """The same, shared out: the largest goes where the least is."""
    out = [[0, []] for _ in range(count)]
    for size, path in sorted(directories(wanted)[0], reverse=True):
        least = min(out, key=lambda group: group[0])
        least[0] += size
        least[1].append(path)
    return [paths for _, paths in out if paths]


def tars_of_usr(directory, wanted, count):
    """Whole directories of /usr, until the size is reached."""
    tars = []
    for paths in groups(wanted, count):
        tars.append(os.path.join(directory, f"{len(tars)}.tar"))
        subprocess.run(["tar", "-cf", tars[-1], "-C", "/", "--sort=name", *(path[1:] for path in paths)], check=True,
                       stderr=subprocess.DEVNULL)
    return tars


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def tars_of_layout(layout):
    def blob(descriptor):
        return os.path.join(layout, "blobs", descriptor["digest"].replace(":", "/"))

    manifest = read(blob(read(os.path.join(layout, "index.json"))["manifests"][0]))
    return [blob(layer) for layer in manifest["layers"]]


class Image:
    def __init__(self, directory, name, tars, how):
        self.path, self.tars, self.how = os.path.join(directory, name), tars, how
        self.layers, self._diff_ids, self._descriptors = [], [], []
        os.makedirs(os.path.join(self.path, "blobs/sha256"))
        for tar in tars:
            self._add(tar)
        self._document_all()

    def _add(self, tar):
        self._diff_ids.append("sha256:" + self._hash(tar))
        packed = os.path.join(self.path, "packed")
        with open(packed, "wb") as out:
            subprocess.run([*PACK[self.how], tar], check=True, stdout=out)
        self._descriptors.append(self._blob(packed, f"layer.v1.tar+{self.how}"))
        self.layers.append(os.path.join(self.path, "blobs", self._descriptors[-1]["digest"].replace(":", "/")))

    def _hash(self, path):
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def _blob(self, path, media):
        name = self._hash(path)
        size = os.path.getsize(path)
        os.rename(path, os.path.join(self.path, "blobs/sha256", name))
        return {"mediaType": MEDIA + media, "digest": "sha256:" + name, "size": size}

    def _document(self, value, media):
        path = os.path.join(self.path, "document")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)
        return self._blob(path, media)

    def _document_all(self):
        machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
        config = self._document({"os": "linux", "architecture": machine, "config": {"Cmd": ["true"]},
                                 "rootfs": {"type": "layers", "diff_ids": self._diff_ids}}, "config.v1+json")
        manifest = self._document({"schemaVersion": 2, "mediaType": MEDIA + "manifest.v1+json", "config": config,
                                   "layers": self._descriptors}, "manifest.v1+json")
        manifest["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
        for name, value in (("index.json", {"schemaVersion": 2, "manifests": [manifest]}), ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
            with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
                json.dump(value, file)

    def sizes(self):
        """Bytes: unpacked, packed."""
        return sum(os.path.getsize(tar) for tar in self.tars), sum(os.path.getsize(layer) for layer in self.layers)
