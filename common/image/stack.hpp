// stack.hpp - layers on top of each other, as an overlay would show them.
//
// Each layer is a directory in the form that overlay file systems know: what it adds, and "whiteouts", character
// devices 0/0, for what it takes away. To look something up, the layers are asked from the top: the first that has the
// name decides, but directories of one name are one directory, down to the first layer that has something else there.
//
//     top     etc/motd          etc/.: both       var: whiteout
//     base    etc/passwd                          var/log
//     shown   etc/motd, etc/passwd
//
// Nothing is mounted for that, so it takes no privilege. Symlinks are followed here, part by part, each part opened by
// itself and never followed by the kernel: whatever a layer holds, no lookup leaves the stack.
//
// Documentation/filesystems/overlayfs.rst. Next: upper.hpp.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"

namespace bell::image {

class Stack {
public:
    /// One directory as it is shown: those of the layers, the uppermost first. Descriptors are O_PATH.
    using Directory = std::vector<std::shared_ptr<const Fd>>;

    /// What has a name.
    struct Found {
        std::shared_ptr<const Fd> file = {};  ///< the uppermost; null: there is nothing
        mode_t mode = 0;
        Directory directory = {};  ///< if it is one
        [[nodiscard]] bool is_directory() const { return !directory.empty(); }
        explicit operator bool() const { return file != nullptr; }
    };

    /// A path as far as it leads.
    struct Resolved {
        std::vector<std::string> at = {};      ///< the directory, without symlinks
        std::deque<std::string> missing = {};  ///< what isn't there below it
        int problem = 0;                       ///< why it leads no further: ENOENT (may be made), or another errno
    };

    /// Puts a layer on top.
    void push(Fd layer);
    [[nodiscard]] bool empty() const { return roots_.empty(); }
    [[nodiscard]] const Directory& root() const { return roots_; }

    /// The name in a directory.
    [[nodiscard]] Found look(const Directory& directory, const std::string& name) const;
    /// The names in a directory, in no order. `scanned` grows by what had to be read for it.
    [[nodiscard]] static std::vector<std::string> names(const Directory& directory, std::uint64_t& scanned);

    /// By a path without symlinks; "" is the root.
    [[nodiscard]] Found find(const std::string& path) const;
    /// The directory a path leads to, symlinks followed.
    [[nodiscard]] Resolved resolve(const std::string& path) const;
    /// A file, symlinks followed; O_PATH. Empty, and errno, if there is none.
    [[nodiscard]] Fd reach(const std::string& path) const;

    /// How often something had to be opened since the last time: deep paths through many layers cost their product.
    [[nodiscard]] std::uint64_t take_opened() const { return std::exchange(opened_, 0); }

private:
    Directory roots_;
    mutable std::uint64_t opened_ = 0;
};

/// A character device 0/0: in a layer, "what is below isn't there".
[[nodiscard]] bool is_whiteout(const struct stat& status);

}  // namespace bell::image
