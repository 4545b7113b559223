// mount_faults.hpp - why the kernel refused a mount, where it says only EPERM.
//
// Two rules protect what an administrator has hidden from users who make user namespaces: flags of a mount that came
// from a more privileged owner stay (locked); and a new proc or sysfs, which would show all of it, is refused where
// parts of the present one are covered by other mounts.
//
// mount_namespaces(7), "restrictions on mount namespaces". Next: mounts.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace bell::mounts {

/// The error of mount_setattr(2) that was to take these attributes from the mount `fd` refers to, naming the locked
/// ones.
[[nodiscard]] Error name_locked_flags(const Error& error, int fd, std::uint64_t cleared);

/// The error of giving a new file system a label, on a host without SELinux.
[[nodiscard]] Error name_missing_selinux(const Error& error, const std::string& label);

/// The error of mounting a new proc or sysfs, naming what covers the present one.
[[nodiscard]] Error name_covers(const Error& error, const std::string& type);

}  // namespace bell::mounts
