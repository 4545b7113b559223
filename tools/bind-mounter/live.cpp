// live.cpp - mounts into a process that runs.
//
// A mount is attached in a mount namespace, by a process in it; what is to be mounted lies in another one, ours. A
// detached mount belongs to neither: it is a descriptor, and goes where its process goes.
//
//     here     open_tree(CLONE) of the sources, new overlays    nobody sees them yet
//     setns    into the target's mount namespace                a child does it: there is no way back
//     there    the place is looked up from the target's root, which may be hostile (openat2, RESOLVE_IN_ROOT), and
//              move_mount attaches
//
// Who makes a proc decides by its pid namespace what it shows, a sysfs by its network namespace, and so on; a tmpfs
// belongs to its maker's user namespace. Those are made there, after joining what they are to show.
//
// An ordinary user has no power over the mount namespace of the login, so can't copy a mount of it. But whoever has
// made a user namespace has all power over it: the child joins that of the container first, and makes itself a copy of
// the mount namespace it is in, of which it is then the master. There it copies the sources.
//
// While a runtime makes the container (state "creating": hooks) the mount namespace is there, but "/" in it is still
// the host's: the place is looked up from the bundle's root file system, which becomes "/" soon.
//
// open_tree(2), setns(2), move_mount(2), user_namespaces(7), runtime.md#lifecycle.
#include "live.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/idmap.hpp"
#include "concepts/namespaces.hpp"
#include "oci/document.hpp"
#include "place.hpp"
#include "sys/channel.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/namespace.hpp"
#include "sys/process.hpp"

namespace bell {
namespace {

struct MadeThere {
    std::string_view type;
    std::uint64_t shows;  ///< the namespace whose content a new one shows
};

constexpr std::array made_there = {
    MadeThere{"proc", CLONE_NEWPID},
    MadeThere{"sysfs", CLONE_NEWNET},
    MadeThere{"mqueue", CLONE_NEWIPC},
    MadeThere{"cgroup", CLONE_NEWCGROUP},
    MadeThere{"cgroup2", CLONE_NEWCGROUP},
    MadeThere{"tmpfs", 0},
    MadeThere{"devpts", 0},
    MadeThere{"ramfs", 0},
};

const MadeThere* is_made_there(const oci::Mount& mount) {
    if (mounts::is_bind(mount)) return nullptr;
    const auto* found = std::find_if(made_there.begin(), made_there.end(),
                                     [&](const MadeThere& each) { return mount.type == each.type; });
    return found == made_there.end() ? nullptr : found;
}

// A remount or a change of propagation: there is nothing to bring along.
bool is_change(const oci::Mount& mount) { return mount.type == "none" && !mounts::is_bind(mount); }

/// One visit to the target: what is brought along, and where to.
struct Visit {
    const cli::Target& target;
    Files files;
    std::uint64_t differing = 0;  ///< the target's namespaces that aren't ours
    std::uint64_t joined = 0;     ///< those that the child enters
    std::string rootfs = {};      ///< while creating: the bundle's root file system
    Fd root = {};                 ///< else: the target's root directory
    mounts::Context context = {};
    sys::CgroupView cgroups = {};
    std::vector<sys::DetachedMount> covers = {};  ///< of /dev/null, one for each masked path
};

// ---- before anything is done

// The bundle's root file system: root.path, which counts from the bundle.
std::string rootfs_of(const oci::State& state) {
    const std::string file = state.bundle + "/config.json";
    const oci::Config config = oci::Document::parse(sys::read_file(file), file).config();
    if (!config.root || config.root->path.empty()) throw Error::bad(text::cat(file, ": names no root.path"));
    return config.root->path.starts_with('/') ? config.root->path : text::cat(state.bundle, "/", config.root->path);
}

void check(const WantedFiles& wanted) {
    if (wanted.empty()) throw Error::bad("what is to be mounted?", "as in: --bind /srv:/srv:ro --target PID");
    if (wanted.defaults)
        throw Error::bad("--defaults is for a root file system that nobody lives in yet",
                         "a running process has them, or its maker left them out");
    if (!wanted.root.empty()) throw Error::bad("--root has no meaning with --target: its own root is taken");
    if (wanted.default_devices || !wanted.directories.empty() || wanted.mount_label)
        throw Error::bad("--default-devices, --mkdir and --mount-label have no meaning with --target",
                         "a destination is made where it isn't there; --device PATH shows a device");
    for (const oci::Mount& mount : wanted.mounts)
        if (!mount.destination.starts_with('/'))
            throw Error::bad(text::cat("mount on ", text::printable(mount.destination),
                                       ": must be a full path, as the target sees it"));
}

// Without a mount namespace of its own the target has our mounts: what is mounted for it, is for all.
void refuse_own_namespace(const WantedFiles& wanted, const Visit& it) {
    if (wanted.here || it.target.is_creating() || (it.differing & CLONE_NEWNS) != 0) return;
    throw Error::bad(
        text::cat(it.target.words(), " has no mount namespace of its own: it sees the mounts that you see"),
        "add --here to mount there all the same, for everybody");
}

std::uint64_t namespaces_for(const Files& files) {
    std::uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS;
    for (const oci::Mount& mount : files.mounts)
        if (const MadeThere* kind = is_made_there(mount)) flags |= kind->shows;
    return flags;
}

Visit plan(const WantedFiles& wanted, const cli::Target& target) {
    check(wanted);
    Visit it{target, {wanted.unmounted, wanted.mounts, wanted.devices, wanted.masked, wanted.read_only}};
    if (wanted.propagation)
        it.files.mounts.insert(it.files.mounts.begin(), oci::Mount{"/", "none", "none", {*wanted.propagation}, {}, {}});
    it.differing = namespaces::differing(target.proc.get(), target.pid);
    it.joined = namespaces_for(it.files) & it.differing;
    refuse_own_namespace(wanted, it);
    if (target.is_creating())
        it.rootfs = rootfs_of(*target.state);
    else
        it.root = sys::open_at(target.proc.get(), "root", O_PATH | O_DIRECTORY);
    return it;
}

// ---- here

// Whether this process may copy mounts of the mount namespace it is in.
bool is_master_here() {
    const bool may = (sys::capabilities().effective >> CAP_SYS_ADMIN & 1u) != 0;
    return may && namespaces::is_owned(namespaces::kind("mount"));
}

void become_master_of_a_copy(Visit& it, const idmap::Maps& inside) {
    if ((it.joined & CLONE_NEWUSER) == 0)
        throw Error::bad(text::cat(it.target.words(), " is in your own user namespace, in which you aren't root"),
                         "be root; or let the container have a user namespace: 'bundle-run spec --rootless'");
    const narrate::Section why("ns-enter", "a copy of your mounts, of which you are master", "user_namespaces(7)");
    sys::set_namespace(it.target.pidfd.get(), CLONE_NEWUSER, it.target.words());
    idmap::become_inside(inside);
    sys::unshare(CLONE_NEWNS);
    it.joined &= ~std::uint64_t{CLONE_NEWUSER};
}

// Of type cgroup: the hierarchies of this host. With a cgroup namespace new mounts show the target's part of each;
// without one, its directories are bound.
void bring_cgroups(Visit& it, const oci::Mount& mount) {
    it.cgroups = cgroup::Host::detect().view(
        {}, (it.differing & CLONE_NEWCGROUP) != 0 || namespaces::is_new(namespaces::kind("cgroup")));
    it.context.cgroups = &it.cgroups;
    const std::vector<std::string> own = cgroup::Group::of_process(it.target.pid).directories();
    for (std::size_t i = 0; i < own.size() && i < it.cgroups.hierarchies.size(); ++i) {
        sys::CgroupView::Hierarchy& each = it.cgroups.hierarchies[i];
        each.own_directory = own[i];
        if (it.cgroups.own_namespace) continue;
        const std::string place = each.name.empty() ? mount.destination : text::cat(mount.destination, "/", each.name);
        it.context.prepared.emplace(place, sys::copy_tree(AT_FDCWD, own[i], false, own[i]));
    }
}

// In a user namespace device nodes can't be made: there the host's are bound.
void bring_devices(Visit& it, const devices::HostNodes& host) {
    if (devices::possible_here() == devices::Make::nodes && (it.joined & CLONE_NEWUSER) == 0) return;
    for (const oci::Device& device : it.files.devices) {
        const int node = narrate::dry_run() ? -1 : host.get(device);
        it.context.prepared.emplace(device.path, sys::copy_tree(node, "", false, device.path));
        it.files.mounts.push_back({device.path, "bind", device.path, {"bind"}, {}, {}});
    }
    it.files.devices.clear();
}

void bring(Visit& it, const devices::HostNodes& host) {
    const narrate::Section why("bind-mounter", "what is to be seen there, copied where nobody sees it", "open_tree(2)");
    it.context.user_namespace_of = [&](const oci::Mount& mount) {
        const bool of_target = mount.uidMappings.empty() && mount.gidMappings.empty();
        return of_target ? sys::open_at(it.target.proc.get(), "ns/user", O_RDONLY)
                         : idmap::user_namespace_with({mount.uidMappings, mount.gidMappings, {}});
    };
    for (const oci::Mount& mount : it.files.mounts) {
        if (mount.type == "cgroup") bring_cgroups(it, mount);
        if (is_change(mount) || is_made_there(mount)) continue;
        it.context.prepared.emplace(mount.destination, mounts::open_source(mount, it.context.user_namespace_of));
    }
    bring_devices(it, host);
    for (std::size_t i = 0; i < it.files.masked.size(); ++i)
        it.covers.push_back(sys::copy_tree(narrate::dry_run() ? -1 : host.null(), "", false, "/dev/null"));
}

// ---- there

// A joined pid namespace is that of children, so one follows; this process then only waits for it.
void join(const Visit& it, const idmap::Maps& inside) {
    if (it.joined == 0) return;
    const narrate::Section why("ns-enter", text::cat("into the namespaces of ", it.target.words()), "setns(2)");
    // From here on the target could look at this process: not at its memory and descriptors.
    sys::set_dumpable(false);
    sys::set_namespace(it.target.pidfd.get(), it.joined, it.target.words());
    if ((it.joined & CLONE_NEWUSER) != 0) idmap::become_inside(inside);
    if ((it.joined & CLONE_NEWPID) == 0 || narrate::dry_run()) return;
    const sys::Child child = sys::fork();
    if (!child.is_me()) sys::exit_now(sys::wait_for(child));
}

void put(Visit& it, const devices::HostNodes& host) {
    Rootfs root = it.target.is_creating() ? Rootfs::open(it.rootfs)
                                          : Rootfs{std::move(it.root), text::cat("/proc/", it.target.pid, "/root")};
    put_mounts(it.files, root, it.context);
    put_devices(it.files, root, host, devices::Make::nodes);
    put_masks(it.files, root, [&] {
        sys::DetachedMount cover = std::move(it.covers.back());
        it.covers.pop_back();
        return cover;
    });
}

void visit(Visit& it) {
    const idmap::Maps inside = idmap::root_of(it.target.proc.get());
    if (!is_master_here()) become_master_of_a_copy(it, inside);
    const devices::HostNodes host = devices::HostNodes::open(it.files.devices, true);
    bring(it, host);
    join(it, inside);
    put(it, host);
}

}  // namespace

void mount_into(const WantedFiles& wanted, const cli::Target& target) {
    Visit it = plan(wanted, target);
    if (narrate::dry_run()) {
        visit(it);
        return target.print_again();
    }
    sys::Channel channel = sys::Channel::pair();
    const sys::Child child = sys::fork();
    if (child.is_me()) {
        channel.become_child();
        sys::exit_now(channel.report_errors([&] { visit(it); }));
    }
    channel.become_parent();
    channel.finish();
    if (sys::wait_for(child) != 0) throw Error::bad("the process that mounts there was ended");
    target.print_again();
}

}  // namespace bell
