// enter.cpp - the order of things (design: join, make, map, name).
//
//   join    namespaces that exist: all in one setns(2) for a process, one by one for paths
//   make    a pid namespace holds the children of its maker: clone3(2) makes the child and all its new namespaces at
//   once, and
//           this process stays outside to write the id maps, hand on signals and reap. Without a pid namespace
//           unshare(2) changes this process, and a helper that stayed outside writes what can only be written from
//           there.
//   time    a clock's offset must be written before the first process lives in the namespace: unshare, write, then fork
//   fill    mounts made private, host name, kernel settings
#include "enter.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/loopback.hpp"
#include "concepts/propagation.hpp"
#include "concepts/sysctl.hpp"
#include "sys/channel.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/namespace.hpp"
#include "sys/proc_ids.hpp"
#include "sys/process.hpp"
#include "sys/procfs.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell {
namespace {

// What only a process outside the new namespaces can do to `pid` inside.
void from_outside(const Wish& wish, pid_t pid, bool new_user) {
    if (new_user) idmap::write(pid, wish.maps());
    for (const auto& [kind, file] : wish.keeps) namespaces::keep(pid, *kind, file);
}

// One line for our own id can be written by ourselves, if nobody inside may use setgroups(2).
bool can_map_itself(const Wish& wish) {
    const auto own = [](const std::vector<oci::IdMapping>& map, std::uint32_t id) {
        return map.empty() || (map.size() == 1 && map[0].size == 1 && map[0].hostID == id);
    };
    return wish.keeps.empty() && !wish.setgroups.value_or(false) && own(wish.linux.uidMappings, geteuid()) &&
           own(wish.linux.gidMappings, getegid());
}

void unshare_with_helper(const Wish& wish, std::uint64_t flags) {
    const pid_t self = getpid();
    sys::Channel channel = sys::Channel::pair();
    const sys::Child helper = sys::fork();
    if (helper.is_me()) {
        channel.become_child();
        sys::exit_now(channel.report_errors([&] {
            channel.expect("made");
            from_outside(wish, self, (flags & CLONE_NEWUSER) != 0);
        }));
    }
    channel.become_parent();
    sys::unshare(flags);
    channel.send("made");
    channel.finish();
    (void)sys::wait_for(helper);
}

void unshare_in_place(const Wish& wish, std::uint64_t flags) {
    const bool new_user = (flags & CLONE_NEWUSER) != 0;
    if ((!new_user && wish.keeps.empty()) || can_map_itself(wish)) {
        sys::unshare(flags);
        if (!new_user) return;
        idmap::Maps maps = wish.maps();
        if (!maps.gids.empty()) maps.setgroups = false;
        idmap::write(getpid(), maps);
    } else {
        unshare_with_helper(wish, flags);
    }
    if (new_user) idmap::become_inside(wish.maps());
}

// The parent's half: never returns.
[[noreturn]] void stay_behind(const Wish& wish, sys::Supervisor& supervisor, const sys::Child& child,
                              sys::Channel& channel, bool new_user) {
    try {
        channel.become_parent();
        from_outside(wish, child.pid, new_user);
        channel.send("mapped");
    } catch (...) {
        sys::send_signal(child.pidfd.get(), SIGKILL);
        (void)sys::wait_for(child);
        throw;
    }
    sys::exit_now(supervisor.wait_for(child));
}

void clone_into(const Wish& wish, std::uint64_t flags) {
    const bool new_user = (flags & CLONE_NEWUSER) != 0;
    sys::Supervisor supervisor;
    sys::Channel channel = sys::Channel::pair();
    const sys::Child child = sys::clone(flags);
    if (narrate::dry_run()) {
        from_outside(wish, getpid(), new_user);
    } else {
        if (!child.is_me()) stay_behind(wish, supervisor, child, channel, new_user);
        channel.become_child();
        channel.expect("mapped");
    }
    supervisor.release();
    if (new_user) idmap::become_inside(wish.maps());
    if (!wish.outlive_parent) sys::die_with_parent(SIGKILL);
}

std::string made_words(std::uint64_t flags) {
    std::vector<std::string> types;
    for (const namespaces::Kind& kind : namespaces::kinds())
        if ((flags & kind.flag) != 0) types.emplace_back(kind.type);
    return text::cat("a process with its own ", text::join(types, ", "));
}

void make(const Wish& wish, bool joined_pid) {
    std::uint64_t flags = namespaces::new_flags(wish.linux.namespaces);
    const bool time = (flags & CLONE_NEWTIME) != 0;
    const bool fork = !wish.no_fork && (joined_pid || time || (flags & CLONE_NEWPID) != 0);
    if (flags == 0 && !fork) return;
    const narrate::Section why("ns-enter", flags != 0 ? made_words(flags) : "a child, in the joined pid namespace",
                               "namespaces(7)");
    if (time) {
        if ((flags & CLONE_NEWUSER) != 0) unshare_in_place(wish, CLONE_NEWUSER);
        sys::unshare(CLONE_NEWTIME);
        namespaces::write_time_offsets(wish.linux.timeOffsets);
        flags &= ~std::uint64_t{CLONE_NEWTIME | CLONE_NEWUSER};
    }
    if (fork)
        clone_into(wish, flags);
    else if (flags != 0)
        unshare_in_place(wish, flags);
}

// Returns whether a pid namespace was joined: then a child has to follow.
bool join(const Wish& wish) {
    const narrate::Section why("ns-enter", "into namespaces that exist", "setns(2)");
    std::uint64_t joined = 0;
    if (wish.target) {
        const std::string proc = text::cat("/proc/", wish.target->pid);
        const auto root = wish.enter_root ? sys::open_if_there(AT_FDCWD, proc + "/root", O_PATH) : std::nullopt;
        const auto directory =
            wish.enter_directory ? sys::open_if_there(AT_FDCWD, proc + "/cwd", O_PATH) : std::nullopt;
        joined = namespaces::join_process(wish.target->pidfd.get(), wish.target->pid, wish.joined_flags);
        if (root) {
            sys::change_directory(root->get(), proc + "/root");
            sys::change_root(".", proc + "/root");
        }
        if (directory) sys::change_directory(directory->get(), proc + "/cwd");
    }
    namespaces::join(wish.linux.namespaces);
    for (const oci::Namespace& each : wish.linux.namespaces)
        if (each.path) joined |= namespaces::kind(each.type).flag;
    if ((joined & CLONE_NEWUSER) != 0 && !wish.preserve_credentials) {
        // Root of the namespace, if it has one.
        const auto has_root = [](const char* map) {
            const auto ranges = sys::parse_id_map(sys::try_read_file(map).value_or(""));
            return std::any_of(ranges.begin(), ranges.end(), [](const auto& range) { return range.inside == 0; });
        };
        idmap::Maps root;
        if (has_root("/proc/self/uid_map")) root.uids = {{0, 0, 1}};
        if (has_root("/proc/self/gid_map")) root.gids = {{0, 0, 1}};
        idmap::become_inside(root);
    }
    return (joined & CLONE_NEWPID) != 0;
}

void fill(const Wish& wish) {
    const bool own_mounts = (namespaces::new_flags(wish.linux.namespaces) & CLONE_NEWNS) != 0;
    if (own_mounts && wish.linux.rootfsPropagation != "unchanged") {
        const narrate::Section why("ns-enter", "what is mounted here stays here", "mount_namespaces(7)");
        propagation::apply("/", wish.linux.rootfsPropagation.value_or("rprivate"));
    }
    if (wish.hostname || wish.domainname) {
        const narrate::Section why("ns-enter", "a name only it sees", "sethostname(2)");
        namespaces::set_names(wish.hostname, wish.domainname);
    }
    if (wish.loopback) {
        const narrate::Section why("ns-enter", "its network: lo alone, brought up", "network_namespaces(7)");
        loopback::bring_up();
    }
    if (!wish.linux.sysctl.empty()) sysctl::apply(wish.linux.sysctl, sys::Procfs::open_best());
}

std::vector<std::string> namespace_names() {
    std::vector<std::string> names;
    if (narrate::on())
        for (const namespaces::Kind& kind : namespaces::kinds()) names.push_back(namespaces::name_of("self", kind));
    return names;
}

void tell_changes(const std::vector<std::string>& before) {
    const std::vector<std::string> after = namespace_names();
    std::string line;
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i)
        if (narrate::full() && before[i] != after[i]) narrate::note(text::cat(before[i], " -> ", after[i]));
}

}  // namespace

void enter(const Wish& wish) {
    namespaces::validate(wish.linux.namespaces);
    sysctl::validate(wish.linux.sysctl, wish.linux.namespaces);
    const std::vector<std::string> before = namespace_names();
    const bool joins = wish.target || namespaces::new_flags(wish.linux.namespaces) == 0;
    const bool has_paths = std::any_of(wish.linux.namespaces.begin(), wish.linux.namespaces.end(),
                                       [](const auto& each) { return each.path.has_value(); });
    const bool joined_pid = (joins || has_paths) && join(wish);
    make(wish, joined_pid);
    fill(wish);
    tell_changes(before);
}

}  // namespace bell
