// pivot.cpp - see pivot.hpp.
#include "concepts/pivot.hpp"

#include <fcntl.h>
#include <linux/mount.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"

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

// LESSON: pivot
void pivot(const Rootfs& root, bool old_is_shared) {
    const Fd old = old_is_shared ? sys::open("/", O_PATH | O_DIRECTORY) : Fd{};
    sys::change_directory(root.fd(), root.path());
    sys::pivot_root_here();
    if (old) {
        sys::change_directory(old.get(), "the old root");
        sys::set_propagation(".", MS_SLAVE | MS_REC);
    }
    // The old root now lies on top of the new one at ".": unmounting "." takes it away.
    sys::detach(".");
    sys::change_directory("/");
}
// LESSON: end

void pivot_keeping(const Rootfs& root, const std::string& put_old) {
    const Fd place = root.make_directory(put_old, 0700);
    sys::change_directory(root.fd(), root.path());
    sys::pivot_root_keep(inside_path(put_old).substr(1));
    sys::change_root(".", ".");
    sys::change_directory("/");
}

namespace {

// The kernel lets a user namespace mount a proc or sysfs of its own only where it sees a whole one already. The host's,
// which stay mounted somewhere below the new root, would be such. What can't be unmounted is covered.
void hide_kernel_file_systems() {
    const std::string inside = sys::read_link("/proc/self/cwd");
    std::vector<std::string> places;
    for (const sys::MountInfo& each : sys::read_mountinfo()) {
        const bool in_root = each.mount_point == inside || each.mount_point.starts_with(inside + "/");
        if (!in_root && each.root == "/" && (each.type == "proc" || each.type == "sysfs"))
            places.push_back(each.mount_point);
    }
    for (const std::string& place : places) {
        try {
            sys::detach(place);
        } catch (const Error& error) {
            if (error.code() != EINVAL && error.code() != EPERM) throw;
            Fd cover = sys::fs_open("tmpfs");
            sys::attach(sys::fs_mount(std::move(cover), "tmpfs", MOUNT_ATTR_RDONLY),
                        sys::open(place, O_PATH | O_DIRECTORY).get(), place);
        }
    }
}

}  // namespace

void move_root(const Rootfs& root) {
    sys::change_directory(root.fd(), root.path());
    if (!narrate::dry_run()) hide_kernel_file_systems();
    const Fd slash = sys::open("/", O_PATH | O_DIRECTORY);
    const Fd mount = sys::open(".", O_PATH | O_DIRECTORY);
    sys::attach({sys::open_at(mount.get(), ".", O_PATH | O_DIRECTORY), root.path()}, slash.get(), "/");
    sys::change_root(".", ".");
    sys::change_directory("/");
}

void make_root_read_only(const Rootfs& root) { sys::change_mount(root.fd(), {.set = MOUNT_ATTR_RDONLY}, root.path()); }

}  // namespace bell::pivot
