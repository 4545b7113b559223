// cgroup_tree.hpp - a cgroup is a directory: how it comes into being below its parents, and how it goes.
//
// mkdir makes one and rmdir ends it, but not alone: a new cpuset of v1 has no CPUs until it is given its parent's, and
// in v2 a group has only the controllers that its parent hands down, which a parent with processes of its own may not
// do. cgroupfs belongs to the host and no rootfs reaches it: here path names are safe.
//
// cgroups(7), cgroup-v2.rst "Top-down Constraint", "No Internal Process Constraint". Next: cgroup.hpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "concepts/cgroup_host.hpp"

namespace bell::cgroup::tree {

/// Makes the directory, with those above it; one that is there is taken as it is.
void make(const Hierarchy& hierarchy, const std::string& directory, bool pure_v2);

/// v2: hands down all that `directory` has itself. Where it is `own`, the group we are in, its processes step aside
/// into a leaf.
void hand_down(const std::string& directory, const std::string& own);

/// Removes the directory, and groups below it; waits up to `seconds` for the kernel to let go of the last process.
void remove(const std::string& directory, int seconds);

/// Removes those that nobody else uses, the last first.
void remove_parents(const std::vector<std::string>& parents);

/// Appends the processes in it and in the groups below.
void collect_processes(const std::string& directory, std::vector<pid_t>& out);

}  // namespace bell::cgroup::tree
