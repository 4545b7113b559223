// proc_namespaces.hpp - which namespaces a process is in.
//
// /proc/PID/ns has a link for each kind; what it points to, "uts:[4026531838]", is the namespace's name: two processes
// share a namespace exactly if these numbers are the same. Reading them takes the right to trace the process
// (ptrace(2)): your own processes, or all of them as root.
//
// The machine's first namespaces have fixed numbers (the kernel's PROC_*_INIT_INO; mount and network only since Linux
// 6.18), so that a process can tell from inside whether it has been given its own.
//
// namespaces(7). Next: proc_process.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bell::sys {

struct NamespaceKind {
    std::string_view name;          ///< "mount": the word of config.json
    std::string_view file;          ///< "mnt": the name in /proc/PID/ns, short enough for trees
    std::string_view for_children;  ///< "pid_for_children": where the next child will be; "" where it is the same
    std::uint64_t first;            ///< the machine's own
};

inline constexpr std::array<NamespaceKind, 8> namespace_kinds = {{
    {"user", "user", "", 0xEFFFFFFD},
    {"pid", "pid", "pid_for_children", 0xEFFFFFFC},
    {"mount", "mnt", "", 0xEFFFFFF8},
    {"network", "net", "", 0xEFFFFFF9},
    {"uts", "uts", "", 0xEFFFFFFE},
    {"ipc", "ipc", "", 0xEFFFFFFF},
    {"cgroup", "cgroup", "", 0xEFFFFFFB},
    {"time", "time", "time_for_children", 0xEFFFFFFA},
}};
inline constexpr std::size_t user_namespace = 0;  ///< its row

/// Whether this kernel gives the machine's own namespace of that kind a fixed number.
[[nodiscard]] bool first_namespace_is_known(std::size_t kind);

/// A number for each row of namespace_kinds; 0: the kernel has no such namespace, or the process has left it (a
/// zombie). All 0 with `readable` false: this process isn't ours to look at.
struct NamespaceIds {
    std::array<std::uint64_t, namespace_kinds.size()> ids{};
    std::array<std::uint64_t, namespace_kinds.size()> for_children{};
    bool readable = false;
    bool operator==(const NamespaceIds&) const = default;
};

/// 4026531838 from "uts:[4026531838]"; nothing for words of another form.
[[nodiscard]] std::optional<std::uint64_t> parse_namespace_link(std::string_view link);

/// Reads the links below `process`, a descriptor of /proc/PID.
[[nodiscard]] NamespaceIds read_namespaces(int process);

/// The clocks of a time namespace as seen from the machine's: /proc/PID/timens_offsets, "monotonic  86400  0".
struct TimeOffset {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    bool operator==(const TimeOffset&) const = default;
};
struct TimeOffsets {
    TimeOffset monotonic;
    TimeOffset boottime;
    bool operator==(const TimeOffsets&) const = default;
};
[[nodiscard]] std::optional<TimeOffsets> parse_time_offsets(std::string_view lines);

}  // namespace bell::sys
