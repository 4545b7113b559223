// pivot.cpp - see pivot.hpp.
#include "concepts/pivot.hpp"

#include <fcntl.h>
#include <linux/mount.h>

#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::pivot {

Rootfs make_mount_point(const std::string& path) {
    const Rootfs before = Rootfs::open(path);
    return make_mount_point(path, sys::copy_tree(before.fd(), "", true, before.path().empty() ? "/" : before.path()),
                            before.path());
}

Rootfs make_mount_point(const std::string& path, sys::DetachedMount tree, const std::string& shown) {
    const Rootfs before = Rootfs::open(path);
    sys::attach(tree, before.fd(), shown.empty() ? "/" : shown);
    // In a dry run there is no new mount: the directory itself is looked at.
    if (narrate::dry_run()) return {sys::open(path, O_PATH | O_DIRECTORY), shown};
    return {std::move(tree.fd), shown};
}

void pivot(const Rootfs& root) {
    sys::change_directory(root.fd(), root.path());
    sys::pivot_root_here();
    sys::change_directory("/");
}

void pivot_keeping(const Rootfs& root, const std::string& put_old) {
    const Fd place = root.make_directory(put_old, 0700);
    sys::change_directory(root.fd(), root.path());
    sys::pivot_root_keep(inside_path(put_old).substr(1));
    sys::change_root(".", ".");
    sys::change_directory("/");
}

void move_root(const Rootfs& root) {
    sys::change_directory(root.fd(), root.path());
    const Fd slash = sys::open("/", O_PATH | O_DIRECTORY);
    const Fd mount = sys::open(".", O_PATH | O_DIRECTORY);
    sys::attach({sys::open_at(mount.get(), ".", O_PATH | O_DIRECTORY), root.path()}, slash.get(), "/");
    sys::change_root(".", ".");
    sys::change_directory("/");
}

void make_root_read_only(const Rootfs& root) { sys::change_mount(root.fd(), {.set = MOUNT_ATTR_RDONLY}, root.path()); }

}  // namespace bell::pivot
