// rlimits.hpp - what one process may use at most, by itself.                                                   Lesson
// 09
//
// Sixteen limits from before cgroups: open files, stack, core dumps, processes of the same uid, ... Each has a soft
// value, which counts, and a hard one, up to which the process may raise the soft one by itself. Lowering the hard one
// can't be undone without CAP_SYS_RESOURCE. They are inherited by children and survive exec. RLIMIT_NPROC counts all
// processes of a uid, in containers and outside: for a container the pids cgroup is the better fence.
//
// getrlimit(2), prlimit(1), config.md#posix-process. Next: scheduling.hpp.
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::rlimits {

/// "nofile=1024:2048", "nofile=1024" (both), "core=unlimited", "memlock=64M" (bytes only where the limit is in bytes).
[[nodiscard]] oci::Rlimit parse(std::string_view words);

/// Throws for an unknown type, one that comes twice, and a soft value above the hard one.
void validate(const std::vector<oci::Rlimit>& limits);

/// For a process in a new user namespace, whose hard limits only its maker can raise (CAP_SYS_RESOURCE on the host): as
/// far as that is allowed. What is still missing apply() will tell.
void raise_for(pid_t pid, const std::vector<oci::Rlimit>& limits);

/// Whether one of the hard limits is above this process's own.
[[nodiscard]] bool exceed_ours(const std::vector<oci::Rlimit>& limits);

/// `process`: whose; 0: our own.
void apply(const std::vector<oci::Rlimit>& limits, pid_t process = 0);

}  // namespace bell::rlimits
