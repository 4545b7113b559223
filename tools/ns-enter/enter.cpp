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
#include "sys/identity.hpp"
#include "sys/mount.hpp"
#include "sys/namespace.hpp"
#include "sys/process.hpp"
#include "sys/procfs.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell {
namespace {

void keep_all(const Wish& wish, pid_t pid) {
    for (const auto& [kind, file] : wish.keeps) namespaces::keep(pid, *kind, file);
}

// What only a process outside the new namespaces can do to `pid` inside.
void from_outside(const Wish& wish, pid_t pid, bool new_user) {
    if (new_user) idmap::write(pid, wish.maps());
    keep_all(wish, pid);
}

// One line for our own id can be written by ourselves, if nobody inside may use setgroups(2).
bool can_map_itself(const Wish& wish) {
    const auto own = [](const std::vector<oci::IdMapping>& map, std::uint32_t id) {
        return map.empty() || (map.size() == 1 && map[0].size == 1 && map[0].hostID == id);
    };
    return wish.keeps.empty() && !wish.setgroups.value_or(false) && own(wish.linux.uidMappings, geteuid()) &&
           own(wish.linux.gidMappings, getegid());
}

/// A process that stays outside of the namespaces we go into, and does there on request what can't be done from inside.
class Outside {
public:
    explicit Outside(const Wish& wish) : channel_(sys::Channel::pair()) {
        const pid_t self = getpid();
        helper_ = sys::fork();
        if (helper_.is_me()) {
            channel_.become_child();
            sys::exit_now(channel_.report_errors([&] { serve(wish, self); }));
        }
        channel_.become_parent();
    }
    void map() const { ask("map"); }
    void keep(pid_t pid) const { ask(text::cat(keep_word, pid)); }
    void end() const {
        ask("end");
        (void)sys::wait_for(helper_);
    }

private:
    static constexpr std::string_view keep_word = "keep ";

    void ask(const std::string& what) const {
        channel_.send(what);
        channel_.expect("done");
    }
    void serve(const Wish& wish, pid_t self) const {
        for (std::string asked = channel_.next(); !asked.empty(); asked = channel_.next()) {
            if (asked == "map") idmap::write(self, wish.maps());
            if (asked.starts_with(keep_word))
                keep_all(wish, text::number<pid_t>(std::string_view(asked).substr(keep_word.size())).value_or(self));
            channel_.send("done");
            if (asked == "end") return;
        }
    }
    sys::Channel channel_;
    sys::Child helper_;
};

void unshare_with_helper(const Wish& wish, std::uint64_t flags) {
    const Outside outside(wish);
    sys::unshare(flags);
    if ((flags & CLONE_NEWUSER) != 0) outside.map();
    outside.keep(getpid());
    outside.end();
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
                              sys::Channel& channel, bool new_user, const Outside* outside) {
    try {
        channel.become_parent();
        if (outside) {
            outside->keep(child.pid);
            outside->end();
        } else {
            from_outside(wish, child.pid, new_user);
        }
        channel.send("mapped");
    } catch (...) {
        sys::send_signal(child.pidfd.get(), SIGKILL);
        (void)sys::wait_for(child);
        throw;
    }
    sys::exit_now(supervisor.wait_for(child));
}

// `outside`: a helper where this process itself is inside already.
void clone_into(const Wish& wish, std::uint64_t flags, const Outside* outside) {
    const bool new_user = (flags & CLONE_NEWUSER) != 0;
    sys::Supervisor supervisor;
    sys::Channel channel = sys::Channel::pair();
    const sys::Child child = sys::clone(flags);
    if (narrate::dry_run()) {
        from_outside(wish, getpid(), new_user);
    } else {
        if (!child.is_me()) stay_behind(wish, supervisor, child, channel, new_user, outside);
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
    // A process that isn't dumpable may not write its own maps.
    if (wish.target && (flags & CLONE_NEWUSER) != 0) sys::set_dumpable(true);
    const narrate::Section why("ns-enter", flags != 0 ? made_words(flags) : "a child, in the joined pid namespace",
                               "namespaces(7)");
    std::optional<Outside> outside;
    if (time) {
        // The file that keeps the time namespace is bound when there is a process in it: by one that is still outside.
        const bool new_user = (flags & CLONE_NEWUSER) != 0;
        if (new_user && fork && !wish.keeps.empty() && !narrate::dry_run()) {
            outside.emplace(wish);
            sys::unshare(CLONE_NEWUSER);
            outside->map();
            idmap::become_inside(wish.maps());
        } else if (new_user) {
            unshare_in_place(wish, CLONE_NEWUSER);
        }
        sys::unshare(CLONE_NEWTIME);
        namespaces::write_time_offsets(wish.linux.timeOffsets);
        flags &= ~std::uint64_t{CLONE_NEWTIME | CLONE_NEWUSER};
    }
    // LESSON: fork-for-pid
    if (fork)
        clone_into(wish, flags, outside ? &*outside : nullptr);
    else if (flags != 0)
        unshare_in_place(wish, flags);
    // LESSON: end
}

// Returns whether a pid namespace was joined: then a child has to follow.
bool join(const Wish& wish) {
    const narrate::Section why("ns-enter", "into namespaces that exist", "setns(2)");
    std::uint64_t joined = 0;
    idmap::Maps root;
    if (wish.target) {
        const std::string proc = text::cat("/proc/", wish.target->pid);
        const int folder = wish.target->proc.get();
        root = idmap::root_of(folder);
        const Fd top = wish.enter_root ? sys::open_at(folder, "root", O_PATH) : Fd{};
        const Fd directory = wish.enter_directory ? sys::open_at(folder, "cwd", O_PATH) : Fd{};
        // From here on the target's processes could look at this one, at its memory and its descriptors; exec ends
        // that.
        sys::set_dumpable(false);
        joined = namespaces::join_process(wish.target->pidfd.get(), folder, wish.target->pid, wish.joined_flags);
        if (top) {
            sys::change_directory(top.get(), proc + "/root");
            sys::change_root(".", proc + "/root");
        }
        if (directory) sys::change_directory(directory.get(), proc + "/cwd");
    }
    namespaces::join(wish.linux.namespaces);
    for (const oci::Namespace& each : wish.linux.namespaces)
        if (each.path) joined |= namespaces::kind(each.type).flag;
    if ((joined & CLONE_NEWUSER) != 0 && !wish.preserve_credentials) {
        idmap::become_inside(wish.target ? root : idmap::root_of(sys::open("/proc/self", O_PATH | O_DIRECTORY).get()));
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
