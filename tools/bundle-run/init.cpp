// init.cpp - the order of things in the container's first process: a table of contents, then the chapters.
//
// It starts as a copy of the runtime inside new namespaces, and ends as the program. Everything it needs has been
// prepared by the runtime (Prepared); what it can't do itself it asks for by name on the channel:
//
//     init                                        runtime (create.cpp)
//     waits for "mapped"                      <-- writes the id maps, has systemd move it in, lends network devices
//     enters its cgroups, mounts everything                                                (if there is any such)
//     says "mounted"                          --> puts it on record, runs prestart and createRuntime hooks, "go on"
//                                                                                            (create, or with hooks)
//     pivots, masks, says "ready"             --> writes that it is created
//     drops its powers; waits: for "start" (run), or at the gate (create: gate.hpp)
#include "init.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <optional>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/devices.hpp"
#include "concepts/hooks.hpp"
#include "concepts/idmap.hpp"
#include "concepts/keyring.hpp"
#include "concepts/loopback.hpp"
#include "concepts/masking.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/pivot.hpp"
#include "concepts/propagation.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/seccomp_agent.hpp"
#include "concepts/sysctl.hpp"
#include "concepts/terminal.hpp"
#include "log.hpp"
#include "payload.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/namespace.hpp"
#include "sys/procfs.hpp"
#include "sys/terminal.hpp"

namespace bell {
namespace {

void enter_budget(Prepared& it) {
    if (it.doors.tasks.empty()) return;  // a v2 group took it in at the clone
    const narrate::Section why("cgroup-setter", "in before it can spend anything", "cgroups(7)");
    it.doors.enter();
    it.doors = {};
}

// Of a user namespace that is joined the maps need not be in the config.
void become_root_inside(const Prepared& it) {
    if (!it.mapped) return;
    const idmap::Maps maps{it.linux.uidMappings, it.linux.gidMappings, {}};
    if (!maps.empty()) return idmap::become_inside(maps);
    idmap::become_inside(idmap::root_of(sys::open("/proc/self", O_PATH | O_DIRECTORY).get()));
}

// Until the runtime has put it on record; run does that only once init is ready, and waits for its word. Silent: it is
// about us, not about the container.
void die_with_runtime(bool dies) {
    if (!narrate::dry_run()) ::prctl(PR_SET_PDEATHSIG, dies ? SIGKILL : 0, 0, 0, 0);
}

void own_keyring(const Prepared& it) {
    if (!it.request.new_keyring) return;
    const narrate::Section why("bundle-run", "keys of its own, none of its caller's", "session-keyring(7)");
    keyring::enter(it.request.id, namespaces::find(it.linux.namespaces, "user") != nullptr);
}

// Only now: a cgroup namespace takes the groups its maker is in as the top of all it shows.
void own_cgroup_namespace(const Prepared& it) {
    const oci::Namespace* wanted = namespaces::find(it.linux.namespaces, "cgroup");
    if (!wanted || wanted->path) return;
    const narrate::Section why("ns-enter", "its own cgroup is the top of all it sees", "cgroup_namespaces(7)");
    sys::unshare(CLONE_NEWCGROUP);
}

void network(const Prepared& it) {
    const oci::Namespace* wanted = namespaces::find(it.linux.namespaces, "network");
    if (!wanted || wanted->path) return;
    const narrate::Section why("ns-enter", "its network: lo alone, brought up", "network_namespaces(7)");
    loopback::bring_up();
}

// What of the mounts made here others shall see. The root becomes what the config says only after the pivot; but what
// is bound from the host is a copy of the host's mounts as they are seen here, and keeps their propagation.
void cut_mounts_off(const Prepared& it) {
    if (it.shares_mounts()) {
        const narrate::Section why("ns-enter", "what is mounted below shared mounts appears on the host, too",
                                   "mount_namespaces(7)");
        // Not what is mounted on the rootfs; and pivot_root wants a parent that isn't shared.
        propagation::apply(propagation::mount_point_of(it.rootfs), "private");
        return;
    }
    const narrate::Section why("ns-enter", "what is mounted here stays here", "mount_namespaces(7)");
    const std::string wanted = it.linux.rootfsPropagation.value_or("");
    propagation::apply("/", wanted.find("private") != std::string::npos ? "rprivate" : "rslave");
}

Rootfs root_mount(Prepared& it) {
    const narrate::Section why("root-pivot", "the new root is a mount of its own", "pivot_root(2)");
    // The clone kept the working directory, which is the rootfs as the runtime opened it: no path is walked again.
    sys::DetachedMount tree = it.root_tree
                                  ? std::move(*it.root_tree)
                                  : sys::copy_tree(AT_FDCWD, narrate::dry_run() ? it.rootfs : "", true, it.rootfs);
    return pivot::make_mount_point(narrate::dry_run() ? it.rootfs : ".", std::move(tree), it.request.config.root->path);
}

Fd user_namespace_of(const Prepared& it, const oci::Mount& mount) {
    const bool own = !mount.uidMappings.empty() || !mount.gidMappings.empty();
    return own ? idmap::user_namespace_with({mount.uidMappings, mount.gidMappings, {}})
               : idmap::user_namespace_with({it.linux.uidMappings, it.linux.gidMappings, {}});
}

void mount_files(Prepared& it, Rootfs& root) {
    const auto& mounts = it.request.config.mounts;
    if (mounts.empty()) return;
    const narrate::Section why("bind-mounter",
                               text::cat("its files: ", mounts.size(), mounts.size() == 1 ? " mount" : " mounts"),
                               "config.md#mounts");
    mounts::Context context;
    context.cgroups = &it.cgroup_view;
    context.user_namespace_of = [&](const oci::Mount& mount) { return user_namespace_of(it, mount); };
    context.mount_label = it.linux.mountLabel.value_or("");
    context.prepared = std::move(it.sources);
    mounts::mount_all(mounts, root, context);
    it.read_only_later = std::move(context.read_only_later);
}

// A read-only /dev, now that its devices are there.
void close_up(Prepared& it) {
    mounts::make_read_only(it.read_only_later);
    it.read_only_later.clear();
}

// config-linux.md#default-devices. Where the host's /dev is bound they are there, or it isn't the container's to
// change.
void make_devices(const Prepared& it, const Rootfs& root, const devices::HostNodes& host,
                  const std::vector<oci::Device>& all) {
    const auto& mounts = it.request.config.mounts;
    const bool own_dev = std::none_of(mounts.begin(), mounts.end(), [](const auto& each) {
        return text::clean_path(each.destination) == "/dev" && mounts::is_bind(each);
    });
    const std::vector<oci::Device>& wanted = own_dev ? all : it.linux.devices;
    if (wanted.empty()) return;
    const narrate::Section why("bind-mounter", text::cat("its devices: ", wanted.size()), "config-linux.md#devices");
    devices::make_all(wanted, root, host, devices::possible_here());
    if (own_dev) devices::make_links(root);
}

Fd open_console(const Prepared& it, const Rootfs& root) {
    const oci::Process& process = *it.request.config.process;
    if (!process.terminal.value_or(false)) return {};
    const narrate::Section why("bundle-run", "a terminal of its own", "pty(7)");
    if (narrate::dry_run()) return {};
    sys::TerminalPair pair = terminal::open_in(root, process.consoleSize, process.user.uid);
    terminal::show_as_console(pair, root);
    it.channel.send_descriptor("console", pair.outer.get());
    return std::move(pair.inner);
}

// For hooks in the container's namespaces the state has the pid that they know this process by: runtime.md#state.
std::string state_for_inside(const Prepared& it, const std::string& status) {
    if (narrate::dry_run()) return {};
    oci::State state = oci::parse_state(it.state_json, "the state");
    state.status = status;
    state.pid = getpid();
    return oci::to_json(state, false);
}

void runtime_hooks(Prepared& it) {
    if (!it.request.has_listeners() && !it.gate) return;
    const oci::Hooks hooks = it.request.config.hooks.value_or(oci::Hooks{});
    if (narrate::dry_run()) {  // there is no runtime beside us to tell its own
        hooks::run("prestart", hooks.prestart, it.state_json, it.bundle.get());
        hooks::run("createRuntime", hooks.createRuntime, it.state_json, it.bundle.get());
    } else {
        it.channel.send("mounted");
        it.state_json = it.channel.next();  // with our pid, as the runtime sees it; or a mere "go on"
        if (it.state_json.empty()) sys::exit_now(exit_own_failure);
        die_with_runtime(false);
    }
    if (!hooks.createContainer.empty())
        hooks::run("createContainer", hooks.createContainer, state_for_inside(it, "creating"), it.bundle.get());
}

void give_names(const Prepared& it) {
    const oci::Config& config = it.request.config;
    if (!config.hostname && !config.domainname) return;
    const narrate::Section why("ns-enter", "a name only it sees", "sethostname(2)");
    namespaces::set_names(config.hostname, config.domainname);
}

void enter_root(const Prepared& it, const Rootfs& root) {
    const narrate::Section why("root-pivot", "the new root becomes the only root", "pivot_root(2)");
    if (it.request.config.root->readonly.value_or(false)) pivot::make_root_read_only(root);
    if (it.request.no_pivot)
        pivot::move_root(root);
    else
        pivot::pivot(root, it.shares_mounts());
    const std::string& wanted = it.linux.rootfsPropagation.value_or("");
    if (wanted.find("shared") != std::string::npos || wanted.find("unbindable") != std::string::npos)
        propagation::apply("/", wanted);
}

void hide_paths(const Prepared& it, const Rootfs& root, int null) {
    if (it.linux.maskedPaths.empty() && it.linux.readonlyPaths.empty()) return;
    const narrate::Section why("bind-mounter", "what it may not see, and what it may only read",
                               "config-linux.md#masked-paths");
    masking::hide(it.linux.maskedPaths, root, null);
    masking::make_read_only(it.linux.readonlyPaths, root);
}

// One that isn't there is made, as runc does it: engines hand on a working directory that nobody has made. A directory
// that can't be reached is left for chdir(2) to tell.
void make_directory_to_start_in(const oci::Process& process, const Rootfs& root) {
    try {
        (void)root.make_directory(process.cwd);
    } catch (const Error&) {
        narrate::note(text::cat(process.cwd, " can't be made"));
    }
}

void say_ready(Prepared& it) {
    if (narrate::dry_run()) return;
    if (!it.gate) die_with_runtime(false);
    it.channel.send("ready");
}

void wait_for_start(Prepared& it) {
    if (narrate::dry_run()) return;
    if (!it.gate) return it.channel.expect("start");
    it.gate.wait();
}

// Their programs are the image's, and get no more power than the container's program.
void run_start_hooks(Prepared& it, const std::vector<std::string>& environment) {
    if (!it.request.config.hooks || it.request.config.hooks->startContainer.empty()) return;
    const hooks::Inside inside{environment, [&] { it.drop.finish(); }};
    hooks::run("startContainer", it.request.config.hooks->startContainer, state_for_inside(it, "created"), -1, &inside);
}

// All but a filter that is only loaded at the exec. With an agent it is loaded now: the agent is told of a container
// that is being made, and can refuse it.
void drop_powers(Prepared& it, const sys::Procfs* proc) {
    if (it.agent && !narrate::dry_run()) {
        const oci::State state = oci::parse_state(it.state_json, "the state");
        it.drop.hand_over_listener = seccomp::introduce_to(it.agent, *it.linux.seccomp, state, state.pid.value_or(0));
    }
    it.drop.apply(proc);
    if (it.agent) it.drop.finish();
}

// What it is made apart from: budget, identity, namespaces.
void separate(Prepared& it) {
    payload::leave_descriptors_behind(it.request.preserve_fds);
    if (it.waits && !narrate::dry_run()) it.channel.expect("mapped");
    enter_budget(it);
    scheduling::use_all_cpus();  // not those of our caller
    become_root_inside(it);
    die_with_runtime(true);  // a change of user takes it back: so not before
    sys::new_session();
    own_keyring(it);
    own_cgroup_namespace(it);
    network(it);
    cut_mounts_off(it);
}

void set_sysctls(Prepared& it, const sys::Procfs* proc) {
    if (proc) sysctl::apply(it.linux.sysctl, *proc);
}

// What it will see. At the end nothing here is open any more that leads to the host's files. The terminal, if it has
// one.
Fd furnish(Prepared& it, const sys::Procfs* proc) {
    const std::vector<oci::Device> devices = devices::with_defaults(it.linux.devices);
    const devices::HostNodes host = devices::HostNodes::open(devices, devices::possible_here() == devices::Make::binds);
    // LESSON: furnish
    Rootfs root = root_mount(it);
    mount_files(it, root);
    make_devices(it, root, host, devices);
    Fd console = open_console(it, root);
    close_up(it);
    runtime_hooks(it);
    it.bundle.reset();
    give_names(it);
    set_sysctls(it, proc);
    hide_paths(it, root, narrate::dry_run() ? -1 : host.null());
    make_directory_to_start_in(*it.request.config.process, root);
    enter_root(it, root);
    // LESSON: end
    return console;
}

// To write to, where something is to be written: the kernel's memory for a file system counts for the container.
std::optional<sys::Procfs> private_proc(const Prepared& it) {
    if (it.linux.sysctl.empty() && !it.drop.needs_proc()) return std::nullopt;
    return sys::Procfs::open_best();
}

[[noreturn]] void chapters(Prepared& it) {
    const oci::Process& process = *it.request.config.process;
    separate(it);
    const std::optional<sys::Procfs> own_proc = private_proc(it);
    const sys::Procfs* proc = own_proc ? &*own_proc : nullptr;
    const Fd console = furnish(it, proc);
    payload::enter_directory(process);
    const std::vector<std::string> environment = payload::environment_of(process);
    const std::string file = payload::find(process, environment);
    // Before the wait: the shim of containerd reads what create says until nobody holds its end of that pipe any more.
    if (console) sys::take_terminal(console);
    // Who waits for `start` waits without power. Under a filter that need not allow what a channel takes nobody waits.
    if (it.gate) drop_powers(it, proc);
    say_ready(it);
    const bool meanwhile = !it.gate && !it.linux.seccomp;  // the runtime writes the state
    if (meanwhile) drop_powers(it, proc);
    wait_for_start(it);
    if (!it.gate && !meanwhile) drop_powers(it, proc);
    run_start_hooks(it, environment);
    it.gate.going();
    payload::become(process, it.drop, file, environment);
}

}  // namespace

void init(Prepared& it) {
    if (narrate::dry_run()) chapters(it);  // in the runtime itself: there is no other process
    log::no_warnings();
    it.channel.become_child();
    it.record.leave_to_parent();
    if (it.request.supervisor) it.request.supervisor->release();
    payload::reset_signals();
    sys::exit_now(it.channel.report_errors([&] {
        try {
            chapters(it);
        } catch (const Error& error) {
            it.gate.report(error);
            throw;
        }
    }));
}

}  // namespace bell
