// rootfs_reader.hpp - a directory tree as it is read: each name as the entry that a layer would have for it.
//
// The tree is somebody's root file system, so its paths are opened below its descriptor with openat2, symlinks are
// looked at and never followed, and what is mounted in it isn't part of it. One O_PATH descriptor answers everything
// about a name but its content: such a descriptor can be had of a device or a pipe without waking it, and of a file
// that may not be read.
//
// Owners are told as the image is to have them: an ordinary user's own files are root's, and where an owner is
// remembered in an attribute (remembered_owner.hpp) it is that one, and the attribute is gone; a directory's mode
// likewise (remembered_mode.hpp). What only this host
// understands, its security labels and the marks of its overlay mounts, isn't told at all.
//
// openat2(2), xattr(7), stat(2). Next: links.hpp, diff.hpp.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "image/tar.hpp"

namespace bell::image {

/// What a name was found to be.
struct Sight {
    Entry entry;
    std::pair<dev_t, ino_t> inode;
    nlink_t names = 1;  ///< how many the inode has
    bool is_socket = false;

    [[nodiscard]] bool is_directory() const { return entry.type == Type::directory; }
};

/// How it is told.
struct Telling {
    bool own_is_root = false;            ///< what is the caller's as root's: rootless images
    std::optional<std::int64_t> latest;  ///< SOURCE_DATE_EPOCH: nothing as newer than that
};

class RootfsReader {
public:
    /// The directory at `path`.
    RootfsReader(const std::string& path, const Telling& telling);

    /// Nothing where there is no such name, or something is mounted on it. "" is the root itself.
    [[nodiscard]] std::optional<Sight> look(const std::string& path) const;
    /// The names in a directory in byte order; none if it isn't one, or something is mounted on it.
    [[nodiscard]] std::vector<std::string> names(const std::string& path) const;
    /// The same with what stat(2) says, which is much less than look. Of a mount, what is mounted, if it says so.
    [[nodiscard]] std::vector<std::pair<std::string, struct stat>> statuses(const std::string& path) const;
    /// Whether a socket has that name.
    [[nodiscard]] bool is_socket(const std::string& path) const;
    /// A file, for its content.
    [[nodiscard]] Fd open(const std::string& path) const;

private:
    [[nodiscard]] Fd try_open(const std::string& path, std::uint64_t flags) const;
    void take_owner(Entry& entry) const;

    Fd root_;
    Telling telling_;
};

/// Whether an entry says the same as another, content aside.
[[nodiscard]] bool same_metadata(const Entry& one, const Entry& other);
/// Whether the file has the same bytes in both trees.
[[nodiscard]] bool same_content(const RootfsReader& one, const RootfsReader& other, const std::string& path);

/// How many bytes all files in a directory have, and below it.
[[nodiscard]] std::uint64_t content_size(const RootfsReader& reader, const std::string& path = "");

/// "a" and "b": "a/b"; below the root, "", just "b".
[[nodiscard]] std::string joined(const std::string& path, const std::string& name);

}  // namespace bell::image
