// plan_steps.cpp - the steps of making a container, in their order: create.cpp, init.cpp and steps/drop.cpp as a table.
//
// The sentences are those of the narration; a test runs `run --dry-run --explain` and compares.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "concepts/capabilities.hpp"
#include "concepts/devices.hpp"
#include "concepts/mounts.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/rlimits.hpp"
#include "container.hpp"
#include "plan.hpp"

namespace bell::plan {
namespace {

using Here = const Situation&;

bool always(Here /*here*/) { return true; }

// Sentences that say how much.
std::string own_namespaces(Here here) {
    std::vector<std::string> types;
    for (const oci::Namespace& each : here.linux_part.namespaces)
        if (each.type != "cgroup") types.push_back(each.type);
    return text::cat("a process with its own ", text::join(types, ", "));
}

std::string file_count(Here here) {
    const std::size_t count = here.config.mounts.size();
    return text::cat("its files: ", count, count == 1 ? " mount" : " mounts");
}

std::size_t count_of_devices(Here here) {
    const auto& wanted = here.linux_part.devices;
    return here.has_own_dev() ? devices::with_defaults(wanted).size() : wanted.size();
}

std::string device_count(Here here) { return text::cat("its devices: ", count_of_devices(here)); }

// In a user namespace all powers are there; without one, those of the caller.
std::string posture(Here here) {
    const auto wanted = capabilities::from(here.process.capabilities.value_or(oci::Capabilities{})).permitted;
    const auto held = here.new_user ? capabilities::all() : capabilities::of_this_process().permitted;
    const std::string who = here.process.user.uid == 0 ? "root" : text::cat("user ", here.process.user.uid);
    return text::cat(who, " with ", capabilities::count(wanted & held), " powers, then it is the program");
}

bool is_given(const std::optional<std::string>& label) { return label && !label->empty(); }
bool has_group(Here here) { return here.without_group.empty(); }

bool has_user_namespace(Here here) { return namespaces::find(here.linux_part.namespaces, "user") != nullptr; }

// In a user namespace the oom score, and hard limits above ours, are set from outside.
bool is_lent_power(Here here) {
    return has_user_namespace(here) && (here.process.oomScoreAdj || rlimits::exceed_ours(here.process.rlimits));
}

bool has_preferences(Here here) {
    return (here.process.oomScoreAdj && !has_user_namespace(here)) || here.process.scheduler ||
           here.process.ioPriority || here.linux_part.personality || here.linux_part.memoryPolicy;
}

bool filters_early(Here here) { return here.linux_part.seccomp && !here.process.noNewPrivileges.value_or(false); }

bool has_v1_group(Here here) {
    const auto& hierarchies = here.host.hierarchies();
    return has_group(here) &&
           std::any_of(hierarchies.begin(), hierarchies.end(), [](const auto& each) { return each.version == 1; });
}

template <std::vector<oci::Hook> oci::Hooks::*kind>
bool has_hooks(Here here) {
    return here.config.hooks && !((*here.config.hooks).*kind).empty();
}

std::string where_mounts_are_seen(Here here) {
    const bool shared = here.linux_part.rootfsPropagation.value_or("").find("shared") != std::string::npos;
    return shared && !has_user_namespace(here) ? "what is mounted below shared mounts appears on the host, too"
                                               : "what is mounted here stays here";
}

using Hooks = oci::Hooks;
constexpr std::string_view hooks_source = "config.md#posix-platform-hooks";

// clang-format off
constexpr std::array steps = {
    StepRow{Step::budget, "cgroup-setter", "config-linux.md#control-groups", has_group,
            [](Here) { return std::string("a budget, before anyone can spend it"); }},
    StepRow{Step::make, "ns-enter", "namespaces(7)", always, own_namespaces},
    StepRow{Step::maps, "ns-enter", "user_namespaces(7)", [](Here here) { return here.new_user; },
            [](Here) { return std::string("which ids inside are which ids outside"); }},
    StepRow{Step::lend, "priv-drop", "getrlimit(2)", is_lent_power,
            [](Here) { return std::string("what a user namespace couldn't raise by itself"); }},
    StepRow{Step::join_budget, "cgroup-setter", "cgroups(7)", has_v1_group,
            [](Here) { return std::string("in before it can spend anything"); }},
    StepRow{Step::keyring, "bundle-run", "session-keyring(7)", always,
            [](Here) { return std::string("keys of its own, none of its caller's"); }},
    StepRow{Step::cgroup_view, "ns-enter", "cgroup_namespaces(7)", [](Here here) { return here.is_new("cgroup"); },
            [](Here) { return std::string("its own cgroup is the top of all it sees"); }},
    StepRow{Step::network, "ns-enter", "network_namespaces(7)", [](Here here) { return here.is_new("network"); },
            [](Here) { return std::string("its network: lo alone, brought up"); }},
    StepRow{Step::cut_off, "ns-enter", "mount_namespaces(7)", always, where_mounts_are_seen},
    StepRow{Step::new_root, "root-pivot", "pivot_root(2)", always,
            [](Here) { return std::string("the new root is a mount of its own"); }},
    StepRow{Step::files, "bind-mounter", "config.md#mounts", [](Here here) { return !here.config.mounts.empty(); },
            file_count},
    StepRow{Step::devices, "bind-mounter", "config-linux.md#devices",
            [](Here here) { return count_of_devices(here) > 0; }, device_count},
    StepRow{Step::console, "bundle-run", "pty(7)", [](Here here) { return here.process.terminal.value_or(false); },
            [](Here) { return std::string("a terminal of its own"); }},
    StepRow{Step::runtime_hooks_old, "bundle-run", hooks_source, has_hooks<&Hooks::prestart>,
            [](Here) { return std::string("hooks: prestart"); }},
    StepRow{Step::runtime_hooks, "bundle-run", hooks_source, has_hooks<&Hooks::createRuntime>,
            [](Here) { return std::string("hooks: createRuntime"); }},
    StepRow{Step::container_hooks, "bundle-run", hooks_source, has_hooks<&Hooks::createContainer>,
            [](Here) { return std::string("hooks: createContainer"); }},
    StepRow{Step::names, "ns-enter", "sethostname(2)",
            [](Here here) { return here.config.hostname || here.config.domainname; },
            [](Here) { return std::string("a name only it sees"); }},
    StepRow{Step::settings, "ns-enter", "sysctl(8)", [](Here here) { return !here.linux_part.sysctl.empty(); },
            [](Here) { return std::string("kernel settings of its own namespaces"); }},
    StepRow{Step::masks, "bind-mounter", "config-linux.md#masked-paths",
            [](Here here) { return !here.linux_part.maskedPaths.empty() || !here.linux_part.readonlyPaths.empty(); },
            [](Here) { return std::string("what it may not see, and what it may only read"); }},
    StepRow{Step::pivot, "root-pivot", "pivot_root(2)", always,
            [](Here) { return std::string("the new root becomes the only root"); }},
    StepRow{Step::prefer, "priv-drop", "sched(7)", has_preferences,
            [](Here) { return std::string("when it runs, where, and who is killed first"); }},
    StepRow{Step::label, "priv-drop", "config.md#linux-process",
            [](Here here) { return is_given(here.process.apparmorProfile) || is_given(here.process.selinuxLabel); },
            [](Here) { return std::string("how the host's security policy will call it"); }},
    StepRow{Step::limit, "priv-drop", "getrlimit(2)", [](Here here) { return !here.process.rlimits.empty(); },
            [](Here) { return std::string("what one process may use at most"); }},
    StepRow{Step::filter_early, "priv-drop", "capabilities(7)", filters_early,
            [](Here) { return std::string("powers that exec can't give back any more"); }},
    StepRow{Step::filter, "priv-drop", "seccomp(2)", filters_early,
            [](Here) { return std::string("a filter in front of every system call, from here on"); }},
    StepRow{Step::become, "priv-drop", "capabilities(7)", always, posture},
    StepRow{Step::filter, "priv-drop", "seccomp(2)",
            [](Here here) { return here.linux_part.seccomp && !filters_early(here); },
            [](Here) { return std::string("a filter in front of every system call"); }},
    StepRow{Step::start_hooks, "bundle-run", hooks_source, has_hooks<&Hooks::startContainer>,
            [](Here) { return std::string("hooks: startContainer"); }},
    StepRow{Step::after_hooks, "bundle-run", hooks_source, has_hooks<&Hooks::poststart>,
            [](Here) { return std::string("hooks: poststart"); }},
    StepRow{Step::end_hooks, "bundle-run", hooks_source, has_hooks<&Hooks::poststop>,
            [](Here) { return std::string("hooks: poststop"); }},
};
// clang-format on

}  // namespace

bool Situation::is_new(std::string_view type) const {
    const oci::Namespace* found = namespaces::find(linux_part.namespaces, type);
    return found && (!found->path || found->path->empty());
}

bool Situation::has_own_dev() const {
    return std::none_of(config.mounts.begin(), config.mounts.end(), [](const auto& each) {
        return text::clean_path(each.destination) == "/dev" && mounts::is_bind(each);
    });
}

Situation look_around(const oci::Document& document, const std::string& bundle, const std::string& id) {
    oci::Config config = document.config();
    if (!config.linux_) config.linux_.emplace();
    Situation here{.config = config,
                   .linux_part = *config.linux_,
                   .process = config.process.value_or(oci::Process{}),
                   .bundle = bundle,
                   .host = cgroup::Host::detect(),
                   .is_root = !is_rootless(),
                   .new_user = false,
                   .without_group = {}};
    here.new_user = here.is_new("user");
    const cgroup::Group group = group_of(id, config);
    if (!here.is_root && group.directories().empty())
        here.without_group = cgroup::why_not_writable(here.host);
    else
        here.host = group.host();
    return here;
}

std::vector<Taken> steps_of(const Situation& here) {
    std::vector<Taken> out;
    for (const StepRow& row : steps)
        if (row.taken(here)) out.push_back({&row, row.sentence(here)});
    return out;
}

}  // namespace bell::plan
