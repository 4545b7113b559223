// propagation.hpp - whether a mount made here is seen there.                                                   Lesson
// 05
//
// Copies of a mount can be peers: what is mounted on one appears on the others, across namespaces. A new mount
// namespace starts as a copy of its parent, so without a word its mounts would leak back (systemd makes / shared).
// private: none either way. slave: inwards only. shared: both ways. unbindable: private, and can't be copied. With r:
// and all below.
//
// mount_namespaces(7), config-linux.md#rootfs-mount-propagation. Next: mounts.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bell::propagation {

/// The MS_* flags of "rprivate", "slave", ...; nothing if it isn't one.
[[nodiscard]] std::optional<unsigned long> flags(std::string_view word);

/// Changes the mount at `path`. Throws for an unknown word, with the nearest.
void apply(const std::string& path, std::string_view word);

/// Where the mount that `path` lies on is mounted.
[[nodiscard]] std::string mount_point_of(const std::string& path);

}  // namespace bell::propagation
