// group_systemd.cpp - the container's cgroup, kept by systemd. See group.hpp; concepts/cgroup_systemd.hpp has names and
// properties.
//
// systemd makes a scope only around a process, so the order is another one than in group.cpp:
//
//     runtime                                          init                     systemd
//     asks where systemd's part of the tree starts
//     state: unit, directories
//     clone ------------------------------------------> waits for "mapped"
//     StartTransientUnit(pid, limits) ----------------------------------------> makes the group, moves init in
//     what systemd has no property for, v1 hierarchies it doesn't use: by cgroupfs
//     "mapped" ---------------------------------------> goes on, limited
//
// The limits hold before init spends anything, as with cgroupfs. If the runtime is killed on the way, the state names
// the unit.
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_devices.hpp"
#include "concepts/cgroup_systemd.hpp"
#include "concepts/cgroup_words.hpp"
#include "group.hpp"
#include "sys/file.hpp"
#include "systemd.hpp"

namespace bell {
namespace {

// The user's systemd hands on what it was given itself, and says nothing of a limit that it can't set.
void check_delegated(const cgroup::Host& host, const cgroup::Manager& manager, const oci::Resources& resources) {
    if (!host.is_pure_v2())
        throw Error::bad("a user's systemd has limits to give only on a machine with cgroup v2 alone",
                         "boot with systemd.unified_cgroup_hierarchy=1, or leave --systemd-cgroup out");
    const std::string file = text::cat(host.hierarchies().front().mount, manager.group, "/cgroup.controllers");
    const std::vector<std::string> given = text::split(text::trim(sys::try_read_file(file).value_or("")), ' ');
    for (const std::string_view controller : cgroup::controllers()) {
        const std::string name(controller == "blkio" ? "io" : controller);
        if (!cgroup::uses(resources, controller) || std::find(given.begin(), given.end(), name) != given.end())
            continue;
        throw Error::bad(text::cat("limits of ", name, " are asked for, but your systemd hasn't got that controller"),
                         "root gives it: Delegate=cpu cpuset io memory pids in a drop-in for user@.service");
    }
}

void check_free(const cgroup::Group& group, const cgroup::Unit& unit) {
    if (group.exists() && !group.processes().empty())
        throw Error::bad(text::cat("systemd unit ", unit.name, " is there and has processes"),
                         text::cat("choose another id; 'systemctl stop ", unit.name, "' ends that one"));
}

// Trust is good; without its group the container would have no limits.
void check_place(const cgroup::Group& group, pid_t pid, const std::string& unit) {
    const std::vector<std::string> wanted = group.directories();
    const std::vector<std::string> found = cgroup::Group::of_process(pid).directories();
    const auto is_in = [&](const std::string& each) {
        return std::find(found.begin(), found.end(), each) != found.end();
    };
    if (std::none_of(wanted.begin(), wanted.end(), is_in))
        throw Error::bad(text::cat("systemd has started ", unit, ", but the container isn't in ",
                                   wanted.empty() ? std::string("any cgroup") : wanted.back()));
}

/// All that has to be known to move init in.
struct UnitPlan {
    std::unique_ptr<Systemd> systemd;
    cgroup::Manager manager;
    cgroup::Unit unit;
    std::string id;
    cgroup::Group group;
    oci::Resources resources;
    std::optional<uid_t> owner;                ///< who in the container may make groups below it
    std::vector<sys::BusProperty> properties;  ///< annotated ones and limits: computed early, to fail early
};

void move_in(UnitPlan& plan, pid_t pid) {
    const narrate::Section why("cgroup-setter", text::cat("a budget, kept by systemd: ", plan.unit.name),
                               "org.freedesktop.systemd1(5)");
    std::vector<sys::BusProperty> all = cgroup::unit_properties(plan.unit, plan.id, pid, plan.manager);
    all.insert(all.end(), plan.properties.begin(), plan.properties.end());
    plan.systemd->start(plan.unit.name, all);
    if (!plan.unit.is_slice() && !narrate::dry_run()) check_place(plan.group, pid, plan.unit.name);
    plan.group.create(plan.group.existing());
    plan.group.apply(plan.resources);
    plan.group.join_where_missing(pid);
    if (plan.owner) plan.group.delegate_to(*plan.owner);
}

bool is_slice_prefix_name(const std::string& path) {
    return path.find('/') == std::string::npos && std::count(path.begin(), path.end(), ':') == 2;
}

}  // namespace

Home make_home_by_systemd(const Request& request, const Record& record, oci::State& state) {
    const oci::Linux& linux = *request.config.linux_;
    const bool of_user = is_rootless();
    const cgroup::Unit unit = cgroup::unit_of(linux.cgroupsPath.value_or(""), request.id, of_user);
    auto systemd = std::make_unique<Systemd>(request.systemd_helper, of_user);
    cgroup::Manager manager = systemd->manager();
    const cgroup::Host& host = cgroup::Host::detect();
    manager.v2 = host.is_pure_v2();
    const std::string path = manager.group + unit.path();
    const cgroup::Group group(host, path);
    const oci::Resources resources = resources_of(linux, group);
    if (of_user) check_delegated(host, manager, resources);
    std::vector<sys::BusProperty> properties = cgroup::limit_properties(resources, manager);
    const auto annotated = cgroup::annotated_properties(request.config.annotations);
    properties.insert(properties.end(), annotated.begin(), annotated.end());
    check_free(group, unit);
    state.cgroup = path;
    state.cgroupDirectories = group.directories();
    state.systemd = oci::SystemdUnit{unit.name, of_user ? "user" : "system", request.systemd_helper};
    if (!narrate::dry_run()) record.write_state(state);
    const auto plan =
        std::make_shared<UnitPlan>(UnitPlan{std::move(systemd), manager, unit, request.id, group, resources,
                                            owner_inside(request.config, host), std::move(properties)});
    return {group, [plan](pid_t pid) { move_in(*plan, pid); }};
}

void tell_systemd(const oci::State& state, const oci::Resources& changes) {
    if (!state.systemd) return;
    const bool of_user = state.systemd->manager == "user";
    const Systemd systemd(state.systemd->helper, of_user);
    cgroup::Manager manager = systemd.manager();
    manager.v2 = cgroup::Host::detect().is_pure_v2();
    const std::vector<sys::BusProperty> properties = cgroup::limit_properties(changes, manager);
    if (!properties.empty()) systemd.set(state.systemd->unit, properties);
}

void stop_unit(const oci::State& state) {
    try {
        const Systemd systemd(state.systemd->helper, state.systemd->manager == "user");
        systemd.stop(state.systemd->unit);
    } catch (const Error& error) {
        narrate::warn(text::cat("stop ", state.systemd->unit, ": ", error.message()));
    }
}

std::optional<oci::SystemdUnit> unit_of_damaged(const std::string& id, const oci::Config& config) {
    const std::string path = config.linux_ ? config.linux_->cgroupsPath.value_or("") : "";
    if (!is_slice_prefix_name(path)) return std::nullopt;
    const bool of_user = is_rootless();
    return oci::SystemdUnit{cgroup::unit_of(path, id, of_user).name, of_user ? "user" : "system",
                            Systemd::find_helper()};
}

}  // namespace bell
