// cgroup_host.hpp - which cgroup hierarchies this machine has.                                                Lesson 08
//
// Version 1 has a tree of groups for each controller (or a few of them), version 2 one tree for all; a hybrid machine
// has both, each controller in one of them. Nothing above this file asks for a version: it asks for the hierarchy that
// owns "memory", and that one says how it wants to be spoken to.
//
// cgroups(7). Next: cgroup.hpp (a group), cgroup_v1.hpp and cgroup_v2.hpp (the words of each version).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/cgroup_view.hpp"

namespace bell::cgroup {

struct Hierarchy {
    int version = 2;
    std::vector<std::string> controllers;  ///< "memory"; "name=systemd" for one without a controller
    std::string mount;                     ///< "/sys/fs/cgroup/memory"
    std::string own;                       ///< the directory of the group this process is in
    [[nodiscard]] bool has(std::string_view controller) const;
    bool operator==(const Hierarchy&) const = default;
};

class Host {
public:
    /// Looks at /proc/self/cgroup and /proc/self/mountinfo. Hierarchies that aren't mounted are left out.
    static const Host& detect();
    explicit Host(std::vector<Hierarchy> hierarchies)
        : hierarchies_(std::make_shared<const std::vector<Hierarchy>>(std::move(hierarchies))) {}

    [[nodiscard]] const std::vector<Hierarchy>& hierarchies() const { return *hierarchies_; }
    /// The one that owns the controller, or null.
    [[nodiscard]] const Hierarchy* owner_of(std::string_view controller) const;
    [[nodiscard]] bool is_pure_v2() const;

    /// The hierarchies in which we may make the group `path`: for an ordinary user what was delegated, by whoever gave
    /// the directory away with chown. The kernel asks nothing else of a delegation.     cgroups(7)
    [[nodiscard]] Host delegated(const std::string& path) const;
    /// Whether that left some out.
    [[nodiscard]] bool is_partial() const { return is_partial_; }

    /// The directory that `path` means in a hierarchy. "/a/b" counts from the top of the tree; "a/b" from where we are:
    /// with v2 from our parent, since a v2 group with processes can't share out controllers, unless the parent isn't
    /// ours. Throws for "..".
    [[nodiscard]] std::string directory(const Hierarchy& hierarchy, const std::string& path) const;

    /// For a mount of type cgroup in a container whose group has these directories.
    [[nodiscard]] sys::CgroupView view(const std::vector<std::string>& directories, bool own_namespace) const;

private:
    static Host look();
    std::shared_ptr<const std::vector<Hierarchy>> hierarchies_;  // a host is handed about by value
    bool is_partial_ = false;
};

}  // namespace bell::cgroup
