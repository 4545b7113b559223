// cgroup.hpp - a group of processes with a budget.                                                           Lesson 08
//
// A cgroup is a directory; mkdir makes one, writing a pid into its cgroup.procs moves that process in, writing into its
// other files sets limits for all processes in it, children included; rmdir ends it once it is empty. On a machine with
// several hierarchies a group is a directory of the same name in each.
//
//     create -> apply (limits) -> join -> ... -> kill -> remove          limits before anyone can spend
//
// cgroups(7), config-linux.md#control-groups. See cgroup_host.hpp for hierarchies, cgroup_words.hpp for the files.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "concepts/cgroup_host.hpp"
#include "oci/config.hpp"

namespace bell::cgroup {

/// The doors of a group, opened beforehand: a child goes in by itself. Being moved from outside costs the kernel a
/// grace period of RCU (about 10 ms a hierarchy on an idle machine); a single-threaded process that writes "0" to the
/// `tasks` file of v1 costs 0.03 ms, and CLONE_INTO_CGROUP starts it in the v2 group at no cost.
struct Doors {
    std::vector<std::pair<std::string, Fd>> tasks;  ///< v1: the files, by path
    Fd v2;                                          ///< the v2 directory, for sys::clone; empty if there is none
    /// In the child, first thing.
    void enter() const;
};

class Group {
public:
    /// The group `path` in every hierarchy of the host, whether it exists or not (Host::directory has the rules).
    Group(Host host, const std::string& path);
    /// The group that a process is in.
    static Group of_process(pid_t pid);
    /// Where the directories are known already: from a state.
    static Group of_directories(const Host& host, const std::vector<std::string>& directories);

    /// Makes the directories, with their parents; v2: hands controllers down, v1: gives a new cpuset its parent's
    /// values. One that is there is taken as it is: see refuse_if_in_use(). `existing`: what existing() has answered.
    void create(const std::vector<std::string>& existing) const;
    /// Throws if the group is there and has processes: it is somebody's.
    void refuse_if_in_use(const std::vector<std::string>& existing) const;
    /// Sets limits. What the host has no controller for is an error that names it.
    void apply(const oci::Resources& resources) const;
    /// v2: makes it the user's own, to make groups below it and share out what it has: the directory, and those of its
    /// files that the kernel names in /sys/kernel/cgroup/delegate. The limits stay ours. cgroups(7), delegation.
    void delegate_to(uid_t user) const;
    void join(pid_t pid) const;
    /// Where somebody else, systemd, has moved it in already in some hierarchies: the others.
    void join_where_missing(pid_t pid) const;
    /// To be opened where the group can be written, before the clone.
    [[nodiscard]] Doors doors() const;
    /// Removes the directories, and groups made below; waits up to `seconds` for the kernel to let go of the last
    /// process.
    void remove(int seconds = 5) const;
    /// The same at once, without waiting: false if there is a process or a group in it.
    [[nodiscard]] bool remove_if_empty() const;
    /// Ends all processes in it: cgroup.kill where there is one, else frozen and killed one by one.
    void kill(int signal) const;
    void freeze(bool frozen) const;
    [[nodiscard]] std::vector<pid_t> processes() const;
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool is_root() const;

    [[nodiscard]] std::vector<std::string> directories() const;
    /// Those of them that are there.
    [[nodiscard]] std::vector<std::string> existing() const;
    /// The directories above them that aren't there yet, and that create() makes; the topmost first.
    [[nodiscard]] std::vector<std::string> missing_parents() const;
    /// The directory in the hierarchy that owns the controller, if it is there.
    [[nodiscard]] std::optional<std::string> directory_of(std::string_view controller) const;
    [[nodiscard]] const Host& host() const { return host_; }

private:
    Group(Host host, std::vector<std::string> directories)
        : host_(std::move(host)), directories_(std::move(directories)) {}
    void apply_controller(std::string_view controller, const oci::Resources& resources) const;
    Host host_;
    std::vector<std::string> directories_;  ///< one for each of host_.hierarchies(), in their order
};

/// Why nothing is delegated to us, for a rootless default that goes without.
[[nodiscard]] std::string why_not_writable(const Host& host);

}  // namespace bell::cgroup
