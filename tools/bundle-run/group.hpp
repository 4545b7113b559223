// group.hpp - the container's cgroup: which one, who makes it, and what is asked of it. See group.cpp and
// group_systemd.cpp.
#pragma once

#include <functional>
#include <optional>

#include "concepts/cgroup.hpp"
#include "container.hpp"

namespace bell {

/// A group, and how the container's first process gets in. Where bundle-run keeps it, the group is there before the
/// clone, and init goes in by its doors. Where systemd keeps it, it is made around init: while that waits for "mapped".
struct Home {
    std::optional<cgroup::Group> group;  ///< nothing where a rootless default goes without
    std::function<void(pid_t)> move_in;  ///< systemd: to be called with init's pid; empty otherwise
    [[nodiscard]] cgroup::Doors doors() const { return group && !move_in ? group->doors() : cgroup::Doors{}; }
};

/// The home, made and limited (with systemd: all that can be known before there is a process), and written into the
/// state before that; nothing where a rootless default goes without (a warning, or an error with --strict). Limits that
/// were asked for and can't be had are an error.
[[nodiscard]] Home make_home(const Request& request, const Record& record, oci::State& state);

/// Ends what is in the group of a state, and removes it; its unit too, if systemd keeps it.
void remove_group(const oci::State& state);

/// Other limits while it runs: tells systemd, if it keeps the group, what it would else set back at its next reload.
/// The caller writes them to cgroupfs.
void tell_systemd(const oci::State& state, const oci::Resources& changes);

// What group.cpp and group_systemd.cpp share.

/// What the config asks for, with what every container may use, and without what a user namespace can't have.
[[nodiscard]] oci::Resources resources_of(const oci::Linux& linux, const cgroup::Group& group);
/// Who in the container is to own its cgroup, as the host sees that user; nobody if it can't have groups of its own.
[[nodiscard]] std::optional<uid_t> owner_inside(const oci::Config& config, const cgroup::Host& host);
/// By systemd, which is asked for explicitly: nothing is done without.
[[nodiscard]] Home make_home_by_systemd(const Request& request, const Record& record, oci::State& state);
/// Stops the unit of a state and forgets it. Where systemd can't be reached a warning: a scope without processes goes
/// by itself.
void stop_unit(const oci::State& state);
/// Where a state is damaged: the unit that the config beside it names ("slice:prefix:name").
[[nodiscard]] std::optional<oci::SystemdUnit> unit_of_damaged(const std::string& id, const oci::Config& config);

}  // namespace bell
