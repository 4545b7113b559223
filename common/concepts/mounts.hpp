// mounts.hpp - a container's files are mounts.                                                                Lesson 05
//
// A mount puts a tree of files at a directory: a new file system (proc, tmpfs, overlay), or part of an existing one
// (bind). Each is made where nobody sees it, given its attributes, and attached to a place that has been opened inside
// the rootfs:
//
//     source -> detached mount -> attributes, id map -> attach to an open directory -> propagation
//
// config.md#mounts, mount_setattr(2), move_mount(2). Next: devices.hpp, masking.hpp, pivot.hpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "concepts/rootfs.hpp"
#include "oci/config.hpp"
#include "sys/cgroup_view.hpp"
#include "sys/mount.hpp"

namespace bell::mounts {

/// A user namespace with a mount's id maps (or the container's own, where it names none).
using UserNamespaceOf = std::function<Fd(const oci::Mount&)>;

struct Context {
    /// What a mount of type cgroup shows; null: the type is the file system of that name.
    const sys::CgroupView* cgroups = nullptr;
    UserNamespaceOf user_namespace_of;
    std::string mount_label;  ///< SELinux, linux.mountLabel
    /// Sources opened beforehand, where the process had more power: by destination (see open_source).
    std::multimap<std::string, sys::DetachedMount> prepared;
    /// A tmpfs for /dev that is to be read-only: filled with devices first, then handed to make_read_only().
    std::vector<sys::DetachedMount> read_only_later = {};
    /// What has just been mounted at "/": from then on that is the root.
    Fd new_root = {};
};

/// In order. A mount at "/" (an overlay of an image's layers, say) covers the root that was there and is the root of
/// all that follow.
void mount_all(const std::vector<oci::Mount>& mounts, Rootfs& root, Context& context);
void mount_one(const oci::Mount& mount, const Rootfs& root, Context& context);

void make_read_only(const std::vector<sys::DetachedMount>& mounts);

/// What will be mounted, where nobody sees it yet: a bind mount's source with its id map, or a new file system with its
/// options. To be called in the host's mount namespace where the container's root may not reach what they name.
[[nodiscard]] sys::DetachedMount open_source(const oci::Mount& mount, const UserNamespaceOf& user_namespace_of);
/// Takes the topmost mount at that place away, and those below it. It is gone from sight at once, and for good when
/// nobody uses it any more.
void unmount(const std::string& destination, const Rootfs& root);

/// An overlay that is to be the root: the first mount, at "/". Null if there is none.
[[nodiscard]] const oci::Mount* overlay_root(const std::vector<oci::Mount>& mounts);

[[nodiscard]] bool is_bind(const oci::Mount& mount);
[[nodiscard]] bool is_id_mapped(const oci::Mount& mount);

/// "proc on /proc (nosuid,nodev)" for the narration.
[[nodiscard]] std::string words(const oci::Mount& mount);

}  // namespace bell::mounts
