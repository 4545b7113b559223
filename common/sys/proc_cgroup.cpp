// proc_cgroup.cpp - see proc_cgroup.hpp.
#include "sys/proc_cgroup.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t hierarchy_limit = 256;

std::optional<CgroupMembership> parse_membership(std::string_view line) {
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const auto number = text::number<unsigned>(line.substr(0, first));
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    CgroupMembership group;
    group.path = std::string(line.substr(second + 1));
    if (!number || !group.path.starts_with('/')) return std::nullopt;
    group.hierarchy = *number;
    if (!controllers.empty()) group.controllers = text::split(controllers, ',');
    return group;
}

// A v1 hierarchy is mounted where all its controllers are among the file system's options.
bool shows(const MountInfo& mount, const CgroupMembership& group) {
    if (group.is_v2()) return mount.type == "cgroup2";
    return mount.type == "cgroup" &&
           std::all_of(group.controllers.begin(), group.controllers.end(),
                       [&](const std::string& name) { return has_option(mount.super_options, name); });
}

}  // namespace

std::vector<CgroupMembership> parse_proc_cgroup(std::string_view lines) {
    std::vector<CgroupMembership> groups;
    while (!lines.empty() && groups.size() < hierarchy_limit) {
        const std::size_t end = lines.find('\n');
        if (auto group = parse_membership(lines.substr(0, end))) groups.push_back(*std::move(group));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return groups;
}

std::optional<CgroupDirectory> directory_of(const CgroupMembership& group, const std::vector<MountInfo>& mounts) {
    // A group above the root of the reader's cgroup namespace has no name here.
    if (group.path == "/.." || group.path.starts_with("/../")) return std::nullopt;
    for (const MountInfo& mount : mounts) {
        if (!shows(mount, group) || !is_within(group.path, mount.root)) continue;
        const std::string_view below = std::string_view(group.path).substr(mount.root == "/" ? 0 : mount.root.size());
        return CgroupDirectory{below == "/" ? mount.mount_point : mount.mount_point + std::string(below),
                               mount.mount_point};
    }
    return std::nullopt;
}

}  // namespace bell::sys
