"""Class Q: digests, sizes, types and documents that lie; and what the image's own files are."""
import json
import os

from hostile.image import CONFIG, INDEX, LAYER, MANIFEST, OCI, case, digest
from hostile.tar import END, file, header

DIGESTS = ["sha256:../../x", "sha256:" + "../" * 30 + "etc/passwd", "../x", "sha256:", "sha256", ":", "",
    "sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 65,
           "sha256:" + "g" * 64, "sha512:" + "a" * 64, "sha256:" + "a" * 64 + "\n", "sha256:" + "a" * 64 + "\0x",
           "SHA256:" + "a" * 64, "md5:" + "a" * 32,
           "sha256:/etc/passwd", "sha256:" + "a" * 5000, "sha256/" + "a" * 64, "sha256:" + "a" * 32 + "/" + "a" * 31,
               "\x1b[2J", "sha256+b64:" + "a" * 64]


@case("digest", "Q", "a layer's digest is {}", "refused", each=DIGESTS)
def layer_digest(image, words):
    image.layer(file("f"))
    # What "../../x" would be: the blob itself.
    os.link(os.path.join(image.directory, "blobs", image.descriptors[0]["digest"].replace(":", "/")), image.path("x"))
    image.descriptors[0]["digest"] = words


@case("digest-config", "Q", "the config's, the manifest's digest is {}", "refused", each=DIGESTS[:8])
def document_digest(image, words):
    image.layer(file("f"))
    image.change["manifest" if len(words) % 2 else "index"] = lambda it: (it["config"] if "config" in it
        else it["manifests"][0]).update(digest=words)


@case("diff-id", "Q", "the DiffID is {}", "refused", each=DIGESTS[:10] + ["sha256:" + "a" * 64])
def diff_id(image, words):
    image.layer(file("f"))
    image.diff_ids[0] = words


@case("diff-ids", "Q", "{} DiffIDs for two layers", "refused", each=[0, 1, 3, 10000])
def diff_ids(image, count):
    image.layer(file("f"))
    image.layer(file("g"))
    image.diff_ids = (image.diff_ids * 5000)[:count]


@case("diff-ids-swapped", "Q", "the DiffIDs of two layers are swapped", "refused")
def diff_ids_swapped(image):
    image.layer(file("f"))
    image.layer(file("g"))
    image.diff_ids.reverse()


@case("content", "Q", "the content of {} isn't what its digest says", "refused", each=["the layer", "the config",
    "the manifest"])
def content(image, what):
    def tamper():
        for directory, _, names in os.walk(os.path.join(image.directory, "blobs")):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as blob:
                    data = blob.read()
                kind = "the layer" if data[:1] != b"{" else "the config" if b'"rootfs"' in data else "the manifest"
                old, new = {"the layer": (b"good", b"evil"), "the config": (b'"config"', b'"konfig"'),
                    "the manifest": (b'schemaVersion": 2', b'schemaVersion":2 ')}[kind]
                if kind == what:
                    with open(path, "wb") as blob:
                        blob.write(data.replace(old, new))
    image.layer(file("f", b"good"), how="none")
    image.change["files"] = tamper


@case("size", "Q", "a layer's size is {}", "refused", each=[0, -1, 1, 2**62, 2**64, 2**63 - 1, 1.5, "10", None, True,
    [], 1e300])
def size(image, number):
    image.layer(file("f"))
    image.descriptors[0]["size"] = number


@case("document-size", "Q", "the manifest's size is {}", "refused", each=[0, 1, -1, 2**22 + 1, 2**62, 2**64])
def document_size(image, number):
    image.layer(file("f"))
    image.change["index"] = lambda it: it["manifests"][0].update(size=number)


@case("media", "Q", "a layer's media type is {}", "refused",
      each=["", LAYER + "+zstd", LAYER, LAYER + "+xz", MANIFEST, CONFIG, INDEX,
      OCI + "layer.nondistributable.v1.tar+foo", LAYER + "+gzip;x=y", " " + LAYER + "+gzip", (LAYER + "+gzip").upper(),
            "\x1b[2J", "a" * 100000, 5, None, LAYER + "+gzip\0"])
def media(image, name):
    image.layer(file("f"))
    image.descriptors[0]["mediaType"] = name


@case("confused", "Q", "a document that two readers take for two things (CVE-2021-41190): {}", "refused",
    each=["manifest with manifests", "index with layers", "manifest typed index", "index typed manifest",
                                                                                                          "config as manifest", "manifest with fsLayers", "config as layer", "schema 1", "mediaType that differs"])
def confused(image, kind):
    image.layer(file("f"))
    def manifest(it):
        if kind == "manifest with manifests":
            it["manifests"] = []
        if kind == "manifest with fsLayers":
            it["fsLayers"] = []
        if kind == "schema 1":
            it["schemaVersion"] = 1
        if kind == "mediaType that differs":
            it["mediaType"] = INDEX
        if kind == "config as layer":
            it["layers"][0] = dict(it["config"])
    def index(it):
        if kind == "index with layers":
            it["layers"] = []
        if kind == "manifest typed index":
            it["manifests"][0]["mediaType"] = INDEX
        if kind == "index typed manifest":
            it["manifests"][0] = image.blob(json.dumps(it).encode(), MANIFEST)
        if kind == "config as manifest":
            it["manifests"][0] = image.blob(b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}', MANIFEST)
    image.change.update(manifest=manifest, index=index)


# ---- indexes
def nested(image, content, depth, width=1):
    for _ in range(depth):
        content = {"schemaVersion": 2, "manifests": [image.blob(json.dumps(content).encode(), INDEX)] * width}
    return content


@case("index-deep", "Q", "indexes in indexes, {} levels", each=[1, 8, 9, 1000])
def index_deep(image, depth):
    image.layer(file("f"))
    image.change["index"] = lambda it: nested(image, it, depth)


@case("index-wide", "P", "eight levels of indexes, each naming the next {} times", "refused", each=[2, 30, 1000],
    seconds=6, root=True)
def index_wide(image, width):
    image.layer(file("f"))
    image.change["index"] = lambda it: nested(image, {"schemaVersion": 2, "manifests": []}, 8, width)


@case("index-self", "Q", "an index that names itself, by the digest of other bytes", "refused")
def index_self(image):
    image.layer(file("f"))
    name = digest(b"itself")
    itself = json.dumps({"schemaVersion": 2, "manifests": [{"mediaType": INDEX, "digest": name,
        "size": 300}]}).encode().ljust(300)
    image.put("blobs/" + name.replace(":", "/"), itself)
    image.put("index.json", itself)
    image.change["index"] = lambda it: itself


@case("manifests-many", "P", "{} manifests for no known machine, each to be looked into", "refused", each=[1000, 9000],
    seconds=6, root=True)
def manifests_many(image, count):
    image.layer(file("f"))
    image.platform = {"os": "plan9", "architecture": "x" * 100000}
    image.change["index"] = lambda it: {"schemaVersion": 2, "manifests": it["manifests"] * count}


@case("manifests-heavy", "P", "5,000 times the same manifest of 3 MB, each to be looked into", "refused", seconds=6,
    root=True)
def manifests_heavy(image):
    image.layer(file("f"))
    image.platform = {"os": "plan9", "architecture": "x"}
    image.change["manifest"] = lambda it: it.update(annotations={"a": "x" * 3_000_000})
    image.change["index"] = lambda it: {"schemaVersion": 2, "manifests": it["manifests"] * 5000}


# ---- JSON
def deep(count):
    return b"[" * count + b"]" * count


def keys(count):
    return b"{" + b",".join(b'"%d":0' % i for i in range(count)) + b"}"


JSON = {  # made when asked for: some are large
    "nested 200,000 deep": lambda: b'{"a":' + deep(200000) + b"}",
    "nested without end": lambda: b'{"a":' * 200000,
    "of 20 MB": lambda: b'{"a":"' + b"x" * 20_000_000 + b'"}',
    "empty": lambda: b"",
    "null": lambda: b"null",
    "a list": lambda: b"[]",
    "a number": lambda: b"1e999999",
    "cut": lambda: b'{"schemaVersion": 2, "manif',
    "of bytes that aren't UTF-8": lambda: b'{"schemaVersion":2,"\xff\xfe":"\xc0\x80"}',
    "of keys that speak to a terminal": lambda: b'{"schemaVersion":2,"manifests":[{"\x7f\xc2\x9b":1,"mediaType":{"\\u001b[2J":1}}]}',
    "with comments": lambda: b'{/**/"schemaVersion":2}',
    "two documents": lambda: b"{}{}",
    "of NUL": lambda: bytes(1000),
    "UTF-16": lambda: '{"schemaVersion":2}'.encode("utf-16"),
    "with a mark of byte order": lambda: b'\xef\xbb\xbf{"schemaVersion":2}',
    "a lone surrogate": lambda: b'{"schemaVersion":2,"annotations":{"\\ud800":"\\udfff"}}',
    "of 38 objects of 10,000 keys": lambda: b'{"schemaVersion":2,"x":[' + b",".join([keys(10000)] * 38) + b"]}",
    "of an object of 300,000 keys": lambda: keys(300000),
    "of a million numbers": lambda: b'{"schemaVersion":2,"x":[' + b"1," * 1_000_000 + b"1]}",
    "of a million empty lists": lambda: b'{"schemaVersion":2,"x":[' + b"[]," * 1_000_000 + b"[]]}",
    "of a number of a million digits": lambda: b'{"schemaVersion":' + b"9" * 1_000_000 + b"}",
}


@case("json-index", "Q", "index.json is {}", "refused", each=list(JSON), mebibytes=192, seconds=6)
def json_index(image, kind):
    image.layer(file("f"))
    image.change["index"] = lambda it: JSON[kind]()


@case("json-manifest", "Q", "the manifest is {}", "refused", each=list(JSON), mebibytes=192, seconds=6)
def json_manifest(image, kind):
    image.layer(file("f"))
    image.change["manifest"] = lambda it: JSON[kind]()


@case("json-config", "Q", "the config is {}", "refused", each=list(JSON), mebibytes=192, seconds=6)
def json_config(image, kind):
    image.layer(file("f"))
    image.change["config"] = lambda it: JSON[kind]()


@case("json-layout", "Q", "oci-layout is {}", "refused", each=[b"", b"{}", b"[]", b'{"imageLayoutVersion":"2.0.0"}',
    b'{"imageLayoutVersion":"\\u001b[2J"}', b'{"imageLayoutVersion":1}', b"x" * 5000,
                                                            deep(2000)])
def json_layout(image, data):
    image.layer(file("f"))
    image.put("oci-layout", data)


@case("json-twice", "Q", "keys that stand twice in {}: one reading, or none", each=["index", "manifest", "config"])
def json_twice(image, kind):
    image.layer(file("f"))
    def twice(it):
        words = json.dumps(it)
        return (words[:-1] + ', "schemaVersion": 1, "manifests": [], "layers": [], "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}').encode()
    image.change[kind] = twice


@case("json-type", "Q", "the field {} of a wrong type", "refused", each=["layers", "config", "diff_ids", "manifests",
    "annotations", "rootfs", "os", "Env", "Labels", "platform"])
def json_type(image, field):
    image.layer(file("f"))
    wrong = {"\x1b[2J": ["\x7f", 5]}
    image.change["config"] = lambda it: it.update({"rootfs": wrong} if field == "rootfs" else {"rootfs": {"type": "x",
        "diff_ids": wrong}} if field == "diff_ids" else {"os": wrong} if field == "os"
                                                  else {"config": {field: {"\x1b\x7f\u009b[2J": 5} if field == "Labels"
                                                      else wrong}} if field in ("Env", "Labels") else {})
    image.change["manifest"] = lambda it: it.update({field: wrong} if field in ("layers", "config") else {})
    image.change["index"] = lambda it: it.update(manifests=wrong) if field == "manifests" else it["manifests"][0].update(
        {"annotations": {"\x1b\x7f\u009b[2J": wrong}} if field == "annotations" else {"platform": wrong}
            if field == "platform" else {})


# ---- files of the layout
@case("blob", "Q", "the layer's blob is a {}", "refused", each=["symlink out", "symlink within", "symlink to a device",
    "fifo", "directory", "device", "hole", "absent", "socket"])
def blob(image, kind):
    image.layer(file("f"), how="none")
    path = os.path.join(image.directory, "blobs", image.descriptors[0]["digest"].replace(":", "/"))
    def replace():
        os.rename(path, os.path.join(image.directory, "moved"))
        if kind.startswith("symlink"):
            outside = os.path.join(os.path.dirname(image.canary),
                "outside") if os.path.isdir(os.path.dirname(image.canary)) else "/dev/null"
            os.symlink({"symlink out": outside, "symlink within": "../../moved",
                "symlink to a device": "/dev/zero"}[kind], path)
        if kind == "fifo":
            os.mkfifo(path)
        if kind == "directory":
            os.mkdir(path)
        if kind == "device" and os.geteuid() == 0:
            os.mknod(path, 0o20666, os.makedev(1, 5))
        if kind == "socket":
            import socket
            with socket.socket(socket.AF_UNIX) as server:
                os.chdir(os.path.dirname(path))
                server.bind(os.path.basename(path))
        if kind == "hole":
            with open(path, "wb") as hole:
                hole.truncate(2**40)
    image.change["files"] = replace


@case("layout-file", "Q", "{} is a fifo", "refused", each=["index.json", "oci-layout", "blobs"], seconds=4)
def layout_file(image, name):
    image.layer(file("f"))
    def replace():
        path = os.path.join(image.directory, name)
        os.rename(path, path + ".moved")
        os.mkfifo(path)
    image.change["files"] = replace


@case("layout-link", "Q", "{} is a symlink to what it should be", "refused", each=["index.json", "oci-layout", "blobs",
    "blobs/sha256"])
def layout_link(image, name):
    image.layer(file("f"))
    def replace():
        path = os.path.join(image.directory, name)
        os.rename(path, path + ".moved")
        os.symlink(os.path.basename(path) + ".moved", path)
    image.change["files"] = replace


@case("sha512", "Q", "digests by sha512", "unpacked")
def sha512(image):
    image.layer(file("f"), how="none")
    image.descriptors[0] = image.blob(file("f") + END, LAYER, "sha512")
    image.diff_ids[0] = digest(file("f") + END, "sha512")


@case("layers-many", "P", "10,000 layers, the first {} (containerd)", each=["bad", "empty"], root=True)
def layers_many(image, first):
    image.layer(b"garbage" * 100 if first == "bad" else b"")
    image.layer(header("f"))
    image.descriptors = [image.descriptors[first == "empty"]] * 10000 if first == "empty" else [image.descriptors[0]] + [image.descriptors[1]] * 9999
    image.diff_ids = [image.diff_ids[1]] * 10000


@case("layers-none", "Q", "no layer at all")
def layers_none(image):
    image.process = {"Cmd": ["sh"]}


@case("foreign", "Q", "a layer with urls to be fetched from, and no blob", "refused")
def foreign(image):
    image.layer(file("f"))
    image.descriptors[0].update(urls=["file:///etc/passwd", "http://127.0.0.1:1/x"], digest=digest(b"elsewhere"),
        mediaType=OCI + "layer.nondistributable.v1.tar+gzip")


@case("tag", "Q", "an image is tagged {}", each=["../../x", "\x1b[2J", "a" * 5000, "", "x\ny", "\udcff"])
def tag(image, words):
    image.layer(file("f"))
    image.change["index"] = lambda it: {"schemaVersion": 2, "manifests": [{**it["manifests"][0],
        "annotations": {"org.opencontainers.image.ref.name": words + end}} for end in ("", "2")]}
