// scheduling.hpp - when a process runs, where, and in front of whom.                                           Lesson
// 09
//
// Beside limits there are preferences: the scheduling policy and nice value, the class in the queue of the disk, the
// CPUs it may run on, the nodes its memory comes from, who is killed first when memory runs out, and which kernel it
// believes to be on (personality). All are inherited and survive exec. What chrt(1), nice(1), ionice(1), taskset(1),
// numactl(8), choom(1) and setarch(8) do.
//
// sched_setattr(2), ioprio_set(2), sched_setaffinity(2), set_mempolicy(2), personality(2), proc_pid_oom_score_adj(5),
// config.md#linux-process. Next: seccomp.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"
#include "sys/procfs.hpp"

namespace bell::scheduling {

/// "0-3,7" -> 0 1 2 3 7. Throws for anything else, and for numbers above 4095.
[[nodiscard]] std::vector<unsigned> parse_cpus(std::string_view list);

/// "batch", "fifo:50", "SCHED_DEADLINE:runtime=1000000,period=...": see priv-drop(1).
[[nodiscard]] oci::Scheduler parse_scheduler(std::string_view words);
/// "idle", "best-effort:4", "IOPRIO_CLASS_RT:0".
[[nodiscard]] oci::IoPriority parse_io_priority(std::string_view words);
/// "LINUX32", "LINUX:ADDR_NO_RANDOMIZE".
[[nodiscard]] oci::Personality parse_personality(std::string_view words);

// Each validates what it can before it changes anything. `thread`: whose; 0: the caller's.
void set_scheduler(const oci::Scheduler& scheduler, pid_t thread = 0);
void set_io_priority(const oci::IoPriority& priority, pid_t thread = 0);
void set_affinity(std::string_view cpu_list, pid_t thread = 0);
/// All CPUs, of which the kernel takes those that the cgroup allows: what a caller was restricted to isn't for the
/// container.
void use_all_cpus();
void set_memory_policy(const oci::MemoryPolicy& policy);
void set_personality(const oci::Personality& personality);
/// -1000 (never) to 1000 (first). Lowering it needs CAP_SYS_RESOURCE. `process`: a name in /proc.
void set_oom_score(std::int64_t score, const sys::Procfs& proc, const std::string& process = "self");

/// For `bundle-run features`: MPOL_BIND, ... and MPOL_F_STATIC_NODES, ...
[[nodiscard]] std::vector<std::string> known_memory_modes();
[[nodiscard]] std::vector<std::string> known_memory_flags();

/// Throws for unknown words and values out of range; changes nothing.
void validate(const oci::Scheduler& scheduler);
void validate(const oci::IoPriority& priority);
void validate(const oci::Personality& personality);
void validate(const oci::MemoryPolicy& policy);

}  // namespace bell::scheduling
