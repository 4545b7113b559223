// proc_cgroup.hpp - which control groups a process is in, and where their files are.
//
// /proc/PID/cgroup has a line for each hierarchy of groups: "number:controllers:path".
//
//     4:memory:/box                cgroup v1: a hierarchy for each controller, or a few of them
//     1:name=systemd:/user.slice   v1 without a controller: only to keep processes together
//     0::/user.slice/box.scope     cgroup v2: the one hierarchy; its controllers are in cgroup.controllers
//
// A machine may have v1, v2 or both (hybrid). The path is as seen from the reader's cgroup namespace: one above its
// root starts with "/..". Where the files are, the list of mounts tells: directory_of puts both together.
//
// Pure functions on bytes. cgroups(7), cgroup_namespaces(7). Next: proc_namespaces.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/mountinfo.hpp"

namespace bell::sys {

struct CgroupMembership {
    unsigned hierarchy = 0;                ///< 0: version 2
    std::vector<std::string> controllers;  ///< "memory", "cpu", "name=systemd"; none for version 2
    std::string path;                      ///< "/box"; with " (deleted)" behind if it was removed
    [[nodiscard]] bool is_v2() const { return hierarchy == 0 && controllers.empty(); }
    bool operator==(const CgroupMembership&) const = default;
};

/// In the order of the lines; those of another form are left out.
[[nodiscard]] std::vector<CgroupMembership> parse_proc_cgroup(std::string_view lines);

/// The directory of the group's files, in the view of the process whose `mounts` these are, and of the mount it lies
/// in; nothing if the hierarchy isn't mounted there or the group lies above what is.
struct CgroupDirectory {
    std::string directory;  ///< "/sys/fs/cgroup/memory/box"
    std::string mount;      ///< "/sys/fs/cgroup/memory"
};
[[nodiscard]] std::optional<CgroupDirectory> directory_of(const CgroupMembership& group,
                                                          const std::vector<MountInfo>& mounts);

}  // namespace bell::sys
