// usage.hpp - what a container has used so far, in the shape in which runc's `events` tells it. See usage.cpp.
#pragma once

#include "cli/json_writer.hpp"
#include "concepts/cgroup.hpp"

namespace bell {

/// One object: cpu, cpuset, memory, pids, blkio, hugetlb. What the group has no controller for is 0 or left out.
void write_usage(cli::JsonWriter& json, const cgroup::Group& group);

}  // namespace bell
