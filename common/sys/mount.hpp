// mount.hpp - the mount system calls, one wrapper each.
//
// A mount used to be one call, mount(2), on two path strings. Since Linux 5.2 it comes in steps on descriptors: make
// the mount where nobody sees it (fsopen, fsconfig, fsmount; or open_tree to copy one), set its attributes
// (mount_setattr, 5.12), then attach it to a place that has been opened and looked at (move_mount). Nothing can be
// swapped underneath in between, and a mount is never visible half-configured.
//
// fsopen(2), open_tree(2), mount_setattr(2), move_mount(2), pivot_root(2). Next: concepts/mounts.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"

namespace bell::sys {

/// A mount that isn't attached anywhere yet, with the words the narration shows for it.
struct DetachedMount {
    Fd fd;
    std::string what;  ///< "proc", or "/srv" for a copy
};

/// The context of a new file system of this type.
[[nodiscard]] Fd fs_open(const std::string& type);
/// Sets a parameter (a flag when `value` is null). The kernel's own words on why not are part of the error.
void fs_set(const Fd& context, const std::string& type, const std::string& key, const char* value);
void fs_set_fd(const Fd& context, const std::string& type, const std::string& key, int fd);
/// Creates the file system and a mount of it with MOUNT_ATTR_* flags.
[[nodiscard]] DetachedMount fs_mount(Fd context, const std::string& type, std::uint64_t attributes);

/// A copy of the mount at `path` below `directory` ("" with AT_EMPTY_PATH: of the descriptor itself).
[[nodiscard]] DetachedMount copy_tree(int directory, const std::string& path, bool recursive, std::string what);

/// What mount_setattr(2) can do, in words of its structure. `userns` is for MOUNT_ATTR_IDMAP.
struct MountChange {
    std::uint64_t set = 0;
    std::uint64_t clear = 0;
    std::uint64_t propagation = 0;
    int userns = -1;
    bool recursive = false;
};
/// Changes the mount that `fd` refers to (its root). `what` is shown.
void change_mount(int fd, const MountChange& change, const std::string& what);

/// Attaches the mount to what `target` refers to. `shown` is the path people know.
void attach(const DetachedMount& mount, int target, const std::string& shown);

/// Changes how mounts propagate from and to the mount at `path`: MS_PRIVATE and the like, | MS_REC.
void set_propagation(const std::string& path, unsigned long flags);

/// Lazily (MNT_DETACH): out of sight at once.
void detach(const std::string& path);
/// The topmost mount at `name` in that directory, which is no symlink. umount2(2) takes a path only, so this process
/// goes there and back.
void detach(int directory, const std::string& name, const std::string& shown);
/// Whether a mount begins at what `fd` refers to. statx(2), Linux 5.8.
[[nodiscard]] bool is_mount_root(int fd);
/// A directory of a mount, by numbers.
struct Location {
    std::uint64_t inode = 0, mount = 0;
    std::uint32_t major = 0, minor = 0;
    bool operator==(const Location&) const = default;
};
[[nodiscard]] Location location_of(int fd);

/// pivot_root(".", "."): the working directory becomes the root, the old root is stacked on top of it.
void pivot_root_here();
/// pivot_root(".", put_old), leaving the old root where it was put.
void pivot_root_keep(const std::string& put_old);
/// chroot(2) to the working directory, or to a path.
void change_root(const std::string& path, const std::string& shown);
void change_directory(const std::string& path);
void change_directory(int fd, const std::string& shown);

/// "nosuid,nodev" for MOUNT_ATTR_* bits.
[[nodiscard]] std::string attribute_words(std::uint64_t attributes);

}  // namespace bell::sys
