// proc_status.hpp - who a process is and what it may do, in the kernel's own summary.
//
// /proc/PID/status has a line for each fact: "Uid:	0	0	0	0". Anybody may read it, of any process.
// Ids are those of the reader's user namespace; 65534 stands for one that has no number there. Pids are those of the
// pid namespace that the /proc was mounted for, except NSpid, which lists the process's number there and in every pid
// namespace below.
//
// parse_status is a pure function on bytes: lines it doesn't know are skipped, values it can't read stay as they are.
// proc_pid_status(5), credentials(7), capabilities(7). Next: proc_ids.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bell::sys {

/// The four user or group ids of a process; files are opened with the last.
struct IdSet {
    std::uint32_t real = 0;
    std::uint32_t effective = 0;
    std::uint32_t saved = 0;
    std::uint32_t filesystem = 0;
    [[nodiscard]] bool all_same() const { return real == effective && real == saved && real == filesystem; }
    bool operator==(const IdSet&) const = default;
};

/// All five capability sets, one bit a capability.
struct AllCapabilities {
    std::uint64_t inheritable = 0;
    std::uint64_t permitted = 0;
    std::uint64_t effective = 0;
    std::uint64_t bounding = 0;
    std::uint64_t ambient = 0;
    bool operator==(const AllCapabilities&) const = default;
};

struct ProcStatus {
    std::string name;  ///< at most 15 bytes; the process may set it
    char state = '?';  ///< R running, S sleeping, D waiting for a device, T stopped, Z zombie, I idle
    pid_t pid = 0;
    pid_t thread_group = 0;  ///< differs from pid for a thread that isn't the first
    pid_t parent = 0;        ///< 0: none, or one outside of the pid namespace of this /proc
    pid_t tracer = 0;
    IdSet users;
    IdSet groups;
    std::vector<std::uint32_t> supplementary_groups;
    std::vector<pid_t> pids_inside;  ///< its number in this /proc's pid namespace and those below; since Linux 4.1
    unsigned threads = 0;
    std::optional<unsigned> umask;                 ///< since Linux 4.7
    std::optional<std::uint64_t> ignored_signals;  ///< bit 0 is signal 1
    AllCapabilities capabilities;
    std::optional<bool> no_new_privileges;
    std::optional<unsigned> seccomp_mode;     ///< 0 none, 1 strict, 2 filter
    std::optional<unsigned> seccomp_filters;  ///< since Linux 5.9
    std::optional<std::uint64_t> resident_bytes;
};

/// Nothing if the bytes hold no Pid line: then they are no status file.
[[nodiscard]] std::optional<ProcStatus> parse_status(std::string_view lines);

/// "sleeping" for 'S', as proc_pid_stat(5) has them.
[[nodiscard]] std::string_view state_word(char state);

}  // namespace bell::sys
