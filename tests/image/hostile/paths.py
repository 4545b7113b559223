"""Class N: entries that try to reach outside by their names and links. Class O: entries for the root itself."""
from hostile.image import case
from hostile.tar import (block, char, directory, entry, fifo, file, gnu_long, hardlink, header, opaque, pad, pax,
    symlink,
                         whiteout)

UP = ["../canary/file", "../../canary/file", "../../../canary/file", "./../../../canary/file",
    "a/../../../../canary/file",
      "a/b/../../../../../canary/file", "..//..//..//canary//file", "../../../../../../../../../../etc/canary-file",
      "..", "../", "a/..", "a/../", "../rootfs-sibling", "../rootfs/../../../canary/file",
          "a/./.././../../../canary/file"]


@case("dots", "N", "the name {} leads up", "refused", each=UP)
def dots(image, name):
    image.layer(directory("a"), directory("a/b"), file(name))


@case("dots-directory", "N", "a directory entry {} would change the mode of a directory above", "refused",
      each=["..", "../..", "../../..", "a/../../../../canary", "../../../canary/", "./..", "a/../.."])
def dots_directory(image, name):
    image.layer(directory("a"), directory(name, mode=0o777))


@case("dots-link", "N", "a hard link's target {} leads up", "refused",
    each=[each for each in UP if each.endswith("file")])
def dots_link(image, target):
    image.layer(directory("a"), directory("a/b"), hardlink("h", target), file("h", b"through the link"))


@case("dots-long", "N", "a path of {} steps up in a pax record", "refused", each=[30, 300, 1300])
def dots_long(image, count):
    image.layer(file("x", records={"path": "../" * count + image.canary.lstrip("/") + "/file"}))


@case("absolute", "N", "an absolute name is one below the root", "unpacked")
def absolute(image):
    image.layer(file(image.canary + "/file"), directory(image.canary + "/dir", mode=0o777),
        file("//" + image.canary + "//x"))


@case("backslashes", "N", "{} is a name as others are, not a path of Windows", "unpacked",
      each=["..\\..\\..\\canary\\file", "C:\\canary\\file", "\\\\?\\UNC\\x", "a\\..\\b", "C:/../x".replace("..", "y")])
def backslashes(image, name):
    image.layer(file(name))


@case("odd-name", "N", "the name {} makes no unreadable message and leads nowhere",
      each=[b"a\nb", b"a\x1b[2Jb", b"\xff\xfe\xfd", b"a\x7fb", b"\xc2\x9bm", b"a\rb", b" ", b"-rf", b"~", b"$(reboot)",
      b"%s%n", b"...",
            b"a/.../b", b".. /x", b"..\n/x", b"\xe2\x80\xae.txt", b"\xc0\xae\xc0\xae/x", b"\xe0\x80\xae", b"con",
            b"a" * 255,
            b"a" * 256, b"\x1b[31m" * 60, b"\xed\xa0\x80"])
def odd_name(image, name):
    # The second entry can't be made: what is said then quotes the name.
    image.layer(file(name), hardlink("h", name + b"/missing"))


@case("odd-name-made", "N", "the name {} is made as it stands", "unpacked", each=[b"a\nb", b"\xff\xfe", b"a\x1bb",
    b"...", b"a" * 255])
def odd_name_made(image, name):
    image.layer(file(name))


@case("nul", "N", "a NUL within the name {} doesn't hide the rest of it", each=[b"a\0/../../../canary/file", b"..\0",
    b"\0", b"x\0y"])
def nul(image, name):
    image.layer(entry("shown", records={"path": name}), header(name) + b"")


@case("nul-link", "N", "a NUL within a link's target hides nothing")
def nul_link(image):
    image.layer(file("victim", b"victim"), entry("h", b"1", records={"linkpath": b"victim\0../../../canary/file"}),
                entry("s", b"2", records={"linkpath": b"victim\0x"}))


@case("no-name", "N", "a name of nothing ({}) is the root, or refused", each=["", "/", "//", "./", ".//.", "/./"])
def no_name(image, name):
    image.layer(file("a"), entry(name, b"5", mode=0o755))


@case("no-name-file", "O", "a file of the name {} doesn't replace the root", "refused", each=["", "/", "//", ".", "./.",
    "/."])
def no_name_file(image, name):
    image.layer(file("a"), entry(name, b"0", b"x"))


@case("slash", "N", "the name {} with a slash at its end is no way around the checks", each=["f/", "f//", "f/.", "s/",
    "s/."])
def slash(image, name):
    image.layer(symlink("s", image.canary + "/file"), file(name), file("s/x"))


@case("root-symlink", "O", "a symlink takes the root's place (umoci, CVE-2021-29136): {}", "refused",
      each=[".", "/", "./.", "./", "//", "/.", ".//", "././."])
def root_symlink(image, name):
    image.layer(symlink(name, image.canary), file("file"))


@case("root-other", "O", "a {} takes the root's place", "refused", each=[b"1", b"3", b"4", b"6", b"7", b"0"])
def root_other(image, kind):
    image.layer(file("a"), entry(".", kind, link="a", major=1, minor=3))


@case("root-mode", "O", "the root is made setuid, unreadable or somebody's: {:}", each=[0o000, 0o7777, 0o4755, 0o1777])
def root_mode(image, mode):
    image.layer(directory("./", mode=mode, uid=12345 if mode == 0o1777 else 0), file("a"))


@case("root-again", "O", "the root's entry comes a thousand times, in all layers")
def root_again(image):
    for _ in range(3):
        image.layer(*[directory("./", mode=mode) for mode in range(0o700, 0o1000)], file("a"))


# ---- symlinks
def targets(image):
    return [image.canary, image.climb, "../" * 40 + image.canary.lstrip("/"), "/proc/self/root" + image.canary,
            "/proc/1/root" + image.canary, "/proc/self/cwd/../../../canary", "//" + image.canary,
            "a/../../../../canary", "."]


@case("below-link", "N", "a file below a symlink that leads out (target {})", each=range(9))
def below_link(image, number):
    image.layer(directory("a"), directory(image.canary), symlink("l", targets(image)[number]), file("l/file",
        b"through the link"),
                directory("l/dir", mode=0o777), symlink("l/made", "x"), fifo("l/pipe"))


@case("below-link-layers", "N", "the same with the symlink in a layer of its own (target {})", each=range(9))
def below_link_layers(image, number):
    image.layer(directory("a"), directory(image.canary), symlink("l", targets(image)[number]))
    image.layer(file("l/file", b"through the link"), directory("l/dir", mode=0o777))
    image.layer(whiteout("l/file"), opaque("l"), file("l/new"))


@case("at-link", "N", "an entry of the type {} with a symlink's own name is not written through it", "unpacked",
    each=range(5))
def at_link(image, number):
    for name, target in (("out", image.canary + "/file"), ("in", "victim"), ("up", image.climb + "/file")):
        image.layer(file("victim", b"victim"), symlink(name, target))
        image.layer([file(name, b"through the link"), hardlink(name, "victim"), symlink(name, "elsewhere"), fifo(name),
                     directory(name, mode=0o777)][number])


@case("at-link-inside", "N", "a file with a symlink's own name doesn't change what that points to", "unpacked")
def at_link_inside(image):
    image.layer(file("victim", b"victim"), symlink("l", "victim"))
    image.layer(file("l", b"through the link"))


@case("at-link-outside", "N", "nor if it points outside", "unpacked")
def at_link_outside(image):
    image.layer(symlink("l", image.canary + "/file"), file("l", b"through the link"))


@case("at-link-one-layer", "N", "nor within one layer", "unpacked")
def at_link_one_layer(image):
    image.layer(file("victim", b"victim"), symlink("in", "victim"), file("in", b"through"), symlink("d", image.canary),
                directory("d", mode=0o777), file("d/file", b"through"), symlink("out", image.canary + "/file"),
                file("out", b"through"))


@case("link-chain", "N", "a chain of {} symlinks leads out", each=[2, 10, 39, 41, 200])
def link_chain(image, count):
    links = [symlink(f"l{i}", f"l{i + 1}") for i in range(count)]
    image.layer(*links, symlink(f"l{count}", image.climb), file("l0/file", b"through the chain"))


@case("link-steps", "N", "symlinks that climb a step each: a -> .., a/b -> .. (CVE-2018-15664's kin)")
def link_steps(image):
    image.layer(directory("d"), symlink("d/a", ".."), symlink("d/b", "a/.."), symlink("d/c", "b/.."), symlink("d/e",
        "c/../canary"),
                file("d/e/file", b"through"), file("d/b/x"), file("d/a/a/y"))


@case("link-cycle", "N", "symlinks in a circle", "refused")
def link_cycle(image):
    image.layer(symlink("a", "b"), symlink("b", "a"), file("a/x"))


@case("link-self", "N", "a symlink to itself", "refused")
def link_self(image):
    image.layer(symlink("a", "a"), file("a/x"))


@case("link-dangling", "N", "a file below a symlink to nothing creates nothing there", "refused")
def link_dangling(image):
    image.layer(symlink("a", image.canary + "/absent"), file("a/x"))


@case("link-empty", "N", "a symlink without a target")
def link_empty(image):
    image.layer(symlink("a", ""), file("a/x"))


@case("link-long", "N", "a symlink's target of {} bytes", each=[255, 4095, 4096, 4097, 100000])
def link_long(image, length):
    image.layer(symlink("a", "x" * length), symlink("b", ("y/" * length)[:length]))


@case("link-realpath", "N", "directories so deep that realpath gives up, a symlink chain out of them (python CVE-2025-4517)")
def link_realpath(image):
    step, names = "d" * 247, "abcdefghijklmnop"
    path, entries = "", []
    for name in names:
        entries += [directory(path + step), symlink(path + name, step)]
        path += step + "/"
    short = "/".join(names)
    long = f"{short}/{'l' * 254}"
    entries += [symlink(long, "../" * len(names)), symlink("escape", long + "/../../../canary"), hardlink("flaglink",
        "escape/file"),
                file("flaglink", b"through"), file("escape/file", b"through")]
    image.layer(*entries)


@case("link-to-directory-mode", "N",
    "a hard link to a symlink, then a mode for it (python CVE-2025-4330, CVE-2024-12718)")
def link_to_directory_mode(image):
    image.layer(symlink("s", image.canary), hardlink("h", "s", mode=0o777), directory("h/dir", mode=0o777),
        file("h/file", b"through"))


@case("link-parent-dot", "N", "a symlink under a name with '.' parts and doubled slashes (tarfile filters)")
def link_parent_dot(image):
    image.layer(symlink("./a/.//l", image.canary), symlink("a//./m", "l"), file("./a//m/./file", b"through"),
        file("a/l//file", b"through"))


@case("link-case", "N", "names that differ in case only (node-tar on other file systems)")
def link_case(image):
    image.layer(symlink("Link", image.canary), directory("link"), file("link/file"), file("LINK/file"), symlink("ß",
        image.canary),
                file("ss/file"), symlink("\u00e9", image.canary), file("e\u0301/file"))


@case("switch", "N", "a name that is a directory, a symlink, a directory in turn (node-tar CVE-2021-32803)")
def switch(image):
    turn = [directory("d"), file("d/file", b"1"), symlink("d", image.canary), file("d/file", b"2"), directory("d"),
            file("d/file", b"3"), symlink("d", image.climb), directory("d/dir", mode=0o777)]
    image.layer(*turn[:3], *turn[4:7])
    image.layer(*turn)


@case("switch-layers", "N", "the same, a layer for each step")
def switch_layers(image):
    for each in (directory("d"), symlink("d", image.canary), file("d/x"), directory("d"), file("d/file"), symlink("d",
        "e"), directory("e"),
                 symlink("e", image.canary), directory("d/dir", mode=0o777), file("d/file", b"through")):
        image.layer(each)


@case("switch-deep", "N", "a parent far above is replaced by a symlink between two entries")
def switch_deep(image):
    image.layer(directory("a/b/c/d"), file("a/b/c/d/1"), symlink("a/b", image.canary), file("a/b/c/d/2"),
        file("a/b/file", b"through"))


@case("switch-slash", "N", "the symlink's name ends in a slash (node-tar CVE-2021-37701)")
def switch_slash(image):
    image.layer(directory("d"), entry("d/", b"2", link=image.canary), file("d/file", b"through"), entry("e\\", b"5"),
                symlink("e\\", image.canary), file("e/file", b"x"))


@case("prefix-sibling", "N", "a sibling that shares the root's prefix (rootfs-evil, go-archive CVE-2026-17106)")
def prefix_sibling(image):
    image.layer(symlink("l", "../rootfs-evil"), file("l/x"), symlink("m", "../rootfs"), file("m/y"))


# ---- hard links
def link_targets(image):
    return [image.canary + "/file", "/" + image.climb + "/file", "s", "s/file", "h", ".", "/", "d", "absent",
        "d/absent", "", "t",
            "/proc/self/exe", "dev", "pipe", "./d/../d/f", "d/f/", "d//f", "/d/f", "d/f/x"]


@case("hardlink", "N", "a hard link to something odd (target {})", each=range(20))
def hard(image, number):
    image.layer(directory("d"), file("d/f", b"victim"), symlink("s", image.canary), symlink("t",
        image.canary + "/file"), fifo("pipe"),
                char("dev", 1, 3), hardlink("h", link_targets(image)[number], mode=0o4777), file("h",
                b"through the link"))


@case("hardlink-content", "N", "a hard link that brings content of its own (pax), to a symlink out")
def hardlink_content(image):
    image.layer(symlink("s", image.canary + "/file"), hardlink("h", "s", data=b"through the link"), file("victim",
        b"victim"),
                hardlink("h2", "victim", data=b"through"))


@case("hardlink-metadata", "N", "a hard link's own mode and owner don't reach what it is linked to out there")
def hardlink_metadata(image):
    image.layer(symlink("s", image.canary + "/file"), hardlink("h", "s", mode=0o7777, uid=1, gid=1), entry("h", b"1",
        link="s", mtime=1))


@case("hardlink-symlink-write", "N", "a hard link to a symlink is written to (docker, tar-fs CVE-2018-20835)")
def hardlink_symlink_write(image):
    for _ in range(2):
        image.layer(symlink("s", image.canary + "/file"), hardlink("h", "s"), file("h", b"through"), hardlink("s", "h"),
            file("s", b"through"))


@case("hardlink-below", "N", "the hard link's target leads through a symlink of the layer below")
def hardlink_below(image):
    image.layer(symlink("d", image.canary), directory("sub"), symlink("sub/up", "../.."))
    image.layer(hardlink("h", "d/file"), hardlink("i", "sub/up/../../canary/file"))


@case("hardlink-tree", "N", "a hard link replaces a directory that holds its target")
def hardlink_tree(image):
    image.layer(directory("d"), file("d/f"), hardlink("d", "d/f"))


@case("hardlink-many", "P", "70,000 hard links to one file: more than ext4 allows", root=True)
def hardlink_many(image):
    image.layer(file("f"), *[hardlink(f"{i}", "f") for i in range(70000)])


@case("file-parent", "N", "a file as a directory: {}", each=["f/x", "f/", "f/../x".replace("..", "y"), "pipe/x",
    "dev/x"])
def file_parent(image, name):
    image.layer(file("f"), fifo("pipe"), char("dev", 1, 3), file(name))


# ---- special files
@case("device", "N", "a device node {}: made as such by root, or left out; never opened",
      each=[(b"3", 0, 0), (b"3", 1, 1), (b"3", 1, 8), (b"4", 8, 0), (b"4", 254, 0), (b"3", 5, 0), (b"3", 4095, 1048575),
      (b"4", 0, 0)])
def device(image, numbers):
    kind, major, minor = numbers
    image.layer(entry("d", kind, major=major, minor=minor, mode=0o666), hardlink("h", "d"), file("d", b"content"),
        entry("e", kind, b"data",
                major=major, minor=minor))


@case("device-huge", "N", "device numbers beyond all ({})", each=[-1, 2**31, 2**32, 2**56 - 1])
def device_huge(image, number):
    image.layer(char("d", number, number), block("b", 1, number))


@case("device-pax", "N", "device numbers by pax records")
def device_pax(image):
    image.layer(entry("d", b"3", records={"SCHILY.devmajor": "99999999999999999999", "SCHILY.devminor": "-1"}))


@case("special-bits", "N", "setuid, setgid and sticky on whatever ({})", each=[0o4777, 0o2777, 0o7777, 0o1777,
    0o177777])
def special_bits(image, mode):
    image.layer(file("f", mode=mode), directory("d", mode=mode), fifo("p", mode=mode), entry("s", b"2", link="f",
        mode=mode), hardlink(
                "h", "f", mode=mode), char("c", 1, 3, mode=mode))


@case("type", "N", "an entry of the type {}", each=[b"7", b"8", b"A", b"D", b"M", b"N", b"S", b"V", b"X", b"E", b"Z",
    b"\0", b"\xff", b" ", b"s"])
def other_type(image, kind):
    image.layer(file("a"), entry("x", kind, b"content", link="a"), file("b"))


@case("socket", "N", "a socket, by cpio's and star's type")
def socket(image):
    image.layer(entry("s", b"0", mode=0o140755), entry("t", b"6", mode=0o140755), fifo("u", mode=0o10777))


@case("name-length", "N", "a name of {} bytes in parts of 50", each=[255, 256, 4095, 4096, 4097, 100000])
def name_length(image, length):
    image.layer(file(("n" * 49 + "/") * (length // 50) + "m" * (length % 50 or 1)))


@case("part-length", "N", "a name whose last part has {} bytes", each=[255, 256, 1000, 4095, 100000])
def part_length(image, length):
    image.layer(file("n" * length), gnu_long("m" * length) + header("m") + pad(b""),
        pax({"path": "p" * length}) + header("p"))
