// create.cpp - the runtime's side of making a container: prepare, clone, and answer what init asks for.
//
// Before the clone: everything that needs the caller's full power or the host's view (cgroups, the rootfs, sources of
// mounts that a mapped root couldn't reach). After it: id maps, hooks, the state. If anything fails, or init reports an
// error, all that was made is unmade; if the runtime itself is killed, the state written first says what there is to
// sweep up.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/hooks.hpp"
#include "concepts/idmap.hpp"
#include "concepts/intel_rdt.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/network_devices.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/seccomp_agent.hpp"
#include "early_end.hpp"
#include "engine_socket.hpp"
#include "group.hpp"
#include "init.hpp"
#include "oci/document.hpp"
#include "stager.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/namespace.hpp"
#include "sys/proc_ids.hpp"
#include "validate.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell {
namespace {

std::string now_rfc3339() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    // Not gmtime_r(3), which reads the host's time zone files for nothing.
    const std::chrono::sys_seconds moment{std::chrono::seconds{now.tv_sec}};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{moment - day};
    char words[64];
    const int size = std::snprintf(words, sizeof words, "%04d-%02u-%02uT%02d:%02d:%02d.%09ldZ", int{date.year()},
                                   unsigned{date.month()}, unsigned{date.day()},
                                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()), now.tv_nsec);
    return {words, static_cast<std::size_t>(size)};
}

std::string user_name() {
    const std::string name = sys::name_of_id(sys::try_read_file("/etc/passwd").value_or(""), geteuid());
    return name.empty() ? text::cat("#", geteuid()) : name;
}

oci::State first_state(const Request& request, const std::string& rootfs) {
    oci::State state;
    state.ociVersion = request.config.ociVersion;
    state.id = request.id;
    state.status = "creating";
    state.bundle = request.bundle;
    state.annotations = request.config.annotations;
    state.rootfs = rootfs;
    state.created = now_rfc3339();
    state.ownKeyring = request.new_keyring;
    state.owner = user_name();
    return state;
}

// A copy that is made here is a peer of the host's mount: what the container mounts on it would appear on the host.
sys::DetachedMount one_way(const Prepared& it, sys::DetachedMount copy) {
    if (!it.shares_mounts())
        sys::change_mount(copy.fd.get(), {.propagation = MS_SLAVE | MS_REC, .recursive = true}, copy.what);
    return copy;
}

// A mapped root may not reach what the caller reaches, and can't id-map the host's file systems; and in a new pid
// namespace the host's /proc, through which maps are written, shows other processes under our numbers. So copies are
// made here, where there is the power, and attached there.
void prepare_sources(Prepared& it) {
    if (geteuid() != 0 || narrate::dry_run()) return;
    const auto own_maps = [&](const oci::Mount& mount) {
        const bool own = !mount.uidMappings.empty() || !mount.gidMappings.empty();
        return own ? idmap::user_namespace_with({mount.uidMappings, mount.gidMappings, {}})
                   : idmap::user_namespace_with({it.linux.uidMappings, it.linux.gidMappings, {}});
    };
    for (const oci::Mount& mount : it.request.config.mounts)
        if (mounts::is_bind(mount) && (it.mapped || mounts::is_id_mapped(mount)))
            it.sources.emplace(mount.destination, one_way(it, mounts::open_source(mount, own_maps)));
    // What the container's root couldn't reach: a store of layers is its owner's alone.
    if (it.mapped)
        if (const oci::Mount* root = mounts::overlay_root(it.request.config.mounts))
            it.sources.emplace(root->destination, one_way(it, mounts::open_source(*root, own_maps)));
    if (it.mapped) it.root_tree = one_way(it, sys::copy_tree(AT_FDCWD, it.rootfs, true, it.rootfs));
}

bool is_mapped(const oci::Linux& linux) {
    const oci::Namespace* user = namespaces::find(linux.namespaces, "user");
    return user && !namespaces::is_ours(*user);
}

std::uint64_t clone_flags(const oci::Linux& linux) {
    // The cgroup namespace comes later, from inside: init.cpp.
    return namespaces::new_flags(linux.namespaces) & ~std::uint64_t{CLONE_NEWCGROUP};
}

std::string made_words(const oci::Linux& linux) {
    std::vector<std::string> types;
    for (const oci::Namespace& each : linux.namespaces)
        if (each.type != "cgroup") types.push_back(each.type);
    return text::cat("a process with its own ", text::join(types, ", "));
}

// What the kernel allows to root of the host, and not to root of a user namespace.
void lend_power(pid_t pid, const oci::Process& process) {
    if (!process.oomScoreAdj && !rlimits::exceed_ours(process.rlimits)) return;
    const narrate::Section why("priv-drop", "what a user namespace couldn't raise by itself", "getrlimit(2)");
    rlimits::raise_for(pid, process.rlimits);
    if (!process.oomScoreAdj) return;
    sys::write_value(text::cat("/proc/", pid, "/oom_score_adj"), text::cat(*process.oomScoreAdj));
}

sys::Child start_init(Prepared& it) {
    const narrate::Section why("ns-enter", made_words(it.linux), "namespaces(7)");
    const idmap::Maps maps{it.linux.uidMappings, it.linux.gidMappings, {}};
    if (needs_stager(it.linux)) return start_through_stager(it, clone_flags(it.linux), maps);
    // The clone keeps the working directory: init finds the rootfs as it was opened here, without walking a path again.
    const Fd before = sys::open(".", O_PATH | O_DIRECTORY);
    sys::change_directory(it.rootfs);
    sys::Child child = sys::clone(clone_flags(it.linux), it.doors.v2.get());
    if (narrate::dry_run()) {
        if (it.new_user) idmap::write(getpid(), maps);
        if (it.move_in) it.move_in(getpid());
        if (it.lends_power) lend_power(getpid(), *it.request.config.process);
        if (!it.linux.netDevices.empty()) (void)network_devices::Lent::to(getpid(), it.linux.netDevices);
        init(it);
    }
    if (child.is_me()) init(it);
    sys::change_directory(before.get(), "the working directory");
    it.channel.become_parent();
    if (it.new_user) idmap::write(child.pid, maps);
    return child;
}

// The classes of the cache are made before the clone, and written down before they are made.
std::optional<intel_rdt::Groups> cache_share(const Request& request, const Record& record, oci::State& state) {
    const auto& wanted = request.config.linux_->intelRdt;
    if (!wanted) return std::nullopt;
    const auto mount = intel_rdt::find_mount(sys::read_mountinfo());
    if (!mount)
        throw Error::bad("/linux/intelRdt: no resctrl file system is mounted here",
                         "'mount -t resctrl resctrl /sys/fs/resctrl' where /proc/cpuinfo shows cat_l3, mba or cqm");
    intel_rdt::Groups groups = intel_rdt::groups_of(*wanted, *mount, request.id);
    state.resctrlDirectories = groups.made;
    if (!narrate::dry_run()) record.write_state(state);
    intel_rdt::prepare(*wanted, groups);
    return groups;
}

// Only once init has said a word. Until then it dies with us (init.cpp), so that nothing is left of it if we are
// killed; and a parent that does nothing after a fork, but sleep, saves a tenth of the processor's time: each of the
// two has to copy every page that it writes to, and both at once are slower than one after the other.
void know_init(Container& container) { container.state.pidStartTime = sys::start_time(container.init.pid); }

// What init asks for, in its order.
void accompany(Prepared& it, Container& container, const std::optional<cgroup::Group>& group) {
    const oci::Config& config = it.request.config;
    const bool has_listeners = it.request.has_listeners();
    try {
        if (config.process->terminal.value_or(false))
            container.console = container.channel.expect_descriptor("console");
        if (!it.request.console_socket.empty())
            engine_socket::hand_over(it.request.console_socket, "/dev/ptmx", container.console.get());
        // Where init will wait, be it for a hook or for `start`, it must be found without us.
        if (has_listeners || it.gate) {
            container.channel.expect("mounted");
            know_init(container);
            container.record.write_process(container.state);
            if (!has_listeners) container.channel.send("go on");
        }
        if (has_listeners) {
            it.state_json = oci::to_json(oci::without_own_fields(container.state), false);
            container.hooks_ran = true;
            if (config.hooks) {
                hooks::run("prestart", config.hooks->prestart, it.state_json, it.bundle.get());
                hooks::run("createRuntime", config.hooks->createRuntime, it.state_json, it.bundle.get());
            }
            container.channel.send(it.state_json);  // and go on
        }
        container.channel.expect("ready");
        if (!container.state.pidStartTime) know_init(container);
    } catch (const Error& error) {
        if (error.code() == ECONNRESET || error.code() == EPIPE)
            explain_early_end(container.init, group, config, error);
        throw;
    }
}

void write_pid_file(const Request& request, pid_t pid) {
    if (!request.pid_file.empty()) sys::replace_file(request.pid_file, text::cat(pid), 0644, false);
}

Record claim(const Store& store, const Request& request) {
    std::optional<Record> left_over;
    std::optional<Record> record = store.claim(request.id, left_over);
    // Its runtime was killed while it made a container: nobody holds the lock, and it never got past "creating".
    const auto recorded = left_over ? left_over->recorded() : std::nullopt;
    if (recorded && recorded->status == "creating") {
        sweep(std::move(*left_over));
        left_over.reset();
        record = store.claim(request.id, left_over);
    }
    if (!record)
        throw Error::bad(text::cat("container with given ID already exists: ", request.id),
                         text::cat("'bundle-run delete ", request.id, "' removes it; 'bundle-run list' shows all"));
    return std::move(*record);
}

// An overlay's upper directory is for one: a second mount of it leaves the first one's files in disorder.
void refuse_upper_in_use(const Store& store, const Request& request) {
    if (!mounts::overlay_root(request.config.mounts)) return;
    for (const std::string& id : store.ids()) {
        if (id == request.id) continue;
        try {
            const oci::State state = store.find(id, false).state();
            if (state.bundle != request.bundle || state.status == "stopped") continue;
        } catch (const Error&) {
            continue;  // it went meanwhile
        }
        throw Error::bad(text::cat(request.bundle, ": its files are those of the container ", id, ", which runs"),
                         "another bundle of the same image costs no room: layer-unpack --store STORE IMAGE DIR");
    }
}

std::string absolute_root(const Request& request) {
    const std::string& path = request.config.root->path;
    const std::string whole = path.starts_with('/') ? path : text::cat(request.bundle, "/", path);
    const Fd opened = [&] {
        try {
            return sys::open(whole, O_PATH | O_DIRECTORY);
        } catch (const Error& error) {
            throw error.in("root.path").advise("'layer-unpack IMAGE DIR' makes a bundle with a rootfs");
        }
    }();
    // Without symlinks: what the state shows, and what a stager finds again.
    return sys::read_link(opened.path());
}

}  // namespace

Container create_container(const Store& store, const Request& request) {
    validate_id(request.id);
    validate(request.config);
    refuse_upper_in_use(store, request);
    const oci::Linux& linux = *request.config.linux_;
    const std::string rootfs = absolute_root(request);
    sys::Channel channel = sys::Channel::pair();
    // From here on something is left if it isn't undone: all else that may fail comes before, or within the try.
    Container container{claim(store, request), first_state(request, rootfs), {}, std::move(channel), {}, false};
    Record& record = container.record;
    if (narrate::dry_run()) record.remove();  // the id was free: that is all there is to know
    std::optional<network_devices::Lent> devices;
    try {
        record.write_config(request.config_json);
        Home home = make_home(request, record, container.state);
        const std::optional<cgroup::Group>& group = home.group;
        const auto share = cache_share(request, record, container.state);
        const bool own_cgroup_namespace = namespaces::find(linux.namespaces, "cgroup") != nullptr;
        // All hierarchies are seen, also those where an ordinary user has no group.
        const bool whole = group && !group->host().is_partial();
        const cgroup::Host host = whole ? group->host() : cgroup::Host::detect();
        Prepared it{.request = request,
                    .linux = linux,
                    .channel = container.channel,
                    .record = record,
                    .doors = home.doors(),
                    .move_in = std::move(home.move_in),
                    .cgroup_view = host.view(container.state.cgroupDirectories, own_cgroup_namespace),
                    .bundle = sys::open(request.bundle, O_PATH | O_DIRECTORY),
                    .rootfs = rootfs,
                    .root_tree = {},
                    .sources = {},
                    .drop = steps::Drop::of(*request.config.process, &linux),
                    .agent = linux.seccomp ? seccomp::connect_to_agent(*linux.seccomp) : std::nullopt,
                    .gate = {},
                    .new_user = (namespaces::new_flags(linux.namespaces) & CLONE_NEWUSER) != 0,
                    .mapped = is_mapped(linux),
                    .read_only_later = {},
                    .state_json = {}};
        it.cgroup_view.borrowed = container.state.cgroupDirectories.empty();
        it.drop.in_new_user_namespace = it.new_user;
        it.drop.prepare();
        // In a user namespace init could neither open the file nor lower the score: lend_power.
        it.lends_power = it.mapped;
        if (it.lends_power) it.drop.oom_score_adj.reset();
        it.waits = it.lends_power || share || it.move_in || !linux.netDevices.empty();
        prepare_sources(it);
        if (request.wait_for_start && !narrate::dry_run()) it.gate = Gate::make(record);
        container.init = start_init(it);
        if (it.move_in) it.move_in(container.init.pid);
        if (it.lends_power) lend_power(container.init.pid, *request.config.process);
        if (share) intel_rdt::join(*share, container.init.pid);
        if (!linux.netDevices.empty()) devices.emplace(network_devices::Lent::to(container.init.pid, linux.netDevices));
        if (it.waits) container.channel.send("mapped");
        it.move_in = {};  // and systemd's helper ends
        container.state.pid = container.init.pid;
        accompany(it, container, group);
        container.state.status = "created";
        // run goes on at once, and says then that it is running.
        if (request.wait_for_start) record.write_process(container.state);
        write_pid_file(request, container.init.pid);
        if (!request.pidfd_socket.empty())
            engine_socket::hand_over(request.pidfd_socket, "standard", container.init.pidfd.get());
        return container;
    } catch (...) {
        if (devices) devices->give_back();
        if (container.init.pid > 0) {
            sys::send_signal(container.init.pidfd.get(), SIGKILL);
            try {
                (void)sys::wait_for(container.init);
            } catch (const Error&) {
                // explain_early_end has waited for it already
            }
        }
        try {
            sweep(std::move(record));  // the state says what was made, were it only half
        } catch (const Error&) {
            // The first error says more; what is left stays on record, for delete --force.
        }
        // runtime.md#lifecycle: what fails once hooks have run goes on at step 12, its end, where the last hooks run.
        if (container.hooks_ran) run_poststop_hooks(container.state, request.config.hooks);
        throw;
    }
}

}  // namespace bell
