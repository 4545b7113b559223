"""Mutants: correct layers, damaged at random. The number of a mutant is all that is needed to make it again."""
import gzip
import random

from hostile.image import Case
from hostile.packed import zstd_block, zstd_frame
from hostile.tar import END, char, directory, entry, fifo, file, gnu_long, hardlink, header, opaque, pax, symlink, whiteout


def parents(canary):
    """Two layers with something of everything."""
    return [
        [directory("./"), directory("a/b"), file("a/b/f", b"content" * 50), symlink("l", canary), symlink("up",
            "../../../canary"), file("a/g", b"x" * 700, mode=0o4755),
         hardlink("h", "a/g"), fifo("p"), char("c", 1, 3), entry("n" * 120, records={"mtime": "1000000000.123456789",
             "SCHILY.xattr.user.x": "y"}), file("etc/passwd", b"web:x:5:6::/:\n"),
         entry("sparse", data=b"1\n100\n5\n".ljust(512, b"\0") + b"short", records={"GNU.sparse.major": "1",
             "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9000"})],
        [whiteout("a/g"), opaque("a/b"), file("a/b/new"), file("l"), gnu_long("m" * 150) + header("m"),
            pax({"comment": "c"}, b"g"), symlink("a/b/s", "../../.."), file("d/e", b"y" * 1500),
         hardlink("d/h", "d/e"), header("old", magic=b"ustar  \0"), header("seven", magic=b""), directory("up2"),
             symlink("up2/x", "..")]]


def mutate(rng, data, blocks):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 10])):
        if not data:
            break
        unit = 512 if blocks and rng.random() < 0.6 else 1
        count = max(1, len(data) // unit)
        here, there = rng.randrange(count) * unit, rng.randrange(count) * unit
        span = unit * rng.choice([1, 1, 1, 2, 3])
        kind = rng.randrange(7)
        if kind == 0:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[rng.randrange(len(data))] = rng.choice([0, 0x2f, 0x2e, 0x30, 0x37, 0x80, 0xff, rng.randrange(256)])
        elif kind == 2:
            data[here:here + span], data[there:there + span] = data[there:there + span], data[here:here + span]
        elif kind == 3:
            del data[here:here + span]
        elif kind == 4:
            data[there:there] = data[here:here + span] * rng.choice([1, 1, 2, 50])
        elif kind == 5:
            data[here:here + rng.choice([4, 8, 12])] = rng.choice([b"../", b"-1", b"\xff" * 8, b"99999999999",
                b"\0" * 4, b"/"])
        else:
            del data[here:]
    return bytes(data)


def repaired(tar):
    """Checksums made right again: else a damaged header goes no further than its checksum."""
    out = bytearray(tar)
    for at in range(0, len(out) - 511, 512):
        block = out[at:at + 512]
        if block[257:262] == b"ustar" or block[148:156].strip(b" \0").isdigit():
            block[148:156] = b" " * 8
            out[at + 148:at + 156] = b"%06o\0 " % (sum(block) & 0o777777)
    return bytes(out)


def build(image, number):
    rng = random.Random(number)
    how = rng.choice(["none", "none", "gzip", "zstd"])
    damaged = rng.randrange(2)
    for level, entries in enumerate(parents(image.canary)):
        tar = b"".join(entries) + END
        if level == damaged and rng.random() < 0.85:
            tar = mutate(rng, tar, True)
            if rng.random() < 0.8:
                tar = repaired(tar)
        if how == "zstd":
            pieces = [tar[i:i + 60000] for i in range(0, len(tar), 60000)]
            packed = zstd_frame(b"".join(zstd_block(0, len(each), each) for each in pieces) + zstd_block(0, 0, b"",
                True))
        else:
            packed = gzip.compress(tar, 1, mtime=0) if how == "gzip" else tar
        if level == damaged and how != "none" and rng.random() < 0.4:
            packed = mutate(rng, packed, False)
        image.packed_layer(tar, packed, how)
    image.process = {"User": "web", "Cmd": ["sh"]}


def mutant(number):
    return Case(f"mutant-{number}", "mutants", "two correct layers, damaged at random", lambda image: build(image,
        number))
