// early_end.cpp - see early_end.hpp.
#include "early_end.hpp"

#include <signal.h>
#include <string.h>

#include <array>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

// A container of the smallest static program starts within this, on 64-bit kernels from 5.10 on.
constexpr std::int64_t smallest_memory = std::int64_t{1} << 20;

struct Reason {
    int signal;
    std::string_view hint;
};

constexpr std::array reasons = {
    Reason{SIGSYS, "its seccomp filter kills a call that is needed to start: /linux/seccomp"},
    Reason{SIGXCPU, "/process/rlimits: RLIMIT_CPU is used up before the program runs"},
    Reason{SIGXFSZ, "/process/rlimits: RLIMIT_FSIZE"},
    Reason{SIGSEGV, "is RLIMIT_STACK or RLIMIT_AS in /process/rlimits too small?"},
    Reason{SIGBUS, "is a limit on huge pages or memory too small?"},
    Reason{SIGKILL, "somebody else ended it: the kernel for want of memory, or 'kill'; see dmesg(1)"},
};

// v1: "oom_kill 1" in memory.oom_control; v2: in memory.events.
bool ran_out_of_memory(const std::string& memory_directory) {
    for (const char* file : {"/memory.events", "/memory.oom_control"})
        for (const std::string& line : text::split(sys::try_read_file(memory_directory + file).value_or(""), '\n'))
            if (line.starts_with("oom_kill ") && line != "oom_kill 0") return true;
    return false;
}

std::string limit_words(const oci::Config& config) {
    const auto& resources = config.linux_->resources;
    const auto limit = resources && resources->memory ? resources->memory->limit : std::nullopt;
    return limit ? text::cat(" of ", *limit, " bytes") : std::string{};
}

std::string hint_for(int signal) {
    for (const Reason& each : reasons)
        if (each.signal == signal) return std::string(each.hint);
    return {};
}

std::string name_of(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name ? text::cat("SIG", name) : text::cat("signal ", signal);
}

}  // namespace

void explain_early_end(const sys::Child& init, const std::optional<cgroup::Group>& group, const oci::Config& config,
                       const Error& error) {
    const int status = sys::wait_for(init);
    if (status == 0) throw error;
    if (status < 128)
        throw Error::bad(text::cat("the container's first process ended with status ", status, " before it was ready"));
    const int signal = status - 128;
    const auto memory = group ? group->directory_of("memory") : std::nullopt;
    if (signal == SIGKILL && memory && ran_out_of_memory(*memory))
        throw Error::bad(
            text::cat("memory limit too small: the container's first process ran out of memory before it was "
                      "ready, within a limit",
                      limit_words(config)),
            text::cat("/linux/resources/memory/limit: starting needs at least ", smallest_memory, " bytes"));
    throw Error::bad(text::cat("the container's first process was ended by ", name_of(signal), " before it was ready"),
                     hint_for(signal));
}

std::string why_ended(int status, const std::vector<std::string>& cgroup_directories) {
    if (status == 128 + SIGSYS) return "it was ended by SIGSYS: its seccomp filter kills a call that it makes";
    if (status != 128 + SIGKILL) return {};
    for (const std::string& directory : cgroup_directories)
        if (ran_out_of_memory(directory)) return "it was ended for want of memory: see /linux/resources/memory/limit";
    return {};
}

}  // namespace bell
