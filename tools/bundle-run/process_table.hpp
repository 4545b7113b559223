// process_table.hpp - processes as `ps -ef` shows them. See process_table.cpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bell {

/// A line of titles and one for each process that is still there: UID PID PPID C STIME TTY TIME CMD. Engines read it.
[[nodiscard]] std::string draw_processes(const std::vector<pid_t>& pids);

/// What ps(1) prints with these options, only the lines of those processes. Throws if there is no ps, if it fails, or
/// prints no column PID.
[[nodiscard]] std::string draw_processes_by_ps(const std::vector<pid_t>& pids, const std::vector<std::string>& options);

}  // namespace bell
