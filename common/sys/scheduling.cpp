// scheduling.cpp - see scheduling.hpp.
#include "sys/scheduling.hpp"

#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::sys {
namespace {

struct sched_attr_0 {  // the first published size, which every kernel since takes
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
};
static_assert(sizeof(sched_attr_0) == 48);

constexpr std::size_t word_bits = 8 * sizeof(unsigned long);

// A set of small numbers as the kernel takes it: an array of machine words.
std::vector<unsigned long> bits(const std::vector<unsigned>& numbers) {
    std::vector<unsigned long> words(1);
    for (const unsigned number : numbers) {
        if (number / word_bits >= words.size()) words.resize(number / word_bits + 1);
        words[number / word_bits] |= 1ul << number % word_bits;
    }
    return words;
}

// Whose, where it isn't ourselves; the hints tell the two apart by "thread".
std::string of(pid_t thread) { return thread == 0 ? std::string{} : text::cat(" of thread ", thread); }

std::string told(pid_t thread, const std::string& shown) {
    return thread == 0 ? arguments(Raw{shown}) : arguments(static_cast<int>(thread), Raw{shown});
}

}  // namespace

void set_scheduling(const SchedulingAttributes& wanted, const std::string& shown, pid_t thread) {
    const sched_attr_0 attributes{sizeof attributes, wanted.policy,  wanted.flags,    wanted.nice,
                                  wanted.priority,   wanted.runtime, wanted.deadline, wanted.period};
    call(
        "sched_setattr", shown + of(thread), [&] { return told(thread, shown); },
        [&] { return syscall(SYS_sched_setattr, thread, &attributes, 0); });
}

void set_io_priority(int io_class, int priority, const std::string& shown, pid_t thread) {
    constexpr int who_process = 1;
    call(
        "ioprio_set", shown + of(thread), [&] { return told(thread, shown); },
        [&] { return syscall(SYS_ioprio_set, who_process, thread, io_class << 13 | priority); });
}

void set_cpus(const std::vector<unsigned>& cpus, const std::string& shown, pid_t thread) {
    set_cpu_mask(bits(cpus), shown, thread);
}

void set_cpu_mask(const std::vector<unsigned long>& mask, const std::string& shown, pid_t thread,
                  narrate::Weight weight) {
    call(
        "sched_setaffinity", shown + of(thread), [&] { return told(thread, shown); },
        [&] { return syscall(SYS_sched_setaffinity, thread, mask.size() * sizeof(long), mask.data()); }, weight);
}

void set_memory_policy(int mode, const std::vector<unsigned>& nodes, const std::string& shown) {
    const std::vector<unsigned long> mask = bits(nodes);
    const std::size_t count = nodes.empty() ? 0 : mask.size() * word_bits + 1;  // the kernel takes one bit less
    call(
        "set_mempolicy", shown, [&] { return arguments(Raw{shown}); },
        [&] { return syscall(SYS_set_mempolicy, mode, nodes.empty() ? nullptr : mask.data(), count); });
}

void set_personality(unsigned long persona, const std::string& shown) {
    call(
        "personality", shown, [&] { return arguments(Raw{shown}); },
        [&] { return ::personality(persona) < 0 ? -1 : 0; });
}

}  // namespace bell::sys
