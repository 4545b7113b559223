// traits.cpp - see traits.hpp. Each function is a section; proc(5) says where the words come from.
#include "traits.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>

#include "base/text.hpp"
#include "sections.hpp"
#include "sys/proc_ids.hpp"

namespace bell::peek {
namespace {

using Traits = std::vector<Trait>;

std::string octal(unsigned number) {
    std::array<char, 8> words{};
    std::snprintf(words.data(), words.size(), "%04o", number & 07777u);
    return words.data();
}

std::string ids(const sys::IdSet& set) {
    if (set.all_same()) return text::cat(set.real);
    return text::cat("real ", set.real, ", effective ", set.effective, ", saved ", set.saved, ", files ",
                     set.filesystem);
}

std::string list(const std::vector<std::uint32_t>& numbers) {
    std::vector<std::string> words;
    for (const std::uint32_t number : numbers) words.push_back(text::cat(number));
    return words.empty() ? "none" : text::join(words, " ");
}

std::optional<std::string> map_words(const sys::Fact<std::vector<sys::IdRange>>& map) {
    if (!map) return std::nullopt;
    std::vector<std::string> words;
    for (const sys::IdRange& each : *map) words.push_back(text::cat(each.inside, ":", each.outside, ":", each.count));
    return words.empty() ? "nothing" : text::join(words, " ");
}

std::optional<std::string> value_of(const sys::Fact<std::string>& fact) {
    return fact.forbidden() ? std::nullopt : std::optional(fact ? *fact : std::string("none"));
}

void add_namespaces(Traits& out, const sys::Process& process) {
    for (std::size_t kind = 0; kind < sys::namespace_kinds.size(); ++kind) {
        const sys::NamespaceKind& row = sys::namespace_kinds[kind];
        const std::uint64_t id = process.namespaces.ids[kind];
        std::optional<std::string> value;
        if (process.namespaces.readable) value = id == 0 ? "none" : text::cat(row.file, ":[", id, "]");
        out.push_back({"namespaces", std::string(row.name), value});
    }
}

// "shared", "slave": the numbers of the groups of peers aren't the same in the next boot, either.
std::string propagation(const sys::MountInfo& mount) {
    std::string words;
    for (const std::string& field : mount.optional_fields) {
        const std::string kind = field.substr(0, field.find(':'));
        if (kind != "propagate_from") words += text::cat(" ", kind == "master" ? "slave" : kind);
    }
    return words;
}

// Mounts on the same place lie upon each other: they are numbered from below.
void add_mounts(Traits& out, const sys::Process& process) {
    if (!process.mounts) return out.push_back({"mounts", "", std::nullopt});
    std::map<std::string, unsigned> seen;
    for (const sys::MountInfo& mount : *process.mounts) {
        const unsigned count = ++seen[mount.mount_point];
        const std::string part = mount.root == "/" ? "" : text::cat("[", mount.root, "]");
        out.push_back({"mounts", count == 1 ? mount.mount_point : text::cat(mount.mount_point, " #", count),
                       text::cat(mount.type, " ", mount.source, part, " ", mount.options, propagation(mount))});
    }
}

void add_cgroups(Traits& out, const sys::Process& process) {
    for (const sys::CgroupMembership& group : process.cgroups)
        out.push_back({"cgroups", group.is_v2() ? "v2" : text::join(group.controllers, ","), group.path});
}

void add_ids(Traits& out, const sys::Process& process) {
    out.push_back({"ids", "uid", ids(process.status.users)});
    out.push_back({"ids", "gid", ids(process.status.groups)});
    out.push_back({"ids", "groups", list(process.status.supplementary_groups)});
    out.push_back({"ids", "uid map", map_words(process.user_map)});
    out.push_back({"ids", "gid map", map_words(process.group_map)});
}

void add_powers(Traits& out, const sys::Process& process, unsigned last) {
    const sys::AllCapabilities& sets = process.status.capabilities;
    const std::array each = {std::pair{"effective", sets.effective}, std::pair{"permitted", sets.permitted},
                             std::pair{"inheritable", sets.inheritable}, std::pair{"bounding", sets.bounding},
                             std::pair{"ambient", sets.ambient}};
    for (const auto& [name, set] : each) out.push_back({"capabilities", name, set_words(set, last)});
    const sys::ProcStatus& status = process.status;
    out.push_back({"privileges", "no_new_privs", status.no_new_privileges.value_or(false) ? "yes" : "no"});
    constexpr std::array modes = {"no filter", "strict", "filter"};
    std::string seccomp = modes[std::min(status.seccomp_mode.value_or(0), 2u)];
    if (status.seccomp_filters.value_or(0) > 0) seccomp += text::cat(" (", *status.seccomp_filters, ")");
    out.push_back({"privileges", "seccomp", seccomp});
    out.push_back({"privileges", "label", process.label.empty() ? "none" : process.label});
}

void add_limits(Traits& out, const sys::Process& process) {
    const auto words = [](std::uint64_t value) { return value == sys::unlimited ? "unlimited" : text::cat(value); };
    for (const sys::ResourceLimit& limit : process.limits)
        out.push_back({"limits", std::string(limit.words),
                       limit.soft == limit.hard ? words(limit.soft)
                                                : text::cat(words(limit.soft), " (hard ", words(limit.hard), ")")});
}

// The value of a line "Name:<tab>value" of /proc/PID/status.
std::string line_of(const std::string& lines, std::string_view name) {
    for (const std::string& line : text::split(lines, '\n'))
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':')
            return std::string(text::trim(std::string_view(line).substr(name.size() + 1)));
    return "unknown";
}

// proc_pid_stat(5): nice is field 19, rt_priority 40, policy 41; counted from the bracket behind field 2.
void add_scheduler(Traits& out, const sys::ProcDirectory& directory) {
    const std::string stat = directory.read("stat").value.value_or("");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return;
    const std::vector<std::string> fields = text::split(text::trim(std::string_view(stat).substr(name_end + 1)), ' ');
    const auto field = [&](std::size_t number) { return fields.size() > number - 3 ? fields[number - 3] : "unknown"; };
    constexpr std::array policies = {"other", "fifo", "rr", "batch", "iso", "idle", "deadline"};
    const auto policy = text::number<unsigned>(field(41));
    out.push_back({"scheduling", "policy", policy && *policy < policies.size() ? policies[*policy] : field(41)});
    out.push_back({"scheduling", "nice", field(19)});
    out.push_back({"scheduling", "realtime priority", field(40)});
}

std::string io_priority(pid_t pid) {
    constexpr int who_process = 1;
    const long value = syscall(SYS_ioprio_get, who_process, pid);
    constexpr std::array classes = {"as nice", "realtime", "best effort", "idle"};
    if (value < 0 || (value >> 13) > 3) return "unknown";
    // Without a class of its own a process has that of its nice value, whatever the number says.
    const auto io_class = static_cast<std::size_t>(value >> 13);
    return io_class == 0 ? classes[0] : text::cat(classes[io_class], " ", value & 7);
}

void add_scheduling(Traits& out, const sys::Process& process, const sys::ProcDirectory& directory) {
    add_scheduler(out, directory);
    const std::string status = directory.read("status").value.value_or("");
    out.push_back({"scheduling", "cpus", line_of(status, "Cpus_allowed_list")});
    out.push_back({"scheduling", "memory nodes", line_of(status, "Mems_allowed_list")});
    out.push_back({"scheduling", "io", io_priority(process.pid)});
    out.push_back({"scheduling", "oom_score_adj", text::cat(process.oom_score_adj.value_or(0))});
}

}  // namespace

std::vector<Trait> traits_of(const sys::Process& process, const sys::ProcDirectory& directory,
                             unsigned last_capability) {
    Traits out;
    add_namespaces(out, process);
    out.push_back({"root", "", value_of(process.root)});
    if (process.status.umask) out.push_back({"umask", "", octal(*process.status.umask)});
    add_mounts(out, process);
    add_cgroups(out, process);
    add_ids(out, process);
    add_powers(out, process, last_capability);
    add_limits(out, process);
    add_scheduling(out, process, directory);
    return out;
}

}  // namespace bell::peek
