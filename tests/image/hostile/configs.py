"""Class H, M, L: what an image's config asks for, and the files of the root file system that are read to answer it."""
import os

from hostile.image import case
from hostile.tar import END, block, char, directory, entry, fifo, file, hardlink, header, symlink

PASSWD = b"root:x:0:0:root:/root:/bin/sh\nweb:x:5:6::/:\n1000:x:0:0::/:\n"


@case("user", "H", "the user {}", each=["0", "1000", "1000x", "-1", "2147483648", "4294967296", "18446744073709551616",
    "0x0", " 0", "0 ", ":", ":::", "web:", ":web", "web:0:0", "+0", "00", "1e3",
                                      "\x1b[2J", "x\ny", "x" * 100000, "../../../canary/file", "web\0", "\udcff", "*",
                                      "root:x:0:0"])
def user(image, words):
    image.layer(file("etc/passwd", PASSWD), file("etc/group", b"web:x:7:\n"))
    image.process = {"User": words}


@case("user-number", "H", "a user called 1000 in the image, with root's id, isn't uid 1000", "unpacked",
    says=b'"uid": 1000')
def user_number(image):
    image.layer(file("etc/passwd", PASSWD))
    image.process = {"User": "1000"}


@case("user-beyond", "H", "the user {} is beyond what an id may be", "refused", each=["2147483648", "4294967296",
    "4294967295:0", "0:4294967296", "1000x", "-1"])
def user_beyond(image, words):
    image.layer(file("etc/passwd", PASSWD), file("etc/group", b"web:x:7:\n"))
    image.process = {"User": words}


@case("passwd", "H", "the image's /etc/passwd is a {}", "refused", each=["symlink to the host's", "symlink that climbs",
    "fifo", "device", "block device", "directory", "symlink to itself",
                                                                     "hard link to the host's", "symlink to /proc",
                                                                     "file below a symlinked etc"])
def passwd(image, kind):
    name, outside = "etc/passwd", image.canary + "/passwd"
    image.layer(*{"symlink to the host's": [symlink(name, outside)], "symlink that climbs": [symlink(name,
        "../" + image.climb + "/passwd")], "fifo": [fifo(name)], "device": [char(name, 1, 5)],
                  "block device": [block(name, 7, 0)], "directory": [directory(name)],
                  "symlink to itself": [symlink(name, "passwd")], "hard link to the host's": [hardlink(name, outside)],
                  "symlink to /proc": [symlink(name, "/proc/self/root" + outside)],
                      "file below a symlinked etc": [symlink("etc", image.canary)]}[kind])
    image.process = {"User": "canary"}


@case("group", "H", "the image's /etc/group is a {}", "refused", each=["symlink to the host's", "fifo", "device",
    "directory"])
def group(image, kind):
    name = "etc/group"
    image.layer(file("etc/passwd", PASSWD), {"symlink to the host's": symlink(name, image.canary + "/passwd"),
        "fifo": fifo(name), "device": char(name, 1, 5), "directory": directory(name)}[kind])
    image.process = {"User": "web:canary"}


@case("passwd-large", "H", "an /etc/passwd of {} bytes, a hole", each=[2**26, 2**30, 2**40])
def passwd_large(image, size):
    image.layer(entry("etc/passwd", data=b"1\n0\n0\n".ljust(512, b"\0"), records={"GNU.sparse.major": "1",
        "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(size)}))
    image.process = {"User": "web"}


@case("passwd-lines", "H", "an /etc/passwd of odd lines: {}", each=[b":" * 60000, b"\n" * 60000,
    b"web:x:4294967296:0::/:\n", b"web:x:-1:0\n", b"web:x:0", b"web:x:5:6" + b":" * 100000, b"\0" * 60000,
                                                                 b"web\0:x:5:6::/:\n", b"web:x: 5:6::/:\n",
                                                                 b"web:x:5:6\r\n"])
def passwd_lines(image, data):
    image.layer(file("etc/passwd", data), file("etc/group",
        b"g:x:7:" + b"web," * 20000 + b"\n" + b"".join(b"g%d:x:%d:web\n" % (i, i) for i in range(3000))))
    image.process = {"User": "web"}


@case("workdir", "H", "the working directory {}", each=["../../..", "/../../../canary", "a/../../..", "", "x\ny",
    "\x1b[2J", "/" * 5000, "\udcff", "x\0y", "/proc/self/fd/3", "a" * 100000])
def workdir(image, words):
    image.layer(file("f"))
    image.process = {"WorkingDir": words}


@case("volume", "M", "the volume {} is a directory of the bundle's volumes/, or refused",
      each=["../../../canary", "/../canary", "a/../../x", "", "/", ".", "..", "//", "x\ny", "\x1b[2J", "a" * 300,
      "a/" * 3000, "\udcff", "x\0y", ".wh.x", "a/b", "-rf", "/proc", "a" * 255 + "/b"])
def volume(image, path):
    image.layer(directory("a/b"), symlink("l", image.canary))
    image.process = {"Volumes": {path: {}}}


@case("volume-up", "M", "the volume {} leads up", "refused", each=["../../../canary", "/../canary", "a/../../x"])
def volume_up(image, path):
    volume(image, path)


@case("volume-link", "M", "a volume where the image has a symlink to the host: {}", each=["l", "l/dir", "m/file",
    "/l/../x".replace("..", "y")])
def volume_link(image, path):
    image.layer(symlink("l", image.canary), symlink("m", image.climb))
    image.process = {"Volumes": {path: {}, "/" + path: {}}}


@case("volume-same", "M", "volumes whose directories would have the same name: {}", each=[["a/b", "a-b"], ["a", "/a",
    "a/", "./a"], ["x\x1b[2J/y", "x\x1b[2J-y"]])
def volume_same(image, paths):
    image.layer(directory("a/b"))
    image.process = {"Volumes": {path: {} for path in paths}}


@case("volumes-many", "P", "5,000 volumes")
def volumes_many(image):
    image.layer(file("f"))
    image.process = {"Volumes": {f"/v{i}": {} for i in range(5000)}}


@case("environment", "H", "a variable {}", each=["", "=", "NAME", "x\0y=1", "LD_PRELOAD=/evil.so", "A\n=b", "\udcff=1",
    "=x=y", "P" * 1_000_000 + "=1"])
def environment(image, variable):
    image.layer(file("f"))
    image.process = {"Env": [variable, "PATH=/bin"], "Cmd": [variable or "sh"]}


@case("environment-many", "P", "{} variables", each=[20000, 100000], seconds=6)
def environment_many(image, count):
    image.layer(file("f"))
    image.process = {"Env": [f"V{i}=" for i in range(count)]}


@case("label", "H", "a label that a runtime would obey, or read wrongly: {}", "unpacked",
      each=["run.oci.keep_original_groups", "org.systemd.property.ExecStart", "run.oci.hooks.stderr", "\x1b[2J",
      "a" * 5000, "org.opencontainers.image.os", ""])
def label(image, name):
    image.layer(file("f"))
    image.process = {"Labels": {name: "1\x1b[2J"}}


@case("platform", "H", "an architecture, an os that speak to the terminal")
def platform(image):
    image.layer(file("f"))
    image.platform = {"os": "\x1b[2J\x7f", "architecture": "\x1b[31m\u009b", "variant": "\x07"}


@case("helpers", "L", "an image full of helpers and libraries: none is run or loaded", "unpacked")
def helpers(image):
    names = [f"{place}/{name}" for place in ("bin", "usr/bin", "sbin") for name in ("unpigz", "pigz", "gzip", "zstd",
        "tar", "sh", "newuidmap", "newgidmap", "id", "getent", "modprobe")]
    libraries = [f"{place}/{name}" for place in ("lib", "lib64", "usr/lib", "lib/x86_64-linux-gnu") for name in
                 ("libnss_files.so.2", "libnss_compat.so.2", "libc.so.6", "ld-linux-x86-64.so.2", "libz.so.1",
                     "libzstd.so.1", "libarchive.so.13", "libcrypto.so.3")]
    image.layer(*[file(name, b"#!/bin/sh\ntouch " + image.canary.encode() + b"/ran\n", mode=0o755) for name in names],
        *[file(name, b"evil", mode=0o755) for name in libraries],
                file("etc/nsswitch.conf", b"passwd: compat evil\n"), file("etc/ld.so.preload", b"/lib/evil.so\n"),
                file("etc/passwd", PASSWD), file("etc/group", b"web:x:7:\n"),
                directory("usr/lib/locale"), file("usr/lib/locale/locale-archive", b"x"), file("etc/ssl/openssl.cnf",
                    b"x"))
    image.process = {"User": "web", "Env": ["LD_PRELOAD=/lib/evil.so", "LD_LIBRARY_PATH=/lib"]}
