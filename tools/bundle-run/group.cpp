// group.cpp - see group.hpp. Next: concepts/cgroup.hpp.
#include "group.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_devices.hpp"
#include "concepts/cgroup_tree.hpp"
#include "concepts/namespaces.hpp"
#include "resources.hpp"

namespace bell {
namespace {

oci::Resources resources_in(const oci::Linux& linux) {
    return without_zeros(linux.resources.value_or(oci::Resources{}));
}

bool may_go_without(const Request& request) { return request.rootless.value_or(is_rootless()); }

// What was asked for explicitly must be done; the group that every container gets by default may be missing.
bool has_limits(const oci::Linux& linux) {
    oci::Resources without_devices = resources_in(linux);
    without_devices.devices.clear();
    return without_devices != oci::Resources{};
}

bool limits_asked(const oci::Linux& linux) {
    return (linux.cgroupsPath && !linux.cgroupsPath->empty()) || has_limits(linux);
}

}  // namespace

oci::Resources resources_of(const oci::Linux& linux, const cgroup::Group& group) {
    oci::Resources out = resources_in(linux);
    cgroup::validate_devices(out.devices);
    // In a user namespace nodes can't be made, and only bound ones exist: there is nothing for a device rule to forbid.
    const bool could = group.directory_of("devices") || group.host().is_pure_v2();
    if (is_rootless() || (!could && out.devices.empty()))
        out.devices.clear();
    else
        out.devices = cgroup::container_devices(out.devices);
    return out;
}

// config-linux.md#cgroup-ownership: whoever is in a user namespace of its own, sees its group as the top, and may write
// there, owns it. As the host sees that user.
std::optional<uid_t> owner_inside(const oci::Config& config, const cgroup::Host& host) {
    const oci::Linux& linux = *config.linux_;
    const auto is_new = [&](std::string_view type) {
        const oci::Namespace* found = namespaces::find(linux.namespaces, type);
        return found && !found->path;
    };
    const bool writable = std::any_of(config.mounts.begin(), config.mounts.end(), [](const oci::Mount& mount) {
        const bool is_cgroup = mount.type == "cgroup" || mount.type == "cgroup2";
        return is_cgroup && std::find(mount.options.begin(), mount.options.end(), "ro") == mount.options.end();
    });
    if (geteuid() != 0 || !host.is_pure_v2() || !writable || !is_new("user") || !is_new("cgroup")) return std::nullopt;
    const std::uint32_t uid = config.process->user.uid;
    for (const oci::IdMapping& each : linux.uidMappings)
        if (uid >= each.containerID && uid - each.containerID < each.size)
            return each.hostID + (uid - each.containerID);
    return std::nullopt;
}

namespace {

void warn(const Request& request, const std::string& message, const std::string& hint) {
    if (request.strict) throw Error::bad(message, hint);
    narrate::warn(text::cat(message, "\n  (hint: ", hint, ")"));
}

void end_processes(const cgroup::Group& group) {
    if (!group.processes().empty()) group.kill(SIGKILL);
}

std::vector<std::string> without(std::vector<std::string> all, const std::vector<std::string>& others) {
    std::erase_if(all, [&](const auto& each) { return std::find(others.begin(), others.end(), each) != others.end(); });
    return all;
}

}  // namespace

Home make_home(const Request& request, const Record& record, oci::State& state) {
    if (request.by_systemd) return make_home_by_systemd(request, record, state);
    const oci::Linux& linux = *request.config.linux_;
    if (request.cgroup_disabled) {
        if (has_limits(linux))
            throw Error::bad("limits are asked for, but '--cgroup-manager disabled' makes no cgroup",
                             "leave either of the two out");
        if (!narrate::dry_run()) record.write_state(state);
        return {};
    }
    cgroup::Group group = group_of(request.id, request.config);
    if (may_go_without(request) && group.directories().empty()) {
        const std::string obstacle = cgroup::why_not_writable(cgroup::Host::detect());
        const std::string hint =
            "'systemd-run --user --scope -p Delegate=yes' in front gives you a group; without systemd, a chown by root";
        if (limits_asked(linux)) throw Error::bad(text::cat("limits are asked for, but ", obstacle), hint);
        warn(request, text::cat("the container runs without a cgroup of its own: ", obstacle), hint);
        if (!narrate::dry_run()) record.write_state(state);
        return {};
    }
    const narrate::Section why("cgroup-setter", "a budget, before anyone can spend it",
                               "config-linux.md#control-groups");
    const std::vector<std::string> existing = group.existing();
    group.refuse_if_in_use(existing);
    const std::string named = linux.cgroupsPath.value_or("");
    state.cgroup = named.empty() ? text::cat(is_rootless() ? "" : "/", request.id) : named;
    state.cgroupDirectories = group.directories();
    state.cgroupBorrowed = existing;
    state.cgroupParents = group.missing_parents();
    if (!narrate::dry_run()) record.write_state(state);
    group.create(existing);
    group.apply(resources_of(linux, group));
    if (const auto owner = owner_inside(request.config, group.host())) group.delegate_to(*owner);
    return {std::move(group), {}};
}

void remove_group(const oci::State& state) {
    const cgroup::Host& host = cgroup::Host::detect();
    if (!state.cgroupBorrowed.empty()) end_processes(cgroup::Group::of_directories(host, state.cgroupDirectories));
    const std::vector<std::string> made = without(state.cgroupDirectories, state.cgroupBorrowed);
    const cgroup::Group group = cgroup::Group::of_directories(host, made);
    bool is_there = !made.empty();
    // Mostly its processes have ended with the first one, and it goes at once.
    if (is_there && group.remove_if_empty()) is_there = false;
    if (is_there) end_processes(group);
    if (state.systemd) stop_unit(state);
    if (is_there) group.remove();
    cgroup::tree::remove_parents(state.cgroupParents);
}

}  // namespace bell
