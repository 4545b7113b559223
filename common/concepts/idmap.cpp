// idmap.cpp - see idmap.hpp.
#include "concepts/idmap.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/proc_ids.hpp"
#include "sys/process.hpp"
#include "sys/procfs.hpp"
#include "sys/program.hpp"

namespace bell::idmap {
namespace {

using Mappings = std::vector<oci::IdMapping>;

// LESSON: map-lines
std::string lines(const Mappings& mappings) {
    std::string out;
    for (const oci::IdMapping& each : mappings)
        out += text::cat(each.containerID, " ", each.hostID, " ", each.size, "\n");
    return out;
}
// LESSON: end

bool has(unsigned capability) { return (sys::capabilities().effective >> capability & 1u) != 0; }

bool is_only(const Mappings& mappings, std::uint32_t id) {
    return mappings.size() == 1 && mappings[0].size == 1 && mappings[0].hostID == id;
}

// `file` of a process, in a /proc that knows it by this number: the mounted one may be of another pid namespace.
void write_file(pid_t pid, std::string_view file, const std::string& value) {
    if (narrate::dry_run()) return sys::write_value(text::cat("/proc/PID/", file), value);
    const sys::Procfs proc = sys::Procfs::open_own();
    proc.write(text::cat(proc.name_of(pid), "/", file), value);
}

void write_map(pid_t pid, std::string_view file, const Mappings& mappings) {
    if (!mappings.empty()) write_file(pid, file, lines(mappings));
}

// newuidmap PID INSIDE OUTSIDE COUNT ...
void run_map_program(const std::string& program, pid_t pid, const Mappings& mappings) {
    if (mappings.empty()) return;
    std::vector<std::string> argv{program, text::cat(pid)};
    for (const oci::IdMapping& each : mappings)
        for (const std::uint32_t number : {each.containerID, each.hostID, each.size}) argv.push_back(text::cat(number));
    if (narrate::dry_run()) return narrate::note(text::join(argv, " "));
    const sys::Child child = sys::fork();
    if (child.is_me()) {
        try {
            const std::string file = sys::find_program(program, sys::default_path);
            sys::exit_now(sys::try_execute(file, argv, nullptr) == ENOENT ? exit_not_found : exit_cannot_run);
        } catch (const Error&) {
            sys::exit_now(exit_not_found);
        }
    }
    const int status = sys::wait_for(child);
    if (status == exit_not_found)
        throw Error::bad(text::cat(program, ": not found"),
                         "it comes with the package uidmap (shadow-utils elsewhere)");
    if (status != 0)
        throw Error::bad(text::cat(text::join(argv, " "), ": refused"),
                         "do /etc/subuid and /etc/subgid grant you these ranges, and is it setuid root?");
}

}  // namespace

oci::IdMapping parse(std::string_view option, std::string_view words) {
    const std::vector<std::string> part = text::split(words, ':');
    const auto inside = text::number<std::uint32_t>(part[0]);
    const auto outside = part.size() > 1 ? text::number<std::uint32_t>(part[1]) : std::nullopt;
    const auto count = part.size() > 2 ? text::number<std::uint32_t>(part[2]) : std::optional<std::uint32_t>(1);
    if (!inside || !outside || !count || *count == 0 || part.size() > 3)
        throw Error::bad(
            text::cat(option, " ", text::printable(words), ": must be INSIDE:OUTSIDE:COUNT, as in 0:1000:1"));
    return {*inside, *outside, *count};
}

Maps own_id(uid_t inside_uid, gid_t inside_gid) {
    return {{{inside_uid, geteuid(), 1}}, {{inside_gid, getegid(), 1}}, {}};
}

std::vector<oci::IdMapping> parse_subids(std::string_view file, std::string_view name, uid_t uid) {
    Mappings out;
    for (const std::string& line : text::split(file, '\n')) {
        const std::vector<std::string> part = text::split(line, ':');
        if (part.size() != 3 || (part[0] != name && text::number<uid_t>(part[0]) != uid)) continue;
        const auto first = text::number<std::uint32_t>(part[1]);
        const auto count = text::number<std::uint32_t>(part[2]);
        if (first && count && *count > 0) out.push_back({0, *first, *count});
    }
    return out;
}

namespace {

// Our own name in the host's /etc/passwd (no NSS in a static program); ranges are granted to names or numbers.
std::string own_name() {
    const auto passwd = sys::try_read_file("/etc/passwd");
    if (!passwd) return {};
    for (const std::string& line : text::split(*passwd, '\n')) {
        const std::vector<std::string> field = text::split(line, ':');
        if (field.size() >= 4 && text::number<uid_t>(field[2]) == geteuid()) return field[0];
    }
    return {};
}

Mappings with_ranges(const std::string& file, std::uint32_t own) {
    Mappings out{{0, own, 1}};
    std::uint32_t next = 1;
    for (oci::IdMapping range : parse_subids(sys::try_read_file(file).value_or(""), own_name(), geteuid())) {
        range.containerID = next;
        next += range.size;
        out.push_back(range);
    }
    if (out.size() == 1)
        throw Error::bad(
            text::cat(file, " grants you no ids"),
            text::cat("as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ", own_name()));
    return out;
}

}  // namespace

Maps own_id_and_ranges() { return {with_ranges("/etc/subuid", geteuid()), with_ranges("/etc/subgid", getegid()), {}}; }

void write(pid_t pid, const Maps& maps) {
    const narrate::Section why("ns-enter", "which ids inside are which ids outside", "user_namespaces(7)");
    const bool own_uid_only = is_only(maps.uids, geteuid());
    const bool own_gid_only = is_only(maps.gids, getegid());
    const bool direct_gid = has(CAP_SETGID) || own_gid_only || maps.gids.empty();
    // gid_map without CAP_SETGID wants setgroups denied first: else a group that denies access could be dropped.
    const bool deny = maps.setgroups ? !*maps.setgroups : !has(CAP_SETGID) && direct_gid && !maps.gids.empty();
    if (deny) write_file(pid, "setgroups", "deny");
    if (has(CAP_SETUID) || own_uid_only)
        write_map(pid, "uid_map", maps.uids);
    else
        run_map_program("newuidmap", pid, maps.uids);
    if (direct_gid)
        write_map(pid, "gid_map", maps.gids);
    else
        run_map_program("newgidmap", pid, maps.gids);
}

void become_inside(const Maps& maps) {
    const auto first = [](const Mappings& mappings) -> std::optional<std::uint32_t> {
        if (mappings.empty()) return std::nullopt;
        const bool has_zero =
            std::any_of(mappings.begin(), mappings.end(), [](const auto& each) { return each.containerID == 0; });
        return has_zero ? 0 : mappings.front().containerID;
    };
    const auto uid = first(maps.uids);
    const auto gid = first(maps.gids);
    const bool groups_locked =
        maps.setgroups ? !*maps.setgroups : sys::try_read_file("/proc/self/setgroups").value_or("deny\n") == "deny\n";
    if (gid && !groups_locked) sys::set_groups({});
    if (gid && getegid() != *gid) sys::set_group(*gid);
    if (uid && geteuid() != *uid) sys::set_user(*uid);
}

Maps root_of(int proc) {
    const auto content = [&](const char* file) {
        const Fd fd{::openat(proc, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
        return fd ? sys::read_all(fd.get(), file) : std::string{};
    };
    const auto has_root = [&](const char* map) {
        const auto ranges = sys::parse_id_map(content(map));
        return std::any_of(ranges.begin(), ranges.end(), [](const auto& range) { return range.inside == 0; });
    };
    Maps root;
    if (has_root("uid_map")) root.uids = {{0, 0, 1}};
    if (has_root("gid_map")) root.gids = {{0, 0, 1}};
    root.setgroups = text::trim(content("setgroups")) == "allow";
    return root;
}

Fd user_namespace_with(const Maps& maps) {
    if (narrate::dry_run()) return {};
    const sys::Child child = sys::clone(CLONE_NEWUSER);
    if (child.is_me()) {
        // Waits to be looked at; ends with its parent at the latest.
        sys::die_with_parent(SIGKILL);
        for (;;) pause();
    }
    try {
        write(child.pid, maps);
        const Fd folder = sys::Procfs::open_own().open(text::cat(child.pid), O_PATH | O_DIRECTORY);
        Fd space = sys::open_at(folder.get(), "ns/user", O_RDONLY);
        sys::send_signal(child.pidfd.get(), SIGKILL);
        (void)sys::wait_for(child);
        return space;
    } catch (...) {
        sys::send_signal(child.pidfd.get(), SIGKILL);
        (void)sys::wait_for(child);
        throw;
    }
}

}  // namespace bell::idmap
