// pivot.hpp - how the new root becomes the only root.                                                         Lesson 06
//
// chroot(2) changes what one process calls "/"; the old tree stays where it was, within reach of whoever has
// CAP_SYS_CHROOT. pivot_root(2) changes the mount namespace itself: the new root takes the place of the old one, and
// the old one is then unmounted. Afterwards there is nothing to escape to. The new root must be a mount point, so it is
// first bound on itself.
//
// The trick of pivot_root(".", "."): old and new root stand on the same directory for a moment, the old one on top,
// where umount(".") takes it away. No directory for the old root is needed, so the new one may be read-only.
//
// pivot_root(2), mount_namespaces(7). Next: capabilities.hpp.
#pragma once

#include <optional>
#include <string>

#include "concepts/rootfs.hpp"
#include "sys/mount.hpp"

namespace bell::pivot {

/// Makes the tree at `path` a mount of its own by binding it on itself, and gives the rootfs as seen through that
/// mount. Everything mounted below comes along.
[[nodiscard]] Rootfs make_mount_point(const std::string& path);
/// The same for a tree that was copied beforehand (one this process can't reach by its path any more). `shown`: how
/// people call it.
[[nodiscard]] Rootfs make_mount_point(const std::string& path, sys::DetachedMount tree, const std::string& shown);

/// The rootfs becomes "/", the old root is gone. The working directory is the new root. `old_is_shared`: the old mounts
/// have peers on the host, and must not take those with them.
void pivot(const Rootfs& root, bool old_is_shared = false);
/// The same, but the old root stays mounted at `put_old` inside the new one: for looking at what pivot_root does.
void pivot_keeping(const Rootfs& root, const std::string& put_old);

/// For initramfs, where pivot_root is impossible: moves the root mount over "/" and chroots into it.
void move_root(const Rootfs& root);

void make_root_read_only(const Rootfs& root);

}  // namespace bell::pivot
