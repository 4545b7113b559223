// scheduling.hpp - the calls that say when and where a process runs.
//
// Some have no wrapper in the C library: the numbers of <linux/sched/types.h> and <linux/ioprio.h> stand here.
// sched_setattr(2), ioprio_set(2), sched_setaffinity(2), set_mempolicy(2), personality(2).
// Next: concepts/scheduling.hpp, which knows the words.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/narrate.hpp"

namespace bell::sys {

/// struct sched_attr of Linux 3.14. Times are nanoseconds.
struct SchedulingAttributes {
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};
// `thread`: whose; 0: the caller's. All of these are of one thread; new threads and children inherit them.
void set_scheduling(const SchedulingAttributes& attributes, const std::string& shown, pid_t thread = 0);

/// `io_class` 1 to 3, `priority` 0 to 7.
void set_io_priority(int io_class, int priority, const std::string& shown, pid_t thread = 0);
void set_cpus(const std::vector<unsigned>& cpus, const std::string& shown, pid_t thread = 0);
/// A bit for each, as the kernel takes them.
void set_cpu_mask(const std::vector<unsigned long>& mask, const std::string& shown, pid_t thread = 0,
                  narrate::Weight weight = narrate::Weight::principal);
void set_memory_policy(int mode, const std::vector<unsigned>& nodes, const std::string& shown);
void set_personality(unsigned long persona, const std::string& shown);

}  // namespace bell::sys
