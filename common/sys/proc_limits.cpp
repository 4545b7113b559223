// proc_limits.cpp - see proc_limits.hpp.
#include "sys/proc_limits.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace bell::sys {
namespace {

// The rows of the kernel's fs/proc/base.c, lnames[].
constexpr std::array rows = {
    ResourceLimit{"RLIMIT_CPU", "cpu time", "seconds"},
    ResourceLimit{"RLIMIT_FSIZE", "file size", "bytes"},
    ResourceLimit{"RLIMIT_DATA", "data size", "bytes"},
    ResourceLimit{"RLIMIT_STACK", "stack size", "bytes"},
    ResourceLimit{"RLIMIT_CORE", "core file size", "bytes"},
    ResourceLimit{"RLIMIT_RSS", "resident set", "bytes"},
    ResourceLimit{"RLIMIT_NPROC", "processes", ""},
    ResourceLimit{"RLIMIT_NOFILE", "open files", ""},
    ResourceLimit{"RLIMIT_MEMLOCK", "locked memory", "bytes"},
    ResourceLimit{"RLIMIT_AS", "address space", "bytes"},
    ResourceLimit{"RLIMIT_LOCKS", "file locks", ""},
    ResourceLimit{"RLIMIT_SIGPENDING", "pending signals", ""},
    ResourceLimit{"RLIMIT_MSGQUEUE", "msgqueue size", "bytes"},
    ResourceLimit{"RLIMIT_NICE", "nice priority", ""},
    ResourceLimit{"RLIMIT_RTPRIO", "realtime priority", ""},
    ResourceLimit{"RLIMIT_RTTIME", "realtime timeout", "us"},
};

std::optional<std::uint64_t> next_value(std::string_view& rest) {
    rest = text::trim(rest);
    const std::size_t end = rest.find(' ');
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return word == "unlimited" ? unlimited : text::number<std::uint64_t>(word);
}

// "Max open files   1024   4096   files": the words tell the row, two values follow.
std::optional<ResourceLimit> parse_row(std::string_view line) {
    constexpr std::string_view head = "Max ";
    if (!line.starts_with(head)) return std::nullopt;
    line.remove_prefix(head.size());
    const auto* row = std::find_if(rows.begin(), rows.end(), [&](const ResourceLimit& each) {
        return line.starts_with(each.words) && line.substr(each.words.size()).starts_with(' ');
    });
    if (row == rows.end()) return std::nullopt;
    line.remove_prefix(row->words.size());
    const auto soft = next_value(line);
    const auto hard = next_value(line);
    if (!soft || !hard) return std::nullopt;
    ResourceLimit limit = *row;
    limit.soft = *soft;
    limit.hard = *hard;
    return limit;
}

}  // namespace

std::vector<ResourceLimit> parse_limits(std::string_view lines) {
    std::vector<ResourceLimit> limits;
    while (!lines.empty() && limits.size() < rows.size()) {
        const std::size_t end = lines.find('\n');
        if (const auto limit = parse_row(lines.substr(0, end))) limits.push_back(*limit);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return limits;
}

}  // namespace bell::sys
