"""Tar entries by hand, right or wrong.

Each function gives the bytes of one entry: headers in front, header, content, padding. tarfile would refuse to write
most of what is needed here. Names are bytes, or text with any byte as surrogate.
"""
BLOCK = 512
END = bytes(2 * BLOCK)


def raw(words):
    return words if isinstance(words, bytes) else words.encode("utf-8", "surrogateescape")


def pad(data):
    return data + bytes(-len(data) % BLOCK)


def octal(number, width):
    """As in the header; what octal digits can't say goes by GNU's base 256."""
    if 0 <= number < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, number)
    return (256 ** width + number if number < 0 else number + (128 << 8 * (width - 1))).to_bytes(width + 1,
        "big")[-width:]


def header(name="", kind=b"0", size=0, mode=0o644, uid=0, gid=0, mtime=1000000000, link="", major=0, minor=0,
           magic=b"ustar\00000", prefix="", checksum=None, **fields):
    """512 bytes. A field given by `fields` (size=..., as bytes) is taken as it stands."""
    parts = {
        "name": raw(name)[:100].ljust(100, b"\0"), "mode": octal(mode, 8), "uid": octal(uid, 8), "gid": octal(gid, 8),
        "size": octal(size, 12), "mtime": octal(mtime, 12), "checksum": b" " * 8, "kind": kind,
        "link": raw(link)[:100].ljust(100, b"\0"), "magic": magic.ljust(8, b"\0"), "users": bytes(64),
        "major": octal(major, 8), "minor": octal(minor, 8), "prefix": raw(prefix)[:155].ljust(155, b"\0"),
            "rest": bytes(12),
    }
    for field, value in fields.items():
        parts[field.removesuffix("_")] = value.ljust(len(parts[field.removesuffix("_")]), b"\0")
    block = b"".join(parts.values())
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def record(key, value):
    """One line of a pax header: its own length in front."""
    body = b" " + raw(key) + b"=" + raw(value) + b"\n"
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def pax(records, kind=b"x", name="pax"):
    """A pax header for the next entry; `g`: for all that follow. Records by name, as pairs, or as bytes."""
    if isinstance(records, dict):
        records = records.items()
    data = records if isinstance(records, bytes) else b"".join(record(*each) for each in records)
    return header(name, kind, len(data)) + pad(data)


def gnu_long(words, kind=b"L", size=None):
    """GNU's way to a long name (L) or link target (K)."""
    data = raw(words) + b"\0"
    return header("././@LongLink", kind, len(data) if size is None else size) + pad(data)


def entry(name, kind=b"0", data=b"", link="", records=(), **more):
    """An entry; names that a header can't hold go into a pax record."""
    name, link, records = raw(name), raw(link), dict(records)
    if len(name) > 100:
        records.setdefault("path", name)
    if len(link) > 100:
        records.setdefault("linkpath", link)
    front = pax(records) if records else b""
    return front + header(name, kind, more.pop("size", len(data)), link=link, **more) + pad(data)


def file(name, data=b"x", **more):
    return entry(name, b"0", data, **more)


def directory(name, mode=0o755, **more):
    return entry(name, b"5", mode=mode, **more)


def symlink(name, target, **more):
    return entry(name, b"2", link=target, mode=0o777, **more)


def hardlink(name, target, **more):
    return entry(name, b"1", link=target, **more)


def fifo(name, **more):
    return entry(name, b"6", **more)


def char(name, major=0, minor=0, **more):
    return entry(name, b"3", major=major, minor=minor, **more)


def block(name, major=0, minor=0, **more):
    return entry(name, b"4", major=major, minor=minor, **more)


def whiteout(path):
    """The whiteout of a path."""
    before, slash, name = path.rpartition("/")
    return file(f"{before}{slash}.wh.{name}", b"")


def opaque(path=""):
    return file((path + "/" if path else "") + ".wh..wh..opq", b"")
