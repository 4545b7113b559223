// metadata.hpp - owner, mode, extended attributes and time of one file, by its descriptor.
//
// The order matters: chown clears the setuid bit and file capabilities, so attributes come after it; they take the
// right to write, so the mode comes after them; and the time last. An ordinary user can't give files away: then
// everything belongs to the user, which a user namespace with one id shows as root, and what would need more (device
// nodes, file capabilities) is left out and counted.
//
// fchownat(2), fsetxattr(2), utimensat(2), xattr(7), user_namespaces(7). Next: layer.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>

#include "image/tar.hpp"

namespace bell::image {

/// `kept`: as the image says. `single`: everything is the caller's, who has no other id to give; whose it should be is
/// remembered beside it (remembered_owner.hpp).
enum class Owners : unsigned char { kept, single };

/// What this process can do: root of a user namespace with one id can't give files away either.
[[nodiscard]] Owners possible_owners();

struct Policy {
    Owners owners = Owners::kept;
    bool strict = false;     ///< what can't be done is an error, not left out
    mode_t owner_needs = 0;  ///< rights that a directory's owner has whatever its mode is (remembered_mode.hpp)
};

/// What was left out.
struct LeftOut {
    std::uint64_t devices = 0;
    std::uint64_t attributes = 0;
    std::uint64_t marks = 0;  ///< character devices 0/0, which mean something else in a layer
    std::uint64_t modes = 0;  ///< of directories whose owner keeps a right
    std::string first_device;
    std::string first_attribute;
    std::string first_mark;
    std::string first_mode;
    std::set<std::string> device_paths;  ///< of all that are devices
    void add(const LeftOut& more);
    [[nodiscard]] bool nothing() const { return devices + attributes + marks + modes == 0; }
};

/// Everything but what a directory gets in the end (directory_ends.hpp): its time and its default access list, and its
/// mode as far as it closes it to its owner. `fd` may be an O_PATH one (symlinks, devices), whose mode isn't changed:
/// it was made with it.
void set_metadata(int fd, const Entry& entry, const Policy& policy, LeftOut& left_out);
/// A directory's list for what is made in it from now on; empty: it has none.
[[nodiscard]] std::string default_acl(const Entry& entry);
void set_default_acl(int fd, const std::string& path, const std::string& value, const Policy& policy,
                     LeftOut& left_out);
/// Takes it away, until it is set again; empty: there was none.
[[nodiscard]] std::string take_default_acl(int fd, const std::string& shown);
/// For a directory that was made in somebody's: the access lists it was handed on are no part of an image.
void drop_acls(int fd);
/// A directory that was there keeps no attribute of the layer below.
void clear_xattrs(int fd, const std::string& shown);
void set_time(int fd, timespec mtime, const std::string& shown);
/// The mode to create a file with: its owner must be able to write it, or can't give it attributes (xattr(7)).
[[nodiscard]] inline mode_t mode_while_made(mode_t permissions) { return (permissions & 0777u) | 0200u; }
/// The mode a directory gets in the end. Until then its owner may do everything in it.
[[nodiscard]] inline mode_t directory_mode(mode_t permissions, const Policy& policy) {
    return permissions | policy.owner_needs;
}

}  // namespace bell::image
