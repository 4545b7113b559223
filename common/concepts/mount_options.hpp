// mount_options.hpp - the words of a mount's options, and what each means to the kernel.
//
// "nosuid" is a property of one mount, "size=64m" goes to the file system, "rslave" is about propagation, "rbind" says
// which call. One table tells them apart: mount(8)'s words, with the specification's recursive ones ("rro").
//
// config.md#linux-mount-options, mount_setattr(2). Next: mounts.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oci/config.hpp"

namespace bell::mounts {

/// A mount's options, taken apart.
struct Options {
    bool bind = false;
    bool recursive_bind = false;
    bool remount = false;
    std::uint64_t set = 0;  ///< MOUNT_ATTR_* of the mount itself
    std::uint64_t clear = 0;
    std::uint64_t recursive_set = 0;  ///< MOUNT_ATTR_* of it and all below ("rro")
    std::uint64_t recursive_clear = 0;
    std::vector<unsigned long> propagation;  ///< MS_* in the order given
    bool copy_up = false;                    ///< tmpcopyup
    bool idmap = false;
    bool recursive_idmap = false;
    std::vector<std::string> superblock;  ///< flags and key=value for the file system
};

[[nodiscard]] Options parse(const std::vector<std::string>& words);

/// Whether the word is in the table (or is one of a file system's): for help and mistakes.
[[nodiscard]] bool is_known(const std::string& word);
[[nodiscard]] std::vector<std::string> known_words();

}  // namespace bell::mounts
