// group.cpp - see group.hpp. Next: concepts/cgroup.hpp.
#include "group.hpp"

#include <signal.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_devices.hpp"
#include "concepts/cgroup_tree.hpp"
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

oci::Resources resources_of(const oci::Linux& linux) {
    oci::Resources out = resources_in(linux);
    // In a user namespace nodes can't be made, and only bound ones exist: there is nothing for a device rule to forbid.
    if (is_rootless()) out.devices.clear();
    if (out.devices.empty()) return out;
    for (const oci::DeviceCgroup& rule : cgroup::always_allowed_devices()) out.devices.push_back(rule);
    return out;
}

namespace {

void warn(const Request& request, const std::string& message, const std::string& hint) {
    if (request.strict) throw Error::bad(message, hint);
    std::fputs(text::cat("bundle-run: warning: ", message, "\n  (hint: ", hint, ")\n").c_str(), stderr);
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
    group.refuse_if_in_use();
    const std::string named = linux.cgroupsPath.value_or("");
    state.cgroup = named.empty() ? text::cat(is_rootless() ? "" : "/", request.id) : named;
    state.cgroupDirectories = group.directories();
    state.cgroupParents = group.missing_parents();
    if (!narrate::dry_run()) record.write_state(state);
    group.create();
    group.apply(resources_of(linux));
    return {std::move(group), {}};
}

void remove_group(const oci::State& state) {
    const cgroup::Group group = cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories);
    bool is_there = !state.cgroupDirectories.empty();
    // Mostly its processes have ended with the first one, and it goes at once.
    if (is_there && group.remove_if_empty()) is_there = false;
    if (is_there && !group.processes().empty()) group.kill(SIGKILL);
    if (state.systemd) stop_unit(state);
    if (is_there) group.remove();
    cgroup::tree::remove_parents(state.cgroupParents);
}

}  // namespace bell
