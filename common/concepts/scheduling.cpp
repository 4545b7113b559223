// scheduling.cpp - see scheduling.hpp.
#include "concepts/scheduling.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/scheduling.hpp"

namespace bell::scheduling {
namespace {

struct Word {
    std::string_view name;
    unsigned long value;
};

// <linux/sched.h>; SCHED_ISO is reserved and refused by every kernel so far.
constexpr std::array policies = {
    Word{"SCHED_OTHER", 0}, Word{"SCHED_FIFO", 1}, Word{"SCHED_RR", 2},       Word{"SCHED_BATCH", 3},
    Word{"SCHED_ISO", 4},   Word{"SCHED_IDLE", 5}, Word{"SCHED_DEADLINE", 6},
};
constexpr std::array scheduler_flags = {
    Word{"SCHED_FLAG_RESET_ON_FORK", 0x01},  Word{"SCHED_FLAG_RECLAIM", 0x02},
    Word{"SCHED_FLAG_DL_OVERRUN", 0x04},     Word{"SCHED_FLAG_KEEP_POLICY", 0x08},
    Word{"SCHED_FLAG_KEEP_PARAMS", 0x10},    Word{"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
    Word{"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
};
constexpr std::array io_classes = {
    Word{"IOPRIO_CLASS_RT", 1},
    Word{"IOPRIO_CLASS_BE", 2},
    Word{"IOPRIO_CLASS_IDLE", 3},
};
constexpr std::array domains = {Word{"LINUX", 0}, Word{"LINUX32", 8}};
// <sys/personality.h>
constexpr std::array personality_flags = {
    Word{"UNAME26", 0x0020000},          Word{"ADDR_NO_RANDOMIZE", 0x0040000},  Word{"FDPIC_FUNCPTRS", 0x0080000},
    Word{"MMAP_PAGE_ZERO", 0x0100000},   Word{"ADDR_COMPAT_LAYOUT", 0x0200000}, Word{"READ_IMPLIES_EXEC", 0x0400000},
    Word{"ADDR_LIMIT_32BIT", 0x0800000}, Word{"SHORT_INODE", 0x1000000},        Word{"WHOLE_SECONDS", 0x2000000},
    Word{"STICKY_TIMEOUTS", 0x4000000},  Word{"ADDR_LIMIT_3GB", 0x8000000},
};
// <linux/mempolicy.h>
constexpr std::array memory_modes = {
    Word{"MPOL_DEFAULT", 0},
    Word{"MPOL_PREFERRED", 1},
    Word{"MPOL_BIND", 2},
    Word{"MPOL_INTERLEAVE", 3},
    Word{"MPOL_LOCAL", 4},
    Word{"MPOL_PREFERRED_MANY", 5},
    Word{"MPOL_WEIGHTED_INTERLEAVE", 6},
};
constexpr std::array memory_flags = {
    Word{"MPOL_F_NUMA_BALANCING", 1u << 13},
    Word{"MPOL_F_RELATIVE_NODES", 1u << 14},
    Word{"MPOL_F_STATIC_NODES", 1u << 15},
};

std::string upper(std::string_view word) {
    std::string out(word);
    for (char& letter : out) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
        if (letter == '-') letter = '_';
    }
    return out;
}

std::vector<std::string> names_in(std::span<const Word> table) {
    std::vector<std::string> out;
    for (const Word& word : table) out.emplace_back(word.name);
    return out;
}

unsigned long find(std::span<const Word> table, const std::string& name, std::string_view what) {
    for (const Word& word : table)
        if (word.name == name) return word.value;
    const std::vector<std::string> names = names_in(table);
    throw Error::bad(text::cat(what, " ", text::printable(name), ": unknown", text::did_you_mean(name, names)),
                     text::cat("there are ", text::join(names, " ")));
}

unsigned long all(std::span<const Word> table, const std::vector<std::string>& names, std::string_view what) {
    unsigned long bits = 0;
    for (const std::string& name : names) bits |= find(table, name, what);
    return bits;
}

void in_range(std::int64_t value, std::int64_t least, std::int64_t most, std::string_view what) {
    if (value < least || value > most)
        throw Error::bad(text::cat(what, " ", value, ": must be from ", least, " to ", most));
}

// "fifo" -> "SCHED_FIFO"; a name that has the prefix stays.
std::string with_prefix(std::string_view prefix, std::string_view word) {
    std::string name = upper(word);
    return name.starts_with(prefix) ? name : text::cat(prefix, name);
}

std::int32_t small_number(std::string_view option, std::string_view words) {
    if (const auto number = text::number<std::int32_t>(words)) return *number;
    throw Error::bad(text::cat(option, " ", text::printable(words), ": must be a whole number"));
}

// "runtime=500000", nanoseconds, for SCHED_DEADLINE.
void set_time(oci::Scheduler& scheduler, const std::string& words) {
    const std::size_t equals = words.find('=');
    const std::string key = words.substr(0, equals);
    const auto time = text::number<std::uint64_t>(equals == std::string::npos ? "" : words.substr(equals + 1));
    std::optional<std::uint64_t>* member = key == "runtime"    ? &scheduler.runtime
                                           : key == "deadline" ? &scheduler.deadline
                                           : key == "period"   ? &scheduler.period
                                                               : nullptr;
    if (!member || !time)
        throw Error::bad(text::cat("scheduler ", text::printable(words),
                                   ": must be runtime=, deadline= or period= "
                                   "with nanoseconds"));
    *member = time;
}

}  // namespace

std::vector<unsigned> parse_cpus(std::string_view list) {
    std::vector<unsigned> cpus;
    for (const std::string& part : text::split(list, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = text::number<unsigned>(std::string_view(part).substr(0, dash));
        const auto last = dash == std::string::npos ? first : text::number<unsigned>(part.substr(dash + 1));
        if (!first || !last || *first > *last || *last > 4095)
            throw Error::bad(text::cat("list ", text::quote(list), ": must be numbers and ranges, as in 0-3,7"));
        for (unsigned cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
    }
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus;
}

oci::Scheduler parse_scheduler(std::string_view words) {
    const std::vector<std::string> part = text::split(words, ':');
    oci::Scheduler scheduler;
    scheduler.policy = with_prefix("SCHED_", part[0]);
    for (std::size_t i = 1; i < part.size(); ++i) {
        const bool is_word = !part[i].empty() && std::isalpha(static_cast<unsigned char>(part[i][0])) != 0;
        if (is_word && part[i].find('=') == std::string::npos) {
            scheduler.flags.push_back(with_prefix("SCHED_FLAG_", part[i]));
            continue;
        }
        if (part[i].find('=') == std::string::npos) {
            scheduler.priority = small_number("scheduler", part[i]);
            continue;
        }
        for (const std::string& time : text::split(part[i], ',')) set_time(scheduler, time);
    }
    validate(scheduler);
    return scheduler;
}

oci::IoPriority parse_io_priority(std::string_view words) {
    const std::vector<std::string> part = text::split(words, ':');
    std::string name = upper(part[0]);
    if (name == "REALTIME") name = "RT";
    if (name == "BEST_EFFORT") name = "BE";
    oci::IoPriority priority{with_prefix("IOPRIO_CLASS_", name), 0};
    if (part.size() > 2) throw Error::bad(text::cat("ioprio ", text::printable(words), ": must be CLASS[:0-7]"));
    if (priority.ioPriorityClass != "IOPRIO_CLASS_IDLE") priority.priority = 4;
    if (part.size() == 2) priority.priority = small_number("ioprio", part[1]);
    validate(priority);
    return priority;
}

oci::Personality parse_personality(std::string_view words) {
    const std::vector<std::string> part = text::split(words, ':');
    oci::Personality personality{upper(part[0]), {}};
    if (part.size() > 2)
        throw Error::bad(text::cat("personality ", text::printable(words), ": must be DOMAIN[:FLAGS]"));
    if (part.size() == 2)
        for (const std::string& flag : text::split(part[1], ',')) personality.flags.push_back(upper(flag));
    validate(personality);
    return personality;
}

void validate(const oci::Scheduler& scheduler) {
    const unsigned long policy = find(policies, scheduler.policy, "scheduling policy");
    (void)all(scheduler_flags, scheduler.flags, "scheduler flag");
    if (scheduler.nice) in_range(*scheduler.nice, -20, 19, "nice value");
    if (scheduler.priority) in_range(*scheduler.priority, 0, 99, "scheduling priority");
    const bool realtime = policy == 1 || policy == 2;
    if (realtime && scheduler.priority.value_or(0) == 0)
        throw Error::bad(text::cat(scheduler.policy, ": needs a priority from 1 to 99"), "as in fifo:50");
    if (policy == 6 && (!scheduler.runtime || !scheduler.period))
        throw Error::bad("SCHED_DEADLINE: needs runtime and period, in nanoseconds",
                         "as in deadline:runtime=10000000,period=30000000");
}

void validate(const oci::IoPriority& priority) {
    (void)find(io_classes, priority.ioPriorityClass, "io priority class");
    in_range(priority.priority, 0, 7, "io priority");
}

void validate(const oci::Personality& personality) {
    (void)find(domains, personality.domain, "personality");
    (void)all(personality_flags, personality.flags, "personality flag");
}

void validate(const oci::MemoryPolicy& policy) {
    if (policy.mode.empty() && policy.nodes.value_or("").empty() && policy.flags.empty()) return;
    (void)find(memory_modes, policy.mode, "memory policy");
    (void)all(memory_flags, policy.flags, "memory policy flag");
    if (policy.nodes && !policy.nodes->empty()) (void)parse_cpus(*policy.nodes);
}

void set_scheduler(const oci::Scheduler& scheduler, pid_t thread) {
    validate(scheduler);
    const sys::SchedulingAttributes attributes{
        .policy = static_cast<std::uint32_t>(find(policies, scheduler.policy, "")),
        .flags = all(scheduler_flags, scheduler.flags, ""),
        .nice = scheduler.nice.value_or(0),
        .priority = static_cast<std::uint32_t>(scheduler.priority.value_or(0)),
        .runtime = scheduler.runtime.value_or(0),
        .deadline = scheduler.deadline.value_or(0),
        .period = scheduler.period.value_or(0),
    };
    std::string words = scheduler.policy;
    if (scheduler.nice) words += text::cat(", nice ", *scheduler.nice);
    if (scheduler.priority) words += text::cat(", priority ", *scheduler.priority);
    sys::set_scheduling(attributes, words, thread);
}

void set_io_priority(const oci::IoPriority& priority, pid_t thread) {
    validate(priority);
    const auto io_class = static_cast<int>(find(io_classes, priority.ioPriorityClass, ""));
    sys::set_io_priority(io_class, priority.priority, text::cat(priority.ioPriorityClass, ", ", priority.priority),
                         thread);
}

void use_all_cpus() {
    constexpr std::size_t more_than_any_kernel_has = 8192;
    sys::set_cpu_mask(std::vector<unsigned long>(more_than_any_kernel_has / (8 * sizeof(long)), ~0ul),
                      "all the cgroup allows", 0, narrate::Weight::detail);
}

void set_affinity(std::string_view cpu_list, pid_t thread) {
    sys::set_cpus(parse_cpus(cpu_list), text::cat("CPUs ", cpu_list), thread);
}

void set_memory_policy(const oci::MemoryPolicy& policy) {
    validate(policy);
    if (policy.mode.empty()) return;
    const unsigned long mode = find(memory_modes, policy.mode, "") | all(memory_flags, policy.flags, "");
    const std::string nodes = policy.nodes.value_or("");
    sys::set_memory_policy(static_cast<int>(mode), nodes.empty() ? std::vector<unsigned>{} : parse_cpus(nodes),
                           text::cat(policy.mode, nodes.empty() ? "" : ", nodes ", nodes));
}

std::vector<std::string> known_memory_modes() { return names_in(memory_modes); }
std::vector<std::string> known_memory_flags() { return names_in(memory_flags); }

void set_personality(const oci::Personality& personality) {
    validate(personality);
    const unsigned long persona = find(domains, personality.domain, "") | all(personality_flags, personality.flags, "");
    std::string words = personality.domain;
    for (const std::string& flag : personality.flags) words += text::cat("|", flag);
    sys::set_personality(persona, words);
}

void set_oom_score(std::int64_t score, const sys::Procfs& proc, const std::string& process) {
    in_range(score, -1000, 1000, "oom_score_adj");
    proc.write(process + "/oom_score_adj", text::cat(score));
}

}  // namespace bell::scheduling
