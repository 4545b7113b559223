// proc_status.cpp - see proc_status.hpp.
#include "sys/proc_status.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t list_limit = 65'536;  // the kernel's NGROUPS_MAX

// The numbers of "1\t2 3", at most list_limit of them; what is no number is skipped.
template <class Number>
std::vector<Number> numbers(std::string_view words) {
    std::vector<Number> out;
    while (!words.empty() && out.size() < list_limit) {
        const std::size_t end = words.find_first_of(" \t");
        if (const auto value = text::number<Number>(words.substr(0, end))) out.push_back(*value);
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return out;
}

template <class Number>
void set(Number& out, std::string_view digits, int base = 10) {
    out = text::number<Number>(digits, base).value_or(out);
}

void set_ids(IdSet& out, std::string_view words) {
    const std::vector<std::uint32_t> ids = numbers<std::uint32_t>(words);
    if (ids.size() == 4) out = {ids[0], ids[1], ids[2], ids[3]};
}

struct Line {
    std::string_view key;
    void (*read)(ProcStatus& status, std::string_view value);
};

using Status = ProcStatus;
using Value = std::string_view;

constexpr std::array known = {
    Line{"Name", [](Status& s, Value v) { s.name = std::string(v); }},
    Line{"State", [](Status& s, Value v) { s.state = v.empty() ? '?' : v.front(); }},
    Line{"Pid", [](Status& s, Value v) { set(s.pid, v); }},
    Line{"Tgid", [](Status& s, Value v) { set(s.thread_group, v); }},
    Line{"PPid", [](Status& s, Value v) { set(s.parent, v); }},
    Line{"TracerPid", [](Status& s, Value v) { set(s.tracer, v); }},
    Line{"Uid", [](Status& s, Value v) { set_ids(s.users, v); }},
    Line{"Gid", [](Status& s, Value v) { set_ids(s.groups, v); }},
    Line{"Groups", [](Status& s, Value v) { s.supplementary_groups = numbers<std::uint32_t>(v); }},
    Line{"NSpid", [](Status& s, Value v) { s.pids_inside = numbers<pid_t>(v); }},
    Line{"Threads", [](Status& s, Value v) { set(s.threads, v); }},
    Line{"Umask", [](Status& s, Value v) { s.umask = text::number<unsigned>(v, 8); }},
    Line{"SigIgn", [](Status& s, Value v) { s.ignored_signals = text::number<std::uint64_t>(v, 16); }},
    Line{"CapInh", [](Status& s, Value v) { set(s.capabilities.inheritable, v, 16); }},
    Line{"CapPrm", [](Status& s, Value v) { set(s.capabilities.permitted, v, 16); }},
    Line{"CapEff", [](Status& s, Value v) { set(s.capabilities.effective, v, 16); }},
    Line{"CapBnd", [](Status& s, Value v) { set(s.capabilities.bounding, v, 16); }},
    Line{"CapAmb", [](Status& s, Value v) { set(s.capabilities.ambient, v, 16); }},
    Line{"NoNewPrivs", [](Status& s, Value v) { s.no_new_privileges = v == "1"; }},
    Line{"Seccomp", [](Status& s, Value v) { s.seccomp_mode = text::number<unsigned>(v); }},
    Line{"Seccomp_filters", [](Status& s, Value v) { s.seccomp_filters = text::number<unsigned>(v); }},
    Line{"VmRSS",
         [](Status& s, Value v) {
             const auto kilobytes = text::number<std::uint32_t>(v.substr(0, v.find(' ')));
             if (kilobytes) s.resident_bytes = std::uint64_t{*kilobytes} * 1024;
         }},
};

void read_line(ProcStatus& status, std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view key = line.substr(0, colon);
    const auto* found = std::find_if(known.begin(), known.end(), [&](const Line& each) { return each.key == key; });
    if (found != known.end()) found->read(status, text::trim(line.substr(colon + 1)));
}

}  // namespace

std::optional<ProcStatus> parse_status(std::string_view lines) {
    ProcStatus status;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        read_line(status, lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    if (status.pid <= 0) return std::nullopt;
    return status;
}

std::string_view state_word(char state) {
    switch (state) {
        case 'R': return "running";
        case 'S': return "sleeping";
        case 'D': return "waiting for a device";
        case 'T': return "stopped";
        case 't': return "stopped by a debugger";
        case 'Z': return "a zombie";
        case 'X': return "ended";
        case 'I': return "idle";
        default: return "in an unknown state";
    }
}

}  // namespace bell::sys
