// proc_list.hpp - all processes that this /proc shows, with the little that a tree of them needs.
//
// A /proc belongs to the pid namespace it was mounted for: it shows the processes of that one and of those below, under
// its numbers, whoever looks. A program in another pid namespace (a new one, with the old /proc still mounted) reads
// numbers there that aren't its own. view_of_proc tells.
//
// Processes come and go while the list is read: what has gone is left out. proc_pid_stat(5), proc(5) "hidepid".
// Next: the tool that draws them, tools/proc-peek.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/proc_cgroup.hpp"
#include "sys/proc_namespaces.hpp"

namespace bell::sys {

/// The threads of a process, by rising number; `proc` is its folder in /proc. None once it has ended.
[[nodiscard]] std::vector<pid_t> threads_of(int proc);

/// What a program sees of the processes through its /proc.
struct ProcView {
    pid_t self = 0;        ///< this process's number there
    bool foreign = false;  ///< of another pid namespace: its numbers aren't those that kill(2) and waitpid(2) take
};

/// Throws if /proc isn't there, isn't a proc file system, or doesn't show this process.
[[nodiscard]] ProcView view_of_proc();

/// The value of /proc's mount option hidepid: other users' processes are hidden with 1 (contents), 2 or 4 (altogether).
[[nodiscard]] unsigned hidepid();

/// The first fields of /proc/PID/stat.
struct ProcStat {
    pid_t pid = 0;
    std::string name;
    char state = '?';
    pid_t parent = 0;
    bool kernel_thread = false;
    std::uint64_t start_time = 0;  ///< clock ticks since boot
    bool operator==(const ProcStat&) const = default;
};
[[nodiscard]] std::optional<ProcStat> parse_stat(std::string_view line);

struct ListedProcess {
    ProcStat stat;
    NamespaceIds namespaces;
    std::vector<CgroupMembership> cgroups;  ///< only if asked for
};

enum class ListCgroups : bool { no, yes };

/// By rising number.
[[nodiscard]] std::vector<ListedProcess> list_processes(ListCgroups cgroups);

}  // namespace bell::sys
