// tenant.cpp - the order of things in a process that moves into a running container.
//
// It starts as a copy of the runtime and ends as the program. Nothing is made here: cgroup, namespaces, mounts and
// masks are the container's own, and whoever is inside is bound by them. The container may be hostile already, so
// before anything of it can be seen this process can't be looked into any more (PR_SET_DUMPABLE), runs from a copy of
// the program that can't be written to (sys/self.hpp), and believes no path that the container could have laid out.
//
//     tenant                                  runtime (exec.cpp)
//     enters the cgroup, joins namespaces
//     (an ordinary user's makes its child
//     the tenant: "tenant PID")           --> waits for it from now on, says "go on"
//     "inside", and its terminal          --> hands it to the engine's socket
//     finds the program, says "ready"     --> writes the pid file, says "start PID"
#include "tenant.hpp"

#include <fcntl.h>
#include <linux/sched.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/idmap.hpp"
#include "concepts/keyring.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/rootfs.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/seccomp_agent.hpp"
#include "concepts/terminal.hpp"
#include "log.hpp"
#include "payload.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/namespace.hpp"
#include "sys/terminal.hpp"

namespace bell {
namespace {

// config.md#linux-process: before it is in the container's cgroup it runs on the `initial` CPUs.
void start_on_initial_cpus(const oci::Process& process) {
    if (!process.execCPUAffinity || process.execCPUAffinity->initial.value_or("").empty()) return;
    const narrate::Section why("priv-drop", "until it is in the cgroup it runs here", "sched_setaffinity(2)");
    scheduling::set_affinity(*process.execCPUAffinity->initial);
}

// Here, since in a user namespace it could neither open the file nor lower the score.
void set_oom_score(Lodging& it) {
    if (!it.drop.oom_score_adj) return;
    const narrate::Section why("priv-drop", "who is killed first", "proc_pid_oom_score_adj(5)");
    scheduling::set_oom_score(*it.drop.oom_score_adj, sys::Procfs::open_best());
    it.drop.oom_score_adj.reset();
}

void enter_budget(Lodging& it) {
    if (it.doors.tasks.empty() && !it.doors.v2) return;
    const narrate::Section why("cgroup-setter", "it spends from the container's budget", "cgroups(7)");
    it.doors.enter();
    it.doors = {};
}

// A process that has joined a pid namespace isn't in it: only its children are. One of them goes on in its place.
void make_anew_inside(const Lodging& it) {
    const sys::Child child = sys::clone(CLONE_PARENT);
    if (child.is_me()) return it.channel.expect("go on");
    it.channel.send(text::cat("tenant ", child.pid));
    sys::exit_now(0);
}

void join_namespaces(Lodging& it) {
    const narrate::Section why("ns-enter", "into the namespaces of the container's first process", "setns(2)");
    sys::set_dumpable(false);
    const Fd proc = sys::open(text::cat("/proc/", it.host.pid), O_PATH | O_DIRECTORY);
    const std::uint64_t joined = namespaces::join_process(it.host.pidfd.get(), proc.get(), it.host.pid, 0);
    if ((joined & CLONE_NEWPID) != 0 && !narrate::dry_run()) make_anew_inside(it);
    const oci::Linux& linux = *it.request.config.linux_;
    if ((joined & CLONE_NEWUSER) != 0) idmap::become_inside({linux.uidMappings, linux.gidMappings, {}});
}

void enter_keyring(const Lodging& it) {
    if (!it.request.state.ownKeyring.value_or(false)) return;
    const narrate::Section why("bundle-run", "the container's keys, none of its caller's", "session-keyring(7)");
    keyring::enter(it.request.state.id, namespaces::find(it.request.config.linux_->namespaces, "user") != nullptr);
}

Fd open_console(const Lodging& it) {
    const oci::Process& process = it.request.process;
    if (!process.terminal.value_or(false) || narrate::dry_run()) return {};
    const narrate::Section why("bundle-run", "a terminal of its own", "pty(7)");
    sys::TerminalPair pair = terminal::open_in(Rootfs::open("/"), process.consoleSize, process.user.uid);
    it.channel.send_descriptor("console", pair.outer.get());
    return std::move(pair.inner);
}

// Our pid, as the runtime sees it.
pid_t wait_for_start(const Lodging& it) {
    if (narrate::dry_run()) return 0;
    it.channel.send("ready");
    constexpr std::string_view start = "start ";
    const std::string word = it.channel.next();
    const auto pid =
        word.starts_with(start) ? text::number<pid_t>(std::string_view(word).substr(start.size())) : std::nullopt;
    if (!pid) sys::exit_now(exit_own_failure);  // the runtime is gone
    return *pid;
}

[[noreturn]] void chapters(Lodging& it) {
    const oci::Process& process = it.request.process;
    payload::leave_descriptors_behind(it.request.preserve_fds);
    start_on_initial_cpus(process);
    set_oom_score(it);
    enter_budget(it);
    scheduling::use_all_cpus();  // not those of our caller
    join_namespaces(it);
    if (!narrate::dry_run()) it.channel.send("inside");
    sys::new_session();
    enter_keyring(it);
    const Fd console = open_console(it);
    std::optional<sys::Procfs> proc;
    if (it.drop.needs_proc()) proc = sys::Procfs::open_best();
    payload::enter_directory(process);
    const std::vector<std::string> environment = payload::environment_of(process);
    const std::string file = payload::find(process, environment);
    const pid_t pid = wait_for_start(it);
    if (console) sys::take_terminal(console);
    if (it.agent) it.drop.hand_over_listener = seccomp::introduce_to(it.agent, *it.drop.seccomp, it.request.state, pid);
    it.drop.apply(proc ? &*proc : nullptr);
    payload::become(process, it.drop, file, environment);
}

}  // namespace

void tenant(Lodging& it) {
    if (narrate::dry_run()) chapters(it);  // in the runtime itself: there is no other process
    log::no_warnings();
    it.channel.become_child();
    if (it.request.supervisor) it.request.supervisor->release();
    payload::reset_signals();
    sys::exit_now(it.channel.report_errors([&] { chapters(it); }));
}

}  // namespace bell
