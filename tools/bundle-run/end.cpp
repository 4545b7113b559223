// end.cpp - how a container ends: in order, and after everything went wrong.
#include <poll.h>
#include <signal.h>

#include "base/error.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/hooks.hpp"
#include "container.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

void remove_group(const oci::State& state) {
    if (state.cgroupDirectories.empty()) return;
    const cgroup::Group group = cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories);
    if (!group.exists()) return;
    if (!group.processes().empty()) group.kill(SIGKILL);
    group.remove();
}

}  // namespace

void end_process(const oci::State& state) {
    if (!state.pid || *state.pid <= 0) return;
    try {
        const Fd pidfd = sys::open_pidfd(*state.pid);
        if (state.pidStartTime && sys::start_time(*state.pid) != *state.pidStartTime) return;
        sys::send_signal(pidfd.get(), SIGKILL);
        pollfd gone{pidfd.get(), POLLIN, 0};
        constexpr int milliseconds = 10'000;  // one that is stuck in the kernel isn't worth waiting for
        (void)::poll(&gone, 1, milliseconds);
    } catch (const Error& error) {
        if (error.code() != ESRCH) throw;
    }
}

void sweep(Record record) {
    // A damaged state can't say where anything is; the directory goes, and whoever made the damage has the rest.
    if (const auto state = record.recorded()) {
        end_process(*state);
        remove_group(*state);
    }
    record.remove();
}

void remove_container(Record record, const oci::State& state) {
    remove_group(state);
    oci::State last = state;
    last.status = "stopped";
    last.pid.reset();
    try {
        const oci::Config config = record.config();
        if (config.hooks)
            hooks::run_all("poststop", config.hooks->poststop, oci::to_json(oci::without_own_fields(last), false),
                           state.bundle);
    } catch (const Error&) {
        // A config that is gone or damaged has no hooks; the container must go all the same.
    }
    record.remove();
}

}  // namespace bell
