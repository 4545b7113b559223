// cgroup_freezer.hpp - all processes of a group stand still, and go on as if nothing had been.
//
// Not a signal: a stopped process can be told from a running one, and its parent hears of it; a frozen one simply gets
// no time. Freezing takes a while (each process has to come back from the kernel first), so whoever wants it done
// waits:
//
//     v1   freezer.state   write FROZEN; it reads FREEZING, then FROZEN       THAWED
//     v2   cgroup.freeze   write 1; cgroup.events says "frozen 1" in the end   0
//
// A signal reaches a frozen process of v1 when it thaws; v2 lets SIGKILL through.
//
// cgroups(7), cgroup-v1/freezer-subsystem.rst, cgroup-v2.rst "cgroup.freeze". Next: cgroup.hpp.
#pragma once

#include <string>
#include <vector>

namespace bell::cgroup {

/// Whether the group with these directories is frozen or on the way there. Cheap: opens a file of each at most.
[[nodiscard]] bool is_frozen(const std::vector<std::string>& directories);

/// Freezes and waits until all stand still. After `seconds` the group is thawed again, and the error names who wouldn't
/// freeze.
void freeze_and_wait(const std::vector<std::string>& directories, int seconds = 10);
void thaw(const std::vector<std::string>& directories);

}  // namespace bell::cgroup
