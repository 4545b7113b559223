// masking.cpp - see masking.hpp.
#include "concepts/masking.hpp"

#include <fcntl.h>
#include <linux/mount.h>

#include <optional>

#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "sys/file.hpp"

namespace bell::masking {
namespace {

sys::DetachedMount empty_directory() {
    Fd context = sys::fs_open("tmpfs");
    sys::fs_set(context, "tmpfs", "nr_blocks", "1");
    sys::fs_set(context, "tmpfs", "nr_inodes", "1");
    return sys::fs_mount(std::move(context), "tmpfs",
                         MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

}  // namespace

void hide(const std::vector<std::string>& paths, const Rootfs& root, int null) {
    if (!guard::on(guard::Guard::hosts_null)) null = root.reach("/dev/null", O_PATH).release();
    hide(paths, root, [null] { return sys::copy_tree(narrate::dry_run() ? -1 : null, "", false, "/dev/null"); });
}

void hide(const std::vector<std::string>& paths, const Rootfs& root,
          const std::function<sys::DetachedMount()>& cover_for_file) {
    std::string first;
    std::optional<sys::DetachedMount> empty;  // one for all: once it is attached, copies of it cover the others
    for (const std::string& path : paths) {
        const auto place = root.reach_if_there(path, O_PATH);
        if (!place) continue;
        const bool directory = S_ISDIR(sys::status(place->get(), root.shown(path)).st_mode);
        if (!directory) {
            sys::attach(cover_for_file(), place->get(), root.shown(path));
        } else if (!empty) {
            first = root.shown(path);
            empty = empty_directory();
            sys::attach(*empty, place->get(), first);
        } else {
            const int source = narrate::dry_run() ? -1 : empty->fd.get();
            sys::attach(sys::copy_tree(source, "", false, first), place->get(), root.shown(path));
        }
    }
}

void make_read_only(const std::vector<std::string>& paths, const Rootfs& root) {
    for (const std::string& path : paths) {
        const auto place = root.reach_if_there(path, O_PATH);
        if (!place) continue;
        const std::string shown = root.shown(path);
        const sys::DetachedMount copy = sys::copy_tree(place->get(), "", true, shown);
        sys::change_mount(copy.fd.get(), {.set = MOUNT_ATTR_RDONLY, .recursive = true}, shown);
        sys::attach(copy, place->get(), shown);
    }
}

}  // namespace bell::masking
