// verb_run.cpp - create, start, wait, delete.
#include <fcntl.h>
#include <signal.h>

#include "attend.hpp"
#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/hooks.hpp"
#include "concepts/namespaces.hpp"
#include "container.hpp"
#include "early_end.hpp"
#include "request.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

// From "ready" to running: run needs no fifo.
void start(Container& container, const Request& request) {
    container.state.status = "running";
    container.record.write_process(container.state);
    container.channel.send("start");
    container.channel.finish();  // init's end closes at its exec; an error before that is thrown here
    if (request.config.hooks)
        hooks::run("poststart", request.config.hooks->poststart,
                   oci::to_json(oci::without_own_fields(container.state), false),
                   sys::open(container.state.bundle, O_PATH | O_DIRECTORY).get());
}

void remove_after_failure(Container& container, const Request& request) {
    sweep(std::move(container.record));
    run_poststop_hooks(container.state, request.config.hooks);
}

bool has_own_first_process(const oci::Linux& linux) {
    const oci::Namespace* pid = namespaces::find(linux.namespaces, "pid");
    return pid && !pid->path;
}

// Orphans that we have adopted keep their cgroup busy until we have seen their end.
void end_orphans(const sys::Supervisor& supervisor, const oci::State& state) {
    if (!supervisor.adopts()) return;
    if (!state.cgroupDirectories.empty())
        cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories).kill(SIGKILL);
    constexpr int milliseconds = 5000;
    sys::Supervisor::reap_orphans(milliseconds);
}

int attend_and_remove(sys::Supervisor& supervisor, Container& container, const Request& request, bool keep) {
    try {
        start(container, request);
        container.record.unlock();  // `delete --force` and others don't wait for its end
        const int status = attend(supervisor, container.init, std::move(container.console));
        const std::string why = why_ended(status, container.state.cgroupDirectories);
        if (!why.empty()) narrate::warn(text::cat(request.id, ": ", why));
        const bool deleted = !container.record.lock_again();
        if (keep || deleted) return status;
        end_orphans(supervisor, container.state);
        remove_container(std::move(container.record), container.state, request.config.hooks);
        return status;
    } catch (...) {
        remove_after_failure(container, request);
        throw;
    }
}

void start_in_background(Container& container, const Request& request) {
    try {
        start(container, request);
    } catch (...) {
        remove_after_failure(container, request);
        throw;
    }
}

}  // namespace

int verb_run(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run run",
        .summary = "create a container, start it, wait for it, delete it",
        .usage = {"bundle-run run [OPTIONS] ID [-- PROGRAM [ARGUMENTS]]"},
        .examples = {"bundle-run run --bundle demo box -- sh -c 'hostname; ps'"},
    });
    RequestOptions options;
    bool detach = false, keep = false, no_subreaper = false, tty = false;
    options.add_to(command);
    command.flag("-t,--tty", tty, "a terminal of its own, whatever the config says");
    command.flag("-d,--detach", detach, "don't wait: it goes on in the background");
    command.flag("--keep", keep, "don't delete it when it ends");
    command.flag("--no-subreaper", no_subreaper, "without a pid namespace: leave orphans to the machine's process 1",
                 cli::Help::all);
    if (!command.parse(argc, argv)) return 0;
    (void)command.take_chain();
    Request request = options.request(command, globals);
    request.wait_for_start = false;
    if (tty && request.config.process) request.config.process->terminal = true;
    const bool terminal = request.config.process && request.config.process->terminal.value_or(false);
    if (terminal && detach && request.console_socket.empty())
        throw Error::bad("process.terminal: a detached container has nobody at its terminal",
                         "name who takes it with --console-socket, or set terminal to false");
    sys::Supervisor supervisor;
    request.supervisor = &supervisor;
    Container container = create_container(Store::make(globals.root), request);
    if (!detach && !no_subreaper && !has_own_first_process(*request.config.linux_)) supervisor.adopt_orphans();
    if (!detach) return attend_and_remove(supervisor, container, request, keep);
    start_in_background(container, request);
    return 0;
}

}  // namespace bell
