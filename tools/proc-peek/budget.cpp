// budget.cpp - see budget.hpp.
#include "budget.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"

namespace bell::peek {
namespace {

struct Files {
    std::string_view use, limit, period;  ///< period: the limit is a share of it, and both make thousandths of a cpu
};

struct Resource {
    std::string_view what;
    Unit unit;
    std::string_view v1_controller;
    Files v1, v2;
};

constexpr std::array resources = {
    Resource{"memory",
             Unit::bytes,
             "memory",
             {"memory.usage_in_bytes", "memory.limit_in_bytes", ""},
             {"memory.current", "memory.max", ""}},
    Resource{"swap", Unit::bytes, "", {}, {"memory.swap.current", "memory.swap.max", ""}},
    Resource{"processes", Unit::count, "pids", {"pids.current", "pids.max", ""}, {"pids.current", "pids.max", ""}},
    Resource{"cpus", Unit::thousandths, "cpu", {"", "cpu.cfs_quota_us", "cpu.cfs_period_us"}, {"", "cpu.max", ""}},
};

struct Setting {
    std::string_view v1_controller;  ///< empty: version 2
    std::string_view file;
    std::string_view usual;  ///< the content that says nothing
};

constexpr std::array settings = {
    Setting{"", "memory.high", "max"},
    Setting{"", "memory.low", "0"},
    Setting{"", "cpu.weight", "100"},
    Setting{"", "cpuset.cpus", ""},
    Setting{"", "cpuset.mems", ""},
    Setting{"", "io.max", ""},
    Setting{"", "cgroup.freeze", "0"},
    Setting{"cpu", "cpu.shares", "1024"},
    Setting{"cpuset", "cpuset.cpus", ""},
    Setting{"cpuset", "cpuset.mems", ""},
    Setting{"blkio", "blkio.throttle.read_bps_device", ""},
    Setting{"blkio", "blkio.throttle.write_bps_device", ""},
    Setting{"devices", "devices.list", "a *:* rwm"},
    Setting{"freezer", "freezer.state", "THAWED"},
};

constexpr std::size_t file_limit = 65'536;
constexpr std::uint64_t v1_unlimited = std::uint64_t{1} << 62;  // memory.limit_in_bytes at its largest, less a page

bool has_controller(const sys::CgroupMembership& group, std::string_view v1_controller) {
    if (group.is_v2() || v1_controller.empty()) return group.is_v2() && v1_controller.empty();
    return std::find(group.controllers.begin(), group.controllers.end(), v1_controller) != group.controllers.end();
}

std::optional<std::string> content(const std::string& directory, std::string_view file) {
    if (file.empty()) return std::nullopt;
    auto bytes = sys::try_read_file(text::cat(directory, "/", file), file_limit);
    if (bytes) *bytes = std::string(text::trim(*bytes));
    return bytes;
}

std::optional<std::uint64_t> number_in(const std::string& directory, std::string_view file) {
    const auto words = content(directory, file);
    return words ? text::number<std::uint64_t>(*words) : std::nullopt;
}

// "150000 100000" microseconds as thousandths of a cpu: 1500. A quota of "max" or "-1" is no limit.
std::uint64_t share_of_cpu(std::string_view quota, std::string_view period) {
    const auto amount = text::number<std::uint64_t>(quota);
    const auto whole = text::number<std::uint64_t>(period);
    if (!amount || !whole || *whole == 0 || *amount > v1_unlimited / 1000) return sys::unlimited;
    return *amount * 1000 / *whole;
}

// The limit that this one directory sets; nothing if it has no such file.
std::optional<std::uint64_t> limit_in(const std::string& directory, const Files& files, Unit unit) {
    const auto words = content(directory, files.limit);
    if (!words) return std::nullopt;
    if (unit != Unit::thousandths) {
        const std::uint64_t value = text::number<std::uint64_t>(*words).value_or(sys::unlimited);
        return value >= v1_unlimited ? sys::unlimited : value;
    }
    const std::size_t blank = words->find(' ');
    if (blank != std::string::npos)
        return share_of_cpu(std::string_view(*words).substr(0, blank), std::string_view(*words).substr(blank + 1));
    return share_of_cpu(*words, content(directory, files.period).value_or(""));
}

// A group's directory, and its name in the hierarchy.
struct Level {
    std::string directory;
    std::string group;
};

std::string above(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The group and those above it, up to what is mounted.
std::vector<Level> upwards(const sys::CgroupMembership& group, const sys::CgroupDirectory& where) {
    std::vector<Level> levels{{where.directory, group.path}};
    while (levels.back().directory.size() > where.mount.size())
        levels.push_back({above(levels.back().directory), above(levels.back().group)});
    for (Level& level : levels)
        if (level.group.empty()) level.group = "/";
    return levels;
}

std::optional<Amount> amount_of(const std::vector<Level>& levels, const Resource& resource, const Files& files) {
    Amount amount{resource.what, resource.unit, number_in(levels.front().directory, files.use), sys::unlimited, {}};
    bool known = amount.use.has_value();
    for (const Level& level : levels) {
        const auto limit = limit_in(level.directory, files, resource.unit);
        known = known || limit.has_value();
        if (!limit || *limit >= amount.limit) continue;
        amount.limit = *limit;
        amount.limit_at = level.group;
    }
    return known ? std::optional(amount) : std::nullopt;
}

Budget read_budget(const sys::CgroupMembership& group, const std::vector<sys::MountInfo>& mounts) {
    Budget budget{group, sys::directory_of(group, mounts), {}, {}};
    if (!budget.where) return budget;
    const std::vector<Level> levels = upwards(group, *budget.where);
    for (const Resource& resource : resources) {
        if (!group.is_v2() && !has_controller(group, resource.v1_controller)) continue;
        if (auto amount = amount_of(levels, resource, group.is_v2() ? resource.v2 : resource.v1))
            budget.amounts.push_back(*std::move(amount));
    }
    for (const Setting& setting : settings) {
        if (!has_controller(group, setting.v1_controller)) continue;
        auto words = content(budget.where->directory, setting.file);
        if (words && *words != setting.usual) budget.settings.emplace_back(setting.file, *std::move(words));
    }
    return budget;
}

}  // namespace

std::vector<Budget> read_budgets(const std::vector<sys::CgroupMembership>& groups) {
    std::vector<Budget> budgets;
    // The files are read with our own eyes, so where they are is told by our own mounts.
    const std::vector<sys::MountInfo> mounts = sys::read_mountinfo();
    for (const sys::CgroupMembership& group : groups) budgets.push_back(read_budget(group, mounts));
    return budgets;
}

}  // namespace bell::peek
