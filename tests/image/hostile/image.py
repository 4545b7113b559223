"""An image layout under construction, and the list of all cases.

By default what is written is a correct image around hostile layers: digests and sizes are those of the bytes, as an
attacker's would be. What is to be wrong is changed on the way: the layers' descriptors, the documents before they are
written, the files of the layout.
"""
import gzip
import hashlib
import json
import os
import zlib

from hostile.tar import END

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
OCI = "application/vnd.oci.image."
LAYER = OCI + "layer.v1.tar"
INDEX, MANIFEST, CONFIG = (OCI + kind + ".v1+json" for kind in ("index", "manifest", "config"))

CASES = {}  # by name


class Case:
    """want: "refused", "unpacked", or None where both are fine. says: what config.json has to hold. root: only as root."""

    def __init__(self, name, letter, sentence, build, want=None, seconds=10, mebibytes=64, root=False, says=b""):
        self.name, self.letter, self.sentence, self.build, self.want = name, letter, sentence, build, want
        self.seconds, self.mebibytes, self.root, self.says = seconds, mebibytes, root, says

    def write(self, directory, canary):
        image = Image(directory, canary)
        self.build(image)
        image.write()


def case(name, letter, sentence, want=None, **limits):
    """Makes a function of an Image a case. With `each=[...]` one for every value, which is its second argument; it stands
    in the sentence's {}, and its number behind the name."""
    values = limits.pop("each", None)

    def add(build):
        if values is None:
            CASES[name] = Case(name, letter, sentence, build, want, **limits)
            return build
        for number, value in enumerate(values, 1):
            shown = repr(value if isinstance(value, bytes) else str(value))[:60]
            CASES[f"{name}-{number}"] = Case(f"{name}-{number}", letter, sentence.format(shown),
                                             lambda image, value=value: build(image, value), want, **limits)
        return build
    return add


def digest(data, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


class Image:
    def __init__(self, directory, canary):
        self.directory, self.canary, self.documents = directory, canary, {}
        # From the root file system as it is built (BUNDLE/.rootfs.PID/rootfs), the canary beside the bundle.
        self.climb = "../../../" + os.path.basename(canary)
        self.descriptors, self.diff_ids, self.process = [], [], {}
        self.platform = {"os": "linux", "architecture": MACHINE}
        self.change = {}  # kind -> function that is given the document to change it, or to return bytes in its place
        self.index = None  # the whole of index.json, in place of the one made here

    def path(self, name):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode())

    def blob(self, data, media, algorithm="sha256", **more):
        """Puts it where its digest says; its descriptor."""
        name = digest(data, algorithm)
        self.put("blobs/" + name.replace(":", "/"), data)
        return {"mediaType": media, "digest": name, "size": len(data), **more}

    def layer(self, *entries, end=END, how="gzip", packed=None):
        """The next layer, of entries. `packed`: bytes in place of what compressing gives."""
        tar = b"".join(entries) + end
        self.packed_layer(tar, packed if packed is not None else gzip.compress(tar, 1,
            mtime=0) if how == "gzip" else tar,
                          how)

    def packed_layer(self, tar, packed, how):
        self.descriptors.append(self.blob(packed, LAYER + ("" if how == "none" else "+" + how)))
        self.diff_ids.append(digest(tar))

    def streamed_layer(self, pieces, how="gzip"):
        """A layer too large to hold, of pieces (bytes, how often)."""
        hasher, packer, packed = hashlib.sha256(), zlib.compressobj(1, zlib.DEFLATED, 31), []
        for piece, times in pieces:
            for _ in range(times):
                hasher.update(piece)
                packed.append(packer.compress(piece))
        packed.append(packer.flush())
        self.descriptors.append(self.blob(b"".join(packed), LAYER + "+" + how))
        self.diff_ids.append("sha256:" + hasher.hexdigest())

    def document(self, kind, content, media, **more):
        change = self.change.get(kind)
        changed = change(content) if change else None
        content = content if changed is None else changed
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.blob(data, media, **more)

    def write(self):
        config = self.document("config", {**self.platform, "config": self.process,
                                          "rootfs": {"type": "layers", "diff_ids": self.diff_ids}}, CONFIG)
        manifest = self.document("manifest", {"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                                              "layers": self.descriptors}, MANIFEST)
        index = {"schemaVersion": 2, "manifests": [manifest]}
        change = self.change.get("index")
        changed = change(index) if change else None
        self.put("index.json", index if changed is None else changed)
        if not os.path.lexists(self.path("oci-layout")):
            self.put("oci-layout", {"imageLayoutVersion": "1.0.0"})
        late = self.change.get("files")
        if late:
            late()
