// budget.hpp - what a process's control groups use, and may use.
//
// A group's limit is a file in its directory; so is what it uses. A limit counts for everything below: what holds a
// process back is the tightest of its group and all groups above. The files have other names in cgroup v1 and v2; the
// table in budget.cpp has both.
//
// cgroups(7); Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sys/proc_cgroup.hpp"
#include "sys/proc_limits.hpp"

namespace bell::peek {

enum class Unit : unsigned char { bytes, count, thousandths };

/// Something of which there is only so much.
struct Amount {
    std::string_view what;  ///< "memory", "processes", "cpus"
    Unit unit = Unit::count;
    std::optional<std::uint64_t> use;
    std::uint64_t limit = sys::unlimited;
    std::string limit_at;  ///< the group that sets the limit; empty if there is none
};

/// One hierarchy's part.
struct Budget {
    sys::CgroupMembership group;
    std::optional<sys::CgroupDirectory> where;  ///< nothing if its files can't be seen from here
    std::vector<Amount> amounts;
    std::vector<std::pair<std::string_view, std::string>> settings;  ///< file and content, of those that are set
};

[[nodiscard]] std::vector<Budget> read_budgets(const std::vector<sys::CgroupMembership>& groups);

}  // namespace bell::peek
