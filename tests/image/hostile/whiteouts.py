"""Class O: whiteouts, the entries that take away. Odd names, odd places, and the cost of many."""
from hostile.image import case
from hostile.tar import char, directory, entry, fifo, file, hardlink, opaque, symlink, whiteout

NOTHING = [".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh..", "d/.wh...", ".wh./", "./.wh..", ".wh../x", ".wh.../x",
    ".wh../../x",
           ".wh.d/x", "d/.wh.e/f", ".wh..wh..opq/x", ".wh.../../canary/file", "x/.wh...//"]


@case("whiteout-nothing", "O", "the whiteout {} names nothing that can be removed", "refused", each=NOTHING)
def whiteout_nothing(image, name):
    image.layer(directory("d"), file("d/f"), file("x/y"))
    image.layer(file(name, b""))


@case("whiteout-nothing-first", "O", "the same in a first layer, where whiteouts mean nothing: {}", "refused",
    each=NOTHING[:6])
def whiteout_nothing_first(image, name):
    image.layer(directory("d"), file(name, b""))


@case("whiteout-odd", "O", "the whiteout {}", each=[".wh....", ".wh.\\", ".wh..wh.", ".wh..wh.x", ".wh..wh..opq.",
    ".wh..wh..plnk",
                                                  ".wh..wh..wh.x", ".WH.x", ".wh.\udcff", ".wh.a\nb", "d//.wh.f",
                                                  ".wh.d/", ".wh.wh.x", ".wh. "])
def whiteout_odd(image, name):
    image.layer(directory("d"), file("d/f"), file("x"), file(".wh"))
    image.layer(file(name, b""), file("y"))


@case("whiteout-below-link", "O", "a whiteout below a symlink that leads out", each=range(4))
def whiteout_below_link(image, number):
    target = [image.canary, image.climb, "/proc/self/root" + image.canary, "l"][number]
    image.layer(symlink("l", target), file("x"))
    image.layer(file("l/.wh.file", b""), file("l/.wh.dir", b""), file("l/.wh..wh..opq", b""), file("l/dir/.wh..wh..opq",
        b""))


@case("whiteout-of-link", "O", "a whiteout takes a symlink away, not what it points to", "unpacked")
def whiteout_of_link(image):
    image.layer(symlink("l", image.canary), symlink("m", image.canary + "/file"), symlink("n", "victim"), file("victim",
        b"victim"))
    image.layer(whiteout("l"), whiteout("m"), whiteout("n"))


@case("whiteout-switch", "O", "a symlink takes the place of the directory whose whiteouts follow")
def whiteout_switch(image):
    image.layer(directory("d"), file("d/file"), directory("d/dir"))
    image.layer(symlink("d", image.canary), file("d/.wh.file", b""), file("d/.wh..wh..opq", b""))


@case("whiteout-switch-in-layer", "O", "directory, whiteout, symlink, opaque, in one layer")
def whiteout_switch_in_layer(image):
    image.layer(directory("d"), file("d/file"))
    image.layer(whiteout("d"), symlink("d", image.canary), opaque("d"), whiteout("d/file"), directory("d"), opaque("d"),
        symlink("d", image.climb),
                opaque("d"))


@case("whiteout-type", "O", "a whiteout that is a {}", each=["directory", "symlink", "hardlink", "device", "fifo",
    "file with content"])
def whiteout_type(image, kind):
    name, victim = ".wh.f", "x"
    image.layer(file("f"), file(victim))
    image.layer({"directory": directory(name), "symlink": symlink(name, image.canary), "hardlink": hardlink(name,
        victim),
                 "device": char(name), "fifo": fifo(name), "file with content": file(name, b"content" * 1000)}[kind],
                 file("y"))


@case("opaque-type", "O", "an opaque mark that is a {}", each=["directory", "symlink", "device"])
def opaque_type(image, kind):
    name = "d/.wh..wh..opq"
    image.layer(directory("d"), file("d/f"))
    image.layer({"directory": directory(name), "symlink": symlink(name, image.canary), "device": char(name)}[kind],
        file("d/g"))


@case("opaque-root", "O", "an opaque mark in the root empties it and keeps the root itself", "unpacked")
def opaque_root(image):
    image.layer(file("a"), directory("d"), file("d/e"))
    image.layer(opaque(), file("b"))
    image.layer(file("./.wh..wh..opq", b""), file("/.wh..wh..opq", b""), file("c"))


@case("opaque-absent", "O", "opaque marks in what isn't there, or is a file")
def opaque_absent(image):
    image.layer(file("f"), symlink("l", "absent"))
    image.layer(opaque("absent"), opaque("f"), opaque("l"), opaque("f/x"), opaque("a/b/c/d"))


@case("whiteout-link-target", "O", "a hard link by way of a whiteout's name", each=[".wh.f", ".wh..wh..opq", "d/.wh.x",
    ".wh./f"])
def whiteout_link_target(image, name):
    image.layer(file("f"), directory("d"))
    image.layer(file(name, b""), hardlink("h", name))


@case("overlay-device", "O", "character device 0/0, overlayfs's own whiteout, in a layer")
def overlay_device(image):
    image.layer(file("f"), directory("d"), file("d/x"))
    image.layer(char("f", 0, 0), char("d", 0, 0), char("new", 0, 0), hardlink("h", "new"))


@case("whiteout-then-file", "O", "whiteouts of what the same layer brings, in either order", "unpacked")
def whiteout_then_file(image):
    image.layer(file("a", b"old"), file("b", b"old"), directory("d"), file("d/x"))
    image.layer(file("a", b"new"), whiteout("a"), whiteout("b"), file("b", b"new"), file("d/y"), whiteout("d"),
        opaque("d"), whiteout("d/y"))


@case("whiteout-through-layers", "O", "a symlink in one layer, whiteouts of its target's inside in each of 30 more")
def whiteout_through_layers(image):
    image.layer(symlink("l", "d"), directory("d"), *[file(f"d/{i}") for i in range(30)])
    for i in range(30):
        image.layer(file(f"l/.wh.{i}", b""), symlink(f"up{i}", "../.."), file(f"up{i}/.wh.canary", b""))


# ---- what many of them cost (containerd CVE-2026-95838: quadratic)
@case("opaque-many", "P", "100,000 opaque marks, one for each directory", "unpacked", root=True)
def opaque_many(image):
    image.layer(file("a"))
    image.layer(*[opaque(f"d{i % 300}/e{i}") for i in range(100000)])


@case("opaque-same", "P", "4,000 opaque marks of one directory with 4,000 files of the same layer", "unpacked",
    seconds=6, root=True)
def opaque_same(image):
    image.layer(directory("d"), *[file(f"d/old{i}", b"") for i in range(100)])
    image.layer(*[file(f"d/{i}", b"") for i in range(4000)], *[opaque("d") for _ in range(4000)])


@case("opaque-nested", "P", "opaque marks at every level of 500 directories, 40 times", "unpacked", seconds=20,
    root=True)
def opaque_nested(image):
    paths = ["/".join("d" * depth) for depth in range(1, 500)]
    image.layer(directory(paths[-1]), file(paths[-1] + "/f", b""))
    image.layer(file(paths[-1] + "/g", b""), *[opaque(path) for path in reversed(paths) for _ in range(20)],
                *[opaque(path) for path in paths for _ in range(20)])


@case("whiteout-many", "P", "100,000 whiteouts of nothing", "unpacked", root=True)
def whiteout_many(image):
    image.layer(directory("d"))
    image.layer(*[whiteout(f"d/{i}") for i in range(100000)])


@case("whiteout-again", "P", "8,000 files, each taken away and made again", "unpacked", root=True)
def whiteout_again(image):
    image.layer(*[file(f"d/{i}", b"") for i in range(8000)])
    image.layer(*[part for i in range(8000) for part in (whiteout(f"d/{i}"), file(f"d/{i}", b""), whiteout(f"d/{i}"))])


@case("whiteout-deep", "P", "a whiteout of a tree 1,500 directories deep", "unpacked", root=True)
def whiteout_deep(image):
    image.layer(file("a/" * 1500 + "f", b""), *[file("a/" * depth + "g", b"") for depth in range(1, 1500, 50)])
    image.layer(whiteout("a"))


@case("replace-many", "P", "one name, made 30,000 times as file and as directory in turn", "unpacked", root=True)
def replace_many(image):
    image.layer(*[part for i in range(15000) for part in (entry("x", b"5"), file("x", b""))])
