// cgroup_systemd.hpp - a group that systemd keeps.                                                            Lesson 08
//
// Where systemd is process 1, the cgroup tree is its own: it puts every service, session and container into a unit, and
// each unit is a cgroup. A runtime that is to live with it asks for a *scope*, a unit around a process that somebody
// else has started, and has it delegated: systemd then leaves alone what is inside.
//
//     cgroupsPath "user-me.slice:web:box"
//         slice   user-me.slice      the part of the tree it lies in; dashes are levels
//         unit    web-box.scope
//         group   /user.slice/user-me.slice/web-box.scope
//
// Limits are handed to systemd as properties of the unit, so that `systemctl show` tells the truth and systemd, which
// writes them again whenever it reloads, doesn't undo them; what it has no property for is written to cgroupfs as
// everywhere else. All here is pure: the helper tools/bundle-run-systemd carries it over D-Bus.
//
// systemd.slice(5), systemd.scope(5), systemd.resource-control(5), org.freedesktop.systemd1(5). Next: cgroup_words.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oci/config.hpp"
#include "sys/bus_message.hpp"

namespace bell::cgroup {

/// The systemd that is asked: that of the machine, or a user's own.
struct Manager {
    std::string group;     ///< where its part of the tree starts: "" or "/user.slice/user-1000.slice/user@1000.service"
    unsigned version = 0;  ///< 252
    bool of_user = false;
    bool v2 = true;  ///< the machine has cgroup v2 alone: the properties have other names than with v1
};

struct Unit {
    std::string name;   ///< "bundle-run-box.scope", or a slice
    std::string slice;  ///< the one it lies in: "system.slice"
    [[nodiscard]] bool is_slice() const { return name.ends_with(".slice"); }
    /// Below the manager's group: "/system.slice/bundle-run-box.scope".
    [[nodiscard]] std::string path() const;
    bool operator==(const Unit&) const = default;
};

/// What config.json's cgroupsPath, "slice:prefix:name", asks for; empty: a scope named after the id. Throws for another
/// form, as runc does.
[[nodiscard]] Unit unit_of(const std::string& cgroups_path, const std::string& id, bool of_user);

/// "a-b.slice" -> "/a.slice/a-b.slice"; "-.slice", the root, -> "". Throws for what is no slice.
[[nodiscard]] std::string expand_slice(const std::string& slice);

/// For StartTransientUnit: what every container's unit is, around this process.
[[nodiscard]] std::vector<sys::BusProperty> unit_properties(const Unit& unit, const std::string& id, int pid,
                                                            const Manager& manager);
/// The limits that systemd has a property for. The same for SetUnitProperties.
[[nodiscard]] std::vector<sys::BusProperty> limit_properties(const oci::Resources& resources, const Manager& manager);

/// Annotations "org.systemd.property.NAME", with a value in GVariant's text form ("uint64 5", "'text'", "['a', 'b']").
/// An image can bring annotations with it. So only a few are taken, which say how a unit is named, ordered and ended;
/// one that limits, allows or starts something is refused.
[[nodiscard]] std::vector<sys::BusProperty> annotated_properties(const std::map<std::string, std::string>& annotations);

/// "0-2,9" as the bits of an array of bytes, the lowest first: {"7", "2"}.
[[nodiscard]] std::vector<std::string> list_as_bytes(const std::string& list);

}  // namespace bell::cgroup
