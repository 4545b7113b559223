// end.cpp - how a container ends: in order, and after everything went wrong.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "concepts/hooks.hpp"
#include "concepts/intel_rdt.hpp"
#include "concepts/namespaces.hpp"
#include "container.hpp"
#include "group.hpp"
#include "sys/file.hpp"

namespace bell {

bool is_rootless() {
    // Of the runtime, not of a child of it that has entered the container's namespaces.
    static const bool rootless = geteuid() != 0 || namespaces::is_new(namespaces::kind("user"));
    return rootless;
}

cgroup::Group group_of(const std::string& id, const oci::Config& config) {
    const std::string named = config.linux_ ? config.linux_->cgroupsPath.value_or("") : "";
    const std::string fallback = text::cat(is_rootless() ? "" : "/", id);
    const std::string path = named.empty() ? fallback : named;
    const cgroup::Host& host = cgroup::Host::detect();
    return {is_rootless() ? host.delegated(path) : host, path};
}

namespace {

// A damaged state says nothing, but the config beside it says where the cgroup is.
oci::State state_of_damaged(const Record& record) {
    oci::State state = record.process();
    try {
        const oci::Config config = record.config();
        state.systemd = unit_of_damaged(record.id(), config);
        if (!state.systemd) state.cgroupDirectories = group_of(record.id(), config).directories();
    } catch (const Error&) {
        // Neither file can be read: the process is all that is known.
    }
    return state;
}

}  // namespace

void end_process(const oci::State& state) {
    if (!state.pid || *state.pid <= 0) return;
    try {
        const Fd pidfd = sys::open_pidfd(*state.pid);
        if (state.pidStartTime && sys::start_time(*state.pid) != *state.pidStartTime) return;
        sys::send_signal(pidfd.get(), SIGKILL);
        // v1 keeps a signal back until its receiver thaws.
        if (cgroup::is_frozen(state.cgroupDirectories)) cgroup::thaw(state.cgroupDirectories);
        pollfd gone{pidfd.get(), POLLIN, 0};
        constexpr int milliseconds = 10'000;  // one that is stuck in the kernel isn't worth waiting for
        (void)::poll(&gone, 1, milliseconds);
    } catch (const Error& error) {
        if (error.code() != ESRCH) throw;
    }
}

void sweep(Record record) {
    const auto recorded = record.recorded();
    const oci::State state = recorded ? *recorded : state_of_damaged(record);
    end_process(state);
    remove_group(state);
    intel_rdt::remove(state.resctrlDirectories);
    record.remove();
}

std::optional<oci::Hooks> recorded_hooks(const Record& record) {
    try {
        return record.config().hooks;
    } catch (const Error&) {
        // A config that is gone or damaged has no hooks; the container must go all the same.
        return std::nullopt;
    }
}

void run_poststop_hooks(oci::State state, const std::optional<oci::Hooks>& hooks) {
    if (!hooks || hooks->poststop.empty()) return;
    state.status = "stopped";
    state.pid.reset();
    const auto bundle = sys::open_if_there(AT_FDCWD, state.bundle, O_PATH | O_DIRECTORY);
    hooks::run_all("poststop", hooks->poststop, oci::to_json(oci::without_own_fields(state), false),
                   bundle ? bundle->get() : -1);
}

// runtime.md#lifecycle, steps 12 and 13: first it is gone, then the last hooks run.
void remove_container(Record record, const oci::State& state, const std::optional<oci::Hooks>& hooks) {
    remove_group(state);
    intel_rdt::remove(state.resctrlDirectories);
    record.remove();
    run_poststop_hooks(state, hooks);
}

}  // namespace bell
