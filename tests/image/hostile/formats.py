"""Class P: tar, pax, GNU and star headers that lie, and what else may stand where a tar is due."""
import os
import struct
import zlib

from hostile.image import case
from hostile.tar import (END, directory, entry, file, gnu_long, hardlink, header, octal, pad, pax, record, symlink)

HUGE = ["9223372036854775807", "9223372036854775808", "4611686018427387904", "-1", "-9223372036854775808",
    "99999999999999999999999",
        "1e30", "", "0x10", " 5", "+5", "5 ", "nan", "NaN", "inf", "1.5", "-0", "5\n5"]


@case("pax-size", "P", "a pax record says the size is {}", each=HUGE)
def pax_size(image, value):
    image.layer(entry("f", data=b"short", records={"size": value}), file("g"))


@case("pax-owner", "P", "a pax record says the owner is {}: never cut to root's id", each=["-1", "4294967295",
    "4294967296", "9223372036854775807",
                                                                                          "9223372036854775808", "-4294967296", "x"])
def pax_owner(image, value):
    image.layer(entry("f", records={"uid": value}, mode=0o4755), entry("g", records={"gid": value}))


@case("pax-owner-cut", "P", "an owner beyond 32 bits would become root: {}", "refused", each=["4294967296",
    "8589934592", "-4294967296", "4294967295"])
def pax_owner_cut(image, value):
    image.layer(entry("f", records={"uid": value}, mode=0o4755))


@case("header-owner", "P", "the header's own owner, in base 256: {}", each=[-1, -2**31, 2**32, 2**48, 2**55])
def header_owner(image, number):
    image.layer(header("f", uid=number), header("g", gid=number))


@case("time", "P", "a time of {}", each=["-1", "-1e30", "1e30", "NaN", "-inf", "9223372036854775807",
    "-9223372036854775808", "99999999999999999999.9",
                                       "1.9999999999999", "1.-5", "0.-1", "1000000000.", ".", "1,5"])
def time(image, value):
    image.layer(entry("f", records={"mtime": value}), entry("d", b"5", records={"mtime": value, "atime": value,
        "ctime": value}),
                entry("./", b"5", records={"mtime": value, "LIBARCHIVE.creationtime": value}))


@case("header-time", "P", "the header's own time, in base 256: {}", each=[-1, -2**62, 2**62, 2**63 - 1, 2**80])
def header_time(image, number):
    image.layer(header("f", mtime=number), header("d", b"5", mtime=number))


@case("number", "P", "a size field of {}", each=[b"-0000000001", b"77777777777", b"999", b"0x10", b"        5",
    b"5          ", b"\0\0\0\0\0", b"\x80" + b"\0" * 10 +
                                              b"\5", b"\xff" * 12, b"\x80\xff" + b"\xff" * 10,
                                                  b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7, b"\x81" * 12, b"1 1",
                                              b"5\0\0\0\0\0\0\0\0\0\0" + b"9", b"+5", b"5e9", b"\xc0" + b"\0" * 11])
def number(image, value):
    image.layer(header("f", size_=value) + pad(b"short"), file("g"))


@case("pax-path", "P", "a pax record puts another name in the place of the header's: {}", "refused",
      each=["../../../canary/file", "a/../../../../canary/file", ".."])
def pax_path(image, name):
    image.layer(entry("harmless", records={"path": name}))


@case("pax-link", "P", "a pax record puts another link target: {}", each=["../../../canary/file", "/absent", ""])
def pax_link(image, target):
    image.layer(file("victim", b"victim"), entry("h", b"1", link="victim", records={"linkpath": target}), file("h",
        b"through"))


@case("pax-form", "P", "a pax header of the form {}",
      each=[b"", b"5\n", b"99999 path=x\n", b"0 path=x\n", b"-9 path=x\n", b"9 path=x", b"9 path=x\n\n\n\n",
      b"10 =abcde\n", b"11 path=abc\n\0\0", b"7 path\n",
            b"99999999999999999999 path=x\n", b"\xff\xff\xff", b"9 path=..9 path=x\n", record("path", "a" * 70000),
            record("path", "x") * 5000,
            record("k" * 5000, "v"), record("comment", "c" * 900000), b"18446744073709551625 path=x\n", b"4 =\n",
                b" 9 path=x\n", b"09 path=x\n"])
def pax_form(image, data):
    image.layer(pax(data), header("f"), file("g"))


@case("pax-chain", "P", "{} pax headers in front of one entry", each=[2, 1000, 20000])
def pax_chain(image, count):
    image.layer(pax({"path": "a"}) * count, file("f"))


@case("pax-alone", "P", "a pax header without an entry behind it (kind {})", each=[b"x", b"g", b"L", b"K", b"X"])
def pax_alone(image, kind):
    image.layer(file("f"), pax({"path": "../x"}, kind))


@case("pax-global", "P", "a global pax header names a path, a link, an owner for all: {}",
      each=[{"path": "../../../canary/file"}, {"path": "x"}, {"linkpath": "../../../canary/file"},
      {"size": "4611686018427387904"}, {"uid": "4294967296"},
            {"SCHILY.xattr.user.x": "y"}, {"GNU.sparse.size": "1099511627776"}, {"comment": "c" * 100000}])
def pax_global(image, records):
    image.layer(pax(records, b"g"), file("a"), file("b"), hardlink("h", "a"))


@case("pax-charset", "P", "a character set of {}", each=["BINARY", "ISO-IR 10646 2000 UTF-8", "x" * 5000, "UTF-7",
    "ISO-2022-JP", "../../../canary/file"])
def pax_charset(image, charset):
    image.layer(entry("f", records={"hdrcharset": charset, "path": b"\xff+Li4-/\xfe", "uname": b"\xff"}))


@case("xattr", "P", "an attribute {}: set, left out or refused, and none that overlayfs obeys",
      each=[("user.x", b"y"), ("user.", b"y"), ("", b"y"), ("x", b"y"), ("user.x\ny", b"z"), ("user." + "n" * 300,
      b"y"), ("user.x", b"v" * 65537), ("user.x", b"v" * 60000),
            ("trusted.overlay.opaque", b"y"), ("trusted.overlay.redirect", b"/../../../canary"),
            ("user.overlay.whiteout", b"y"), ("trusted.overlay.metacopy", b""),
            ("security.capability", b"garbage"), ("security.capability", struct.pack("<5I", 0x02000001, 0xffffffff,
                0xffffffff, 0xffffffff, 0xffffffff)),
            ("system.posix_acl_access", b"garbage"), ("system.posix_acl_access", struct.pack("<I", 2) + b"\xff" * 80),
                ("system.posix_acl_default", b"\2\0\0\0"),
            ("security.selinux", b"x"), ("security.ima", b"\1" * 30), ("system.nfs4_acl", b"x"), ("trusted.x", b"y"),
                ("user.\x1b[2J", b"y"), ("user.%00a", b"y")])
def xattr(image, attribute):
    name, value = attribute
    records = {"SCHILY.xattr." + name: value}
    image.layer(entry("f", records=records), entry("d", b"5", records=records), entry("s", b"2", link="f",
        records=records))


@case("xattr-libarchive", "P", "the same in libarchive's own form")
def xattr_libarchive(image):
    image.layer(entry("f", records={"LIBARCHIVE.xattr.trusted.overlay.opaque": "eQ", "LIBARCHIVE.xattr.user.x": "!!!",
        "LIBARCHIVE.xattr.%75ser%2Eoverlay.x": "eQ",
                                    "LIBARCHIVE.symlinktype": "dir",
                                    "SCHILY.acl.access": "user::rwx,user:9999999999:rwx",
                                        "SCHILY.fflags": "schg,nodump"}))


@case("acl-long", "P", "an access list of {} users, which takes libarchive the square of it", "refused", each=[2000,
    30000, 200000])
def acl_long(image, count):
    image.layer(entry("f", records={"SCHILY.acl.access": ",".join(f"u:{i}:r" for i in range(count))}))


@case("acl-solaris", "P", "the same as a Solaris tar has it, behind {} attributes", "refused", each=[0, 10])
def acl_solaris(image, attributes):
    words = b"1000000\0" + b",".join(b"u:%d:r" % i for i in range(90000)) + b"\0"
    records = {f"SCHILY.xattr.user.{i}": "v" * 60000 for i in range(attributes)}
    image.layer(header("f", b"A", len(words)) + pad(words) + entry("f", records=records))


@case("acl-nfs", "P", "the same of NFSv4, {} entries", "refused", each=[2000, 20000])
def acl_nfs(image, count):
    image.layer(entry("f", records={"SCHILY.acl.ace": ",".join(f"user:{i}:r::allow" for i in range(count))}))


@case("acl-many", "P", "20,000 files with access lists of 500 users", "refused")
def acl_many(image):
    image.layer(entry("f", records={"SCHILY.acl.access": ",".join(f"u:{i}:r" for i in range(500))}) * 20000)


@case("xattr-many", "P", "{} attributes of one file", each=[100, 20000, 60000])
def xattr_many(image, count):
    image.layer(entry("f", records={f"SCHILY.xattr.user.{i}": "v" for i in range(count)}))


@case("sparse-0", "P", "GNU.sparse 0.0 and 0.1 with the map {}",
      each=["0,1", "0,9223372036854775807", "9223372036854775807,1", "-1,5", "5,-1", "0,1,0,1", "10,1,5,1", "x", "",
      ",,,,", "0,1," * 30000 + "0,1", "4611686018427387904,0"])
def sparse_0(image, ranges):
    words = ranges.split(",")
    pairs = [pair for i in range(0, len(words) - 1, 2) for pair in (("GNU.sparse.offset", words[i]),
        ("GNU.sparse.numbytes", words[i + 1]))]
    old = [("GNU.sparse.size", "100"), ("GNU.sparse.numblocks", str(len(words) // 2))]
    image.layer(pax(old + pairs) + header("f", size=5) + pad(b"short"),
                pax([("GNU.sparse.size", "100"), ("GNU.sparse.map", ranges), ("GNU.sparse.name",
                "../x" if ranges == "x" else "g")]) + header("g", size=5) + pad(b"short"))


@case("sparse-1", "P", "GNU.sparse 1.0 with the map {}",
      each=[b"1\n0\n5\n", b"0\n", b"-1\n", b"99999999999\n", b"18446744073709551616\n0\n1\n", b"2\n0\n5\n0\n5\n",
      b"1\n9223372036854775807\n5\n", b"1\n0\n9223372036854775807\n",
            b"1\n4611686018427387904\n5\n", b"x\n", b"", b"1\n" * 3, b"1\n\n\n", b"9" * 500 + b"\n",
            b"100000\n" + b"1\n1\n" * 100000, b"3\n0\n1\n50\n1\n20\n1\n"])
def sparse_1(image, sparse_map):
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "f", "GNU.sparse.realsize": "100"}
    data = pad(sparse_map) + b"short"
    image.layer(entry("GNUSparseFile.0/f", data=data, records=records), file("g"))


@case("sparse-size", "P", "a sparse file of {} bytes in a tar of two blocks", each=[2**31, 2**40, 2**43, 2**44, 2**62,
    2**63 - 1, 2**63, -5])
def sparse_size(image, size):
    for name, records in (("f", {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(size)}),
        ("g", {"GNU.sparse.size": str(size), "GNU.sparse.map": ""})):
        image.layer(entry(name, data=pad(b"1\n0\n0\n"), records=records))


@case("sparse-huge", "P", "a hole of {} bytes", "refused", each=[2**38, 2**40, 2**43, 2**62, 2**63 - 1])
def sparse_huge(image, size):
    image.layer(entry("f", data=pad(b"1\n0\n0\n"), records={"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
        "GNU.sparse.realsize": str(size)}))


@case("sparse-many", "P", "200 holes of a gigabyte each", "refused")
def sparse_many(image):
    image.layer(*[entry(f"f{i}", data=pad(b"1\n0\n0\n"), records={"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
        "GNU.sparse.realsize": str(2**30)}) for i in range(200)])


@case("sparse-old", "P", "the old GNU sparse header, its map {}", each=[(0, 5), (2**62, 5), (-1, 5), (0, 2**62), (5,
    -1)])
def sparse_old(image, numbers):
    fields = b"".join(octal(each, 12) for each in numbers)
    old = bytes(41) + fields * 4 + b"\1" + octal(2**62, 12)
    block = bytearray(header("f", b"S", 5, magic=b"ustar  \0"))
    block[345:345 + len(old)] = old
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    image.layer(bytes(block) + (fields * 21 + b"\1").ljust(512, b"\0") * 50 + pad(b"short"), file("g"))


@case("gnu-long", "P", "a GNU long name {} claims",
      each=[(5, b"L"), (2**31, b"L"), (2**31 - 1, b"K"), (2**62, b"L"), (-1, b"L"), (0, b"L"), (0, b"K"), (2**20,
      b"L")])
def gnu_long_claims(image, claim):
    size, kind = claim
    image.layer(gnu_long("name", kind, size), file("f"))


@case("gnu-long-chain", "P", "GNU long names, {} in a row", each=[2, 1000, 20000])
def gnu_long_chain(image, count):
    image.layer(gnu_long("../../../canary/file") * count, gnu_long("link", b"K") * 2, gnu_long("a"), header("f"))


@case("gnu-long-up", "P", "a GNU long name that leads up", "refused")
def gnu_long_up(image):
    image.layer(gnu_long("../../../canary/file"), file("f"))


@case("gnu-long-nul", "P", "a GNU long name with a NUL in it, or none at its end")
def gnu_long_nul(image):
    image.layer(gnu_long(b"a\0/../../x"), header("f"), header("././@LongLink", b"L", 512) + b"n" * 512 + header("g"),
        gnu_long(b"") + header("h"))


@case("gnu-and-pax", "P", "long names by GNU's and pax's way at once, that disagree")
def gnu_and_pax(image):
    image.layer(gnu_long("../../../canary/file") + pax({"path": "a"}) + header("f"),
        pax({"path": "b"}) + gnu_long("../../../canary/file") + header("f"),
                pax({"path": "c"}) + pax({"path": "../../../canary/file"}, b"g") + header("f"))


@case("prefix", "P", "the ustar prefix {} in front of the name", each=["..", "../..", "../../../canary", "/", "a/..",
    "a" * 155, "\n", ".wh.x", "."])
def prefix(image, words):
    image.layer(header("file", prefix=words), header("../" * 3 + "canary/file", prefix=words))


@case("dialect", "P", "a header of another dialect ({})", each=[b"", b"ustar  \0", b"ustar\0\0\0", b"tar\0\0\0\0\0",
    b"USTAR\00000", b"\xff" * 8, b"ustar\00099"])
def dialect(image, magic):
    image.layer(header("f", magic=magic, prefix="../.."), header("d/", b"\0", magic=magic), header("s", b"2",
        link=image.canary, magic=magic), header("s/file", magic=magic))


@case("checksum", "P", "a header with a wrong checksum ({})", "refused", each=[0, 1, 99999])
def checksum(image, value):
    image.layer(header("g"), header("f", checksum=value), file("h"))


@case("cut", "P", "the tar ends {} bytes into its second entry", each=[0, 1, 100, 511, 512, 513, 600, 1023])
def cut(image, length):
    image.layer(file("f"), file("g", b"x" * 600)[:length], end=b"")


@case("no-end", "P", "a tar without its end, with half of it, with a garbage behind it ({})", each=[b"", bytes(512),
    bytes(511), END + b"garbage" * 100,
                                                                                               END + file("../x"), bytes(512) + file("late") + END, END * 2000, bytes(1)])
def no_end(image, end):
    image.layer(file("f"), end=end)


@case("not-a-tar", "P", "what isn't a tar: {}",
      each=[b"", b"x", b"\0", bytes(511), b"PK\3\4" + b"\0" * 600, b"070701" + b"0" * 600, b"xar!" + b"\0" * 600,
      b"\xfd7zXZ\0" + b"\0" * 600, b"BZh9" + b"\0" * 600,
            b"!<arch>\n" + b" " * 600, b"\x7fELF" + b"\1" * 600, b"#!/bin/sh\n" * 100, b"<html>" * 200,
            b"7z\xbc\xaf\x27\x1c" + bytes(600), b"Rar!\x1a\7\0" + bytes(600),
            b"MSCF" + bytes(600), b"#mtree\n./f type=file\n" * 50, b"WARC/1.0\r\n" * 80, b"\xc7\x71" + bytes(600),
                os.urandom(2048), b"hsqs" + bytes(2000), b"\xff" * 2048])
def not_a_tar(image, data):
    image.layer(data, end=b"", how="none")


@case("tar-in-wrapper", "P", "a tar compressed twice, or by what no media type names: {}", "refused",
    each=["gzip twice", "zlib", "deflate", "bzip2", "xz", "lzma"])
def tar_in_wrapper(image, kind):
    import bz2
    import gzip
    import lzma
    tar = file("f") + END
    packed = {"gzip twice": gzip.compress(gzip.compress(tar)), "zlib": zlib.compress(tar),
        "deflate": zlib.compress(tar)[2:-4], "bzip2": bz2.compress(tar),
              "xz": lzma.compress(tar), "lzma": lzma.compress(tar, lzma.FORMAT_ALONE)}[kind]
    image.layer(file("f"), packed=packed)


@case("directory-content", "P", "a directory, a symlink, a hard link and a fifo with content behind their headers")
def directory_content(image):
    image.layer(entry("d", b"5", data=b"content" * 100), entry("s", b"2", b"content" * 100, "d"), file("f"), entry("h",
        b"1", b"content" * 100, "f"),
                entry("p", b"6", data=file("../x")), file("g"))


@case("entries-many", "P", "30,000 empty files in a tar that shrinks to nothing", "unpacked", root=True)
def entries_many(image):
    image.layer(*[header(f"d{i % 1000}/{i}") for i in range(30000)])


@case("deep", "P", "{} names, each 2,000 directories deep on a way of its own", each=[1, 6], root=True)
def deep(image, count):
    image.layer(*[file(f"{i}/" + "a/" * 2000 + "f") for i in range(count)])


@case("deep-above", "P", "15 such names in a layer on top of another, where it is noted what a layer has brought",
    mebibytes=44, seconds=20, root=True)
def deep_above(image):
    image.layer(file("f"))
    image.layer(*[file(f"{i}/" + "a/" * 2000 + "f") for i in range(15)])


@case("deep-steps", "P", "a directory in a directory in a directory, 1,000 times by entries of their own", "unpacked",
    root=True)
def deep_steps(image):
    image.layer(*[directory("a/" * depth) for depth in range(1, 1000)])


def chain():
    return [part for i in range(10) for part in (directory(f"l{i}/" + "a/" * 1900), symlink(f"l{i + 1}",
        f"l{i}/" + "a/" * 1900), file(f"l{i + 1}/f"))]


@case("deep-chain", "P", "deeper than any path: a symlink to the end of 2,000 directories, again and again", root=True)
def deep_chain(image):
    image.layer(*chain())


@case("deep-chain-above", "P", "the same in a second layer", root=True)
def deep_chain_above(image):
    image.layer(directory("l0/" + "a/" * 1900), file("l0/f"))
    image.layer(*chain())


@case("links-up-and-down", "P", "a symlink's target of a thousand '..', gone through by a thousand files, in a second layer")
def links_up_and_down(image):
    image.layer(directory("a/" * 20), symlink("up", "a/" * 20 + "../a/" * 800))
    image.layer(*[file(f"up/f{i}") for i in range(1000)])
