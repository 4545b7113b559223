// exec.cpp - the runtime's side of adding a process to a running container.
//
// The container is addressed by the pidfd of its first process, checked against the start time in the state: from then
// on the number can't come to mean another process. What the tenant does: tenant.cpp.
#include <linux/sched.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/seccomp_agent.hpp"
#include "engine_socket.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/namespace.hpp"
#include "tenant.hpp"

namespace bell {
namespace {

sys::Child first_process(const oci::State& state) {
    sys::Child out{*state.pid, sys::open_pidfd(*state.pid)};
    if (state.pidStartTime && sys::start_time(out.pid) != *state.pidStartTime)
        throw Error::bad("cannot exec in a stopped container");
    return out;
}

// cgroup v2 keeps processes out of a group that hands controllers down to groups below: there we go where the first
// process is, which was moved down by whoever made those (cgroups(7), no internal processes). Likewise where the group
// is gone, since its processes were moved elsewhere.
bool hands_down(const std::string& directory) {
    return !text::trim(sys::try_read_file(directory + "/cgroup.subtree_control").value_or("")).empty();
}

// What of --cgroup lies below the container's group: "a" or "/a/b"; "" for the group itself.
std::string below_the_container(std::string_view group) {
    const std::string all(group);
    if (group.starts_with('/')) group.remove_prefix(1);
    if (group.empty()) return {};
    for (const std::string& word : text::split(group, '/'))
        if (word.empty() || word == "." || word == "..")
            throw Error::bad(text::cat("--cgroup ", text::quote(all), ": must name a group below the container's"),
                             "as '/' for it, 'a' or 'a/b'; for one controller of cgroup v1 as 'pids:a'");
    return std::string(group);
}

// "cpu,memory:a" is about the hierarchies of these controllers.
bool is_about(const cgroup::Hierarchy& hierarchy, const std::string& controllers) {
    if (controllers.empty()) return true;
    const std::vector<std::string> names = text::split(controllers, ',');
    return std::any_of(names.begin(), names.end(), [&](const auto& name) { return hierarchy.has(name); });
}

void go_below(std::vector<std::string>& directories, const cgroup::Host& host, const std::string& wanted) {
    const std::size_t colon = wanted.find(':');
    const std::string controllers = colon == std::string::npos ? "" : wanted.substr(0, colon);
    const std::string group = below_the_container(colon == std::string::npos ? wanted : wanted.substr(colon + 1));
    bool any = false;
    for (std::string& each : directories)
        for (const cgroup::Hierarchy& hierarchy : host.hierarchies()) {
            if (!each.starts_with(hierarchy.mount + "/") || !is_about(hierarchy, controllers)) continue;
            any = true;
            if (!group.empty()) each = text::cat(each, "/", group);
            break;
        }
    if (!any) throw Error::bad(text::cat("--cgroup ", text::quote(wanted), ": no hierarchy here has that controller"));
}

cgroup::Doors doors_of(const ExecRequest& request, pid_t first) {
    if (narrate::dry_run() || request.state.cgroupDirectories.empty()) return {};
    std::vector<std::string> directories = request.state.cgroupDirectories;
    const cgroup::Host& host = cgroup::Host::detect();
    for (const std::string& wanted : request.cgroups) go_below(directories, host, wanted);
    const std::string& group = directories.front();
    const bool elsewhere = host.is_pure_v2() && (hands_down(group) || !sys::exists(group));
    if (request.cgroups.empty() && elsewhere) return cgroup::Group::of_process(first).doors();
    return cgroup::Group::of_directories(host, directories).doors();
}

// Whoever may join the pid namespace alone does it here: then the tenant is born into it, and takes one process fewer
// of the container's budget. Root may; an ordinary user gets that power only together with the user namespace.
void join_pid_namespace_for_children(const sys::Child& host) {
    const namespaces::Kind& pid = namespaces::kind("pid");
    if (geteuid() != 0 || namespaces::name_of(text::cat(host.pid), pid) == namespaces::name_of("self", pid)) return;
    const narrate::Section why("ns-enter", "what is made next sees the container's processes", "pid_namespaces(7)");
    // From its birth on the container sees the tenant, and must not see into it.
    sys::set_dumpable(false);
    sys::set_namespace(host.pidfd.get(), CLONE_NEWPID, text::cat("process ", host.pid));
}

// An ordinary user's tenant is the child of the one that joined; the runtime is its parent all the same.
void expect_inside(Tenant& tenant, const sys::Channel& channel) {
    constexpr std::string_view successor = "tenant ";
    const std::string word = channel.next();
    if (!word.starts_with(successor)) {
        if (word != "inside") throw Error::bad("the process that joins the container ended early");
        return;
    }
    const auto pid = text::number<pid_t>(std::string_view(word).substr(successor.size()));
    if (!pid) throw Error::bad("the process that joins the container named no successor");
    (void)sys::wait_for(tenant.process);
    tenant.process = {*pid, sys::open_pidfd(*pid)};
    channel.send("go on");
    channel.expect("inside");
}

void accompany(Tenant& tenant, const sys::Channel& channel, const ExecRequest& request) {
    expect_inside(tenant, channel);
    if (request.process.terminal.value_or(false)) {
        tenant.console = channel.expect_descriptor("console");
        if (!request.console_socket.empty())
            engine_socket::hand_over(request.console_socket, "/dev/ptmx", std::exchange(tenant.console, {}).get());
    }
    channel.expect("ready");
    if (!request.pid_file.empty()) sys::replace_file(request.pid_file, text::cat(tenant.process.pid), 0644, false);
    if (!request.pidfd_socket.empty())
        engine_socket::hand_over(request.pidfd_socket, "additional", tenant.process.pidfd.get());
    channel.send(text::cat("start ", tenant.process.pid));
    channel.finish();  // its end closes at its exec; an error before that is thrown here
}

void end(const sys::Child& process) {
    sys::send_signal(process.pidfd.get(), SIGKILL);
    (void)sys::wait_for(process);
}

}  // namespace

Tenant move_in(const ExecRequest& request) {
    const sys::Child host = first_process(request.state);
    sys::Channel channel = sys::Channel::pair();
    Lodging it{.request = request,
               .channel = channel,
               .host = host,
               .doors = doors_of(request, host.pid),
               .drop = steps::Drop::of(request.process, &*request.config.linux_),
               .agent = std::nullopt};
    if (it.drop.seccomp) it.agent = seccomp::connect_to_agent(*it.drop.seccomp);
    if (const auto& affinity = request.process.execCPUAffinity; affinity && !affinity->final_.value_or("").empty())
        it.drop.cpus = affinity->final_;
    it.drop.prepare();
    join_pid_namespace_for_children(host);
    Tenant tenant{sys::clone(0, it.doors.v2.get()), {}};
    if (tenant.process.is_me()) bell::tenant(it);
    channel.become_parent();
    try {
        accompany(tenant, channel, request);
    } catch (...) {
        end(tenant.process);
        throw;
    }
    return tenant;
}

}  // namespace bell
