// forest.hpp - all processes as a tree, with a box where the namespaces change.
//
// A container is not a thing of the kernel's. What there is: a process that has other namespaces than its parent, and
// children that inherit them. Drawn as a tree of processes, a container is the branch below such a change:
//
//     1 init
//     |-- 640 containerd-shim
//     |   `-- [+ pid mount uts ipc: web]
//     |       `-- 655 nginx
//     |           `-- 4 x nginx (671 672 673 674)
//
// The name behind the kinds is that of its cgroup, if that has changed too.    pid_namespaces(7), namespaces(7).
#pragma once

#include <string>
#include <vector>

#include "cli/tree.hpp"
#include "sys/proc_list.hpp"

namespace bell::peek {

struct Forest {
    std::vector<cli::Row> rows;
    unsigned unreadable = 0;  ///< processes whose namespaces aren't ours to know: drawn without a box
};

/// `self`: proc-peek among them. `only`: these processes and what is below them; empty: all. `whole`: nothing is
/// folded.
[[nodiscard]] Forest plant_forest(const std::vector<sys::ListedProcess>& processes, pid_t self,
                                  const std::vector<pid_t>& only, bool whole);

/// "web" for "/system.slice/docker-web.scope": what engines put around a container's name is taken off, and ids of 64
/// digits are cut to 12 as engines show them.
[[nodiscard]] std::string name_of_cgroup(std::string_view path);

}  // namespace bell::peek
