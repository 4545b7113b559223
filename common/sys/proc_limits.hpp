// proc_limits.hpp - what a process may use at most, by itself.
//
// A resource limit is a pair: the soft value counts, the process may raise it up to the hard one. They are inherited by
// children and survive exec. /proc/PID/limits shows them in columns, under sentences instead of names:
//
//     Max open files            1024                 524288               files
//
// parse_limits is a pure function on bytes; rows it doesn't know are left out.
// proc_pid_limits(5), getrlimit(2). Next: proc_cgroup.hpp, for what many processes may use together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bell::sys {

/// RLIM_INFINITY, which the kernel prints as "unlimited".
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};

struct ResourceLimit {
    std::string_view name;   ///< "RLIMIT_NOFILE", as getrlimit(2) and config.json have it
    std::string_view words;  ///< "open files", as the kernel says it
    std::string_view unit;   ///< "bytes", "seconds", "" for plain numbers
    std::uint64_t soft = unlimited;
    std::uint64_t hard = unlimited;
    bool operator==(const ResourceLimit&) const = default;
};

/// In the order of the lines.
[[nodiscard]] std::vector<ResourceLimit> parse_limits(std::string_view lines);

}  // namespace bell::sys
