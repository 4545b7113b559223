// cgroup_view.hpp - the cgroup hierarchies a container is to see below /sys/fs/cgroup.
//
// Plain facts about this host, found by concepts/cgroup_host.cpp and mounted by concepts/mounts.cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bell::sys {

struct CgroupView {
    struct Hierarchy {
        std::string name;                  ///< the directory below /sys/fs/cgroup; "" for a pure v2 host
        std::string type;                  ///< cgroup or cgroup2
        std::vector<std::string> options;  ///< the controllers, for cgroup v1
        std::string own_directory;         ///< the container's own cgroup on the host, for a bind
    };
    std::vector<Hierarchy> hierarchies;
    std::vector<std::pair<std::string, std::string>> links;  ///< name -> target, "cpu" -> "cpu,cpuacct"
    bool borrowed = false;       ///< the container has no group of its own: what it sees is its caller's
    bool own_namespace = false;  ///< the process has a cgroup namespace: new mounts show just its part
};

}  // namespace bell::sys
