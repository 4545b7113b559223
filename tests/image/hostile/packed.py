"""Class P: gzip and zstd data that lies or swells."""
import gzip
import hashlib
import struct

from hostile.image import case
from hostile.tar import END, file, header, pad, pax

TAR = file("f", b"content") + END
PACKED = gzip.compress(TAR, 6, mtime=0)


def changed(data, offset, byte):
    return data[:offset] + bytes([data[offset] ^ byte]) + data[offset + 1:]


@case("gzip", "P", "gzip data that is {}", each=["cut", "cut in its end", "cut in its head", "of a wrong crc",
    "of a wrong length", "followed by garbage", "followed by zeros",
                                               "followed by half a member", "of 10,000 empty members",
                                               "of 10,000 members", "of an unknown method", "with reserved flags",
                                                   "with a name of 1 MB",
                                               "with a name of no end", "with an extra field too long",
                                                   "of stored blocks that lie", "of a block type that isn't"])
def gzip_data(image, kind):
    empty = gzip.compress(b"", mtime=0)
    members = b"".join(gzip.compress(TAR[i:i + 1], 1, mtime=0) for i in range(len(TAR)))
    named = PACKED[:3] + b"\x08" + PACKED[4:10]
    image.layer(file("f", b"content"), packed={
        "cut": PACKED[:-20], "cut in its end": PACKED[:-3], "cut in its head": PACKED[:7],
            "of a wrong crc": changed(PACKED, -8 + len(PACKED), 1),
        "of a wrong length": changed(PACKED, -1 + len(PACKED), 1), "followed by garbage": PACKED + b"garbage",
            "followed by zeros": PACKED + bytes(100000),
        "followed by half a member": PACKED + PACKED[:15],
            "of 10,000 empty members": empty * 5000 + PACKED + empty * 5000,
            "of 10,000 members": members + empty * 8000,
        "of an unknown method": changed(PACKED, 2, 1), "with reserved flags": changed(PACKED, 3, 0xe0),
            "with a name of 1 MB": named + b"n" * 2**20 + b"\0" + PACKED[10:],
        "with a name of no end": named + b"n" * 2**20,
            "with an extra field too long": PACKED[:3] + b"\x04" + PACKED[4:10] + b"\xff\xff" + PACKED[10:],
        "of stored blocks that lie": PACKED[:10] + b"\x01\xff\xff\x12\x34" + bytes(100),
            "of a block type that isn't": PACKED[:10] + b"\x07" + bytes(100)}[kind])


def zstd_block(kind, size, data, last=False):
    """RFC 8878, 3.1.1.2: kind 0 is raw, 1 repeats a byte, 2 compressed, 3 reserved."""
    return struct.pack("<I", size << 3 | kind << 1 | last)[:3] + data


def zstd_frame(blocks, descriptor=0, window=0x50, rest=b""):
    """One frame; the window of 0x50 is 1 MiB."""
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + (b"" if descriptor & 0x20 else bytes([window])) + rest + blocks


FRAME = zstd_frame(zstd_block(0, len(TAR), TAR, True))
SKIPPABLE = struct.pack("<II", 0x184D2A50, 20) + b"x" * 20


@case("zstd", "P", "zstd data that is {}", each=["plain", "cut", "of a wrong checksum", "of a window of 3 TB",
    "of a window of 4 GB", "of an unknown dictionary", "of a reserved block", "of a lying size",
                                               "of 10,000 frames", "behind skippable frames",
                                               "a skippable frame of 4 GB", "a skippable frame alone",
                                                   "followed by garbage", "with a reserved bit", "of empty blocks"])
def zstd_data(image, kind):
    body = zstd_block(0, len(TAR), TAR, True)
    packed = {
        "plain": FRAME, "cut": FRAME[:-9], "of a wrong checksum": zstd_frame(body, 0x04) + b"\1\2\3\4",
            "of a window of 3 TB": zstd_frame(body, window=0xff),
        "of a window of 4 GB": zstd_frame(body, window=0xb0), "of an unknown dictionary": zstd_frame(body, 0x01,
            rest=b"\7"),
        "of a reserved block": zstd_frame(zstd_block(3, 100, bytes(100), True)), "of a lying size": zstd_frame(body,
            0xe0, rest=struct.pack("<Q", 2**62)),
        "of 10,000 frames": zstd_frame(zstd_block(0, 0, b"", True)) * 10000 + FRAME,
            "behind skippable frames": SKIPPABLE * 1000 + FRAME + SKIPPABLE * 1000,
        "a skippable frame of 4 GB": struct.pack("<II", 0x184D2A5F, 2**32 - 1) + FRAME,
            "a skippable frame alone": SKIPPABLE, "followed by garbage": FRAME + b"garbage",
        "with a reserved bit": zstd_frame(body, 0x08), "of empty blocks": zstd_frame(zstd_block(0, 0,
            b"") * 50000 + body)}[kind]
    image.packed_layer(TAR, packed, "zstd")


@case("zstd-window", "P", "a zstd window of 128 MiB, the largest that is read, filled", mebibytes=192, root=True)
def zstd_window(image):
    tar = header("zeros", size=2**27) + bytes(2**27) + END
    image.packed_layer(tar, zstd_frame(zstd_block(0, 512, tar[:512]) + zstd_block(1, 2**17,
        b"\0") * 2**10 + zstd_block(1, 1024, b"\0", True), window=0x88), "zstd")


@case("ratio", "P", "a {} bomb: 300 MiB of zeros in some kilobytes", "refused", each=["zstd", "gzip"], root=True)
def ratio(image, how, megabytes=300):
    start, zeros = header("zeros", size=megabytes * 2**20), bytes(2**20)
    if how == "gzip":
        image.streamed_layer([(start, 1), (zeros, megabytes), (END, 1)])
        return
    image.packed_layer(b"", zstd_frame(zstd_block(0, 512, start) + zstd_block(1, 2**17,
        b"\0") * (8 * megabytes) + zstd_block(1, 1024, b"\0", True)), "zstd")
    hasher = hashlib.sha256(start)
    for _ in range(megabytes):
        hasher.update(zeros)
    hasher.update(END)
    image.diff_ids[0] = "sha256:" + hasher.hexdigest()


@case("ratio-after", "P", "300 MiB of zeros behind the tar's end", "refused", root=True)
def ratio_after(image):
    image.streamed_layer([(TAR, 1), (bytes(2**20), 300)])


@case("ratio-name", "P", "64 MiB of zeros as a pax header's content, as a GNU long name ({})", "refused", each=[b"x",
    b"L", b"g", b"K"])
def ratio_name(image, kind):
    image.streamed_layer([(header("name", kind, 64 * 2**20), 1), (bytes(2**20), 64), (file("f") + END, 1)])


@case("ratio-map", "P", "a sparse map of 8 million ranges in some kilobytes")
def ratio_map(image):
    count = 8 * 2**20
    head = b"%d\n" % count
    size = len(head) + 4 * count
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "100", "size": str(size)}
    image.streamed_layer([(pax(records) + header("f", size=0) + head, 1), (b"0\n0\n" * 2**18, 32),
        (pad(b"x" * (size % 512)) + END, 1)])


@case("ratio-layers", "P", "a layer of 200 MiB of zeros, four times: each alone would pass", "refused", root=True)
def ratio_layers(image):
    ratio(image, "zstd", 200)
    image.descriptors *= 4
    image.diff_ids *= 4


@case("same-layer", "P", "one layer of 8 MiB of zeros, 80 times over: more in all than the ratio allows for one",
    root=True)
def same_layer(image):
    image.streamed_layer([(header("zeros", size=8 * 2**20), 1), (bytes(2**20), 8), (END, 1)])
    image.descriptors *= 80
    image.diff_ids *= 80
