// cgroup_words.hpp - a budget in the words of each cgroup version.
//
// The specification's resources are written in terms of version 1; version 2 has other files, other scales and some
// things not at all. Each function here turns one controller's part of the resources into the files to write and the
// values, in order: pure, so that the conversion can be read, tested and fuzzed by itself. What a version can't do
// throws.
//
// config-linux.md#control-groups, cgroup-v1/*.rst and cgroup-v2.rst of the kernel. Next: cgroup_devices.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::cgroup {

/// One write(2) to a file of a group.
struct Write {
    std::string file;  ///< "memory.max"
    std::string value;
    bool optional = false;    ///< the file may be missing: the kernel was built without it
    std::string unless = {};  ///< left out where this file is there, which says the same in another way
    bool operator==(const Write&) const = default;
};

/// The controllers in the order in which they are set.
[[nodiscard]] const std::vector<std::string_view>& controllers();
/// Whether the resources ask something of it.
[[nodiscard]] bool uses(const oci::Resources& resources, std::string_view controller);

/// The writes for one controller; devices excepted (cgroup_devices.hpp).
[[nodiscard]] std::vector<Write> words_v1(const oci::Resources& resources, std::string_view controller);
[[nodiscard]] std::vector<Write> words_v2(const oci::Resources& resources, std::string_view controller);

/// memory.kernel: the kernel has taken this limit back, in version 5.16 for good. Throws if one is asked for.
void refuse_kernel_memory(const oci::Memory& memory);

/// cpu.shares (2..262144) as cpu.weight (1..10000), blkio weights (10..1000) as io.weight (1..10000).
[[nodiscard]] std::uint64_t weight_of_shares(std::uint64_t shares);
[[nodiscard]] std::uint64_t io_weight(std::uint64_t blkio_weight);

}  // namespace bell::cgroup
