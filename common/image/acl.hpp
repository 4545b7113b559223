// acl.hpp - access control lists: what others than owner and group may do with a file.
//
// The kernel keeps such a list in an extended attribute, system.posix_acl_access; what a directory hands on to the
// files made in it in system.posix_acl_default. Whoever writes a tar by looking at attributes (layer-pack, podman) has
// it there. star, GNU tar and bsdtar write words instead, "user:1000:rw-": these become the attribute again.
//
//     version 2, then for each entry: tag, permissions, id       ... all little-endian, in the order of the tags
//
// With a list, the group's bits of a file's mode are the list's mask: the most that anybody but the owner can have.
//
// acl(5), linux/posix_acl_xattr.h. Next: tar.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bell::image {

inline constexpr const char* access_acl_attribute = "system.posix_acl_access";
inline constexpr const char* default_acl_attribute = "system.posix_acl_default";

/// Whom an entry is about. The numbers are the kernel's.
enum class AclTag : std::uint16_t {
    owner = 0x01,
    user = 0x02,
    owning_group = 0x04,
    group = 0x08,
    mask = 0x10,
    other = 0x20
};

struct AclEntry {
    AclTag tag = AclTag::other;
    std::uint16_t permissions = 0;  ///< 4 read, 2 write, 1 execute
    std::uint32_t id = 0;           ///< of a user or a group
};

/// More than any file system keeps of one file (ext4 has room for some 500 in a block).
constexpr std::size_t longest_acl = 1000;

/// The attribute's value.
[[nodiscard]] std::string acl_attribute(std::vector<AclEntry> list);
/// What the group's bits of the mode are; nothing if the list has no mask.
[[nodiscard]] std::optional<std::uint16_t> acl_mask(const std::vector<AclEntry>& list);

}  // namespace bell::image
