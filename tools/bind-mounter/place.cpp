// place.cpp - the order of things: file systems, devices, then masks over them. See place.hpp.
#include "place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_host.hpp"
#include "concepts/idmap.hpp"
#include "concepts/masking.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/pivot.hpp"
#include "concepts/propagation.hpp"
#include "oci/defaults.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/proc_ids.hpp"

namespace bell {
namespace {

// A mount made in the mount namespace of the login session would stay there, for everybody. It is that one if it is the
// first tool's of this chain; without a chain, if it is that of the session's leader (or of our parent, where the
// leader is out of sight in another pid namespace).
bool in_session_namespace(const sys::Chain& chain) {
    const namespaces::Kind& mount = namespaces::kind("mount");
    const std::string own = namespaces::name_of("self", mount);
    if (!chain.first_tool) return chain.session_mount_namespace == own;
    for (const pid_t other : {getsid(0), getppid()}) {
        if (other <= 0) continue;
        const std::string theirs = namespaces::name_of(text::cat(other), mount);
        if (!theirs.empty()) return theirs == own;
    }
    return false;
}

void refuse_session_namespace(const WantedFiles& wanted, const sys::Chain& chain) {
    if (wanted.here || narrate::dry_run() || !in_session_namespace(chain)) return;
    throw Error::bad("these mounts would stay in the mount namespace you are logged in to",
                     geteuid() == 0 ? "put 'ns-enter --new mount --' in front, or add --here"
                                    : "put 'ns-enter --new user,mount --' in front");
}

Rootfs root_of(const WantedFiles& wanted) {
    if (wanted.root.empty() || wanted.root == "/") return Rootfs::open("/");
    return Rootfs::open(wanted.root);
}

// A destination as the user means it: inside --root, else from the working directory.
std::string placed(const std::string& destination, const WantedFiles& wanted) {
    char cwd[4096];
    const bool from_cwd = wanted.root.empty() && !destination.starts_with('/') && ::getcwd(cwd, sizeof cwd);
    return from_cwd ? text::cat(cwd, "/", destination) : destination;
}

// The defaults that this process may mount.
std::vector<oci::Mount> defaults_here() {
    const auto map = sys::parse_id_map(sys::try_read_file("/proc/self/gid_map").value_or(""));
    const bool tty = std::any_of(map.begin(), map.end(),
                                 [](const auto& range) { return range.inside <= 5 && 5 - range.inside < range.count; });
    return oci::default_mounts({tty, namespaces::is_owned(namespaces::kind("network"))});
}

std::string counted(std::size_t count, std::string_view what) {
    return text::cat(count, " ", what, count == 1 ? "" : "s");
}

void refuse_nothing(const WantedFiles& wanted) {
    if (wanted.empty())
        throw Error::bad("what is to be mounted?", "as in: --bind /srv:/srv:ro, --proc /proc, --defaults ROOT");
}

// Everything that --defaults adds, and the mounts in their places.
Files files_of(const WantedFiles& wanted) {
    Files files{wanted.unmounted, {}, wanted.devices, wanted.masked, wanted.read_only};
    if (wanted.defaults || wanted.default_devices) files.devices = devices::with_defaults(wanted.devices);
    if (wanted.defaults) {
        files.mounts = defaults_here();
        const auto more = oci::default_masked_paths();
        const auto still = oci::default_readonly_paths();
        files.masked.insert(files.masked.end(), more.begin(), more.end());
        files.read_only.insert(files.read_only.end(), still.begin(), still.end());
    }
    for (std::string& destination : files.unmounted) destination = placed(destination, wanted);
    for (oci::Mount mount : wanted.mounts) {
        mount.destination = placed(mount.destination, wanted);
        files.mounts.push_back(std::move(mount));
    }
    return files;
}

}  // namespace

void put_mounts(const Files& files, Rootfs& root, mounts::Context& context) {
    if (!files.unmounted.empty()) {
        const narrate::Section why("bind-mounter", text::cat("taken away: ", counted(files.unmounted.size(), "mount")),
                                   "umount(2)");
        for (const std::string& destination : files.unmounted) mounts::unmount(destination, root);
    }
    if (files.mounts.empty()) return;
    const narrate::Section why("bind-mounter", text::cat("its files: ", counted(files.mounts.size(), "mount")),
                               "config.md#mounts");
    mounts::mount_all(files.mounts, root, context);
}

void put_devices(const Files& files, const Rootfs& root, const devices::HostNodes& host, devices::Make how) {
    if (files.devices.empty()) return;
    const narrate::Section why("bind-mounter", text::cat("its devices: ", files.devices.size()),
                               "config-linux.md#devices");
    devices::make_all(files.devices, root, host, how);
}

void put_masks(const Files& files, const Rootfs& root, const std::function<sys::DetachedMount()>& cover_for_file) {
    if (files.masked.empty() && files.read_only.empty()) return;
    const narrate::Section why("bind-mounter", "what it may not see, and what it may only read",
                               "config-linux.md#masked-paths");
    masking::hide(files.masked, root, cover_for_file);
    masking::make_read_only(files.read_only, root);
}

void place_files(const WantedFiles& wanted, const sys::Chain& chain) {
    refuse_nothing(wanted);
    refuse_session_namespace(wanted, chain);
    Rootfs root = root_of(wanted);
    const Files files = files_of(wanted);
    const devices::HostNodes host = devices::HostNodes::open(files.devices, true);
    if (wanted.propagation) {
        const narrate::Section why("bind-mounter", "who else sees what is mounted", "mount_namespaces(7)");
        propagation::apply("/", *wanted.propagation);
    }
    const sys::CgroupView view = cgroup::Host::detect().view({}, namespaces::is_new(namespaces::kind("cgroup")));
    mounts::Context context;
    context.cgroups = &view;
    context.user_namespace_of = [](const oci::Mount& mount) {
        return idmap::user_namespace_with({mount.uidMappings, mount.gidMappings, {}});
    };
    context.mount_label = wanted.mount_label.value_or("");
    put_mounts(files, root, context);
    put_devices(files, root, host, devices::possible_here());
    if (wanted.defaults || wanted.default_devices) devices::make_links(root);
    for (const std::string& directory : wanted.directories) (void)root.make_directory(directory);
    mounts::make_read_only(context.read_only_later);
    put_masks(files, root,
              [&] { return sys::copy_tree(narrate::dry_run() ? -1 : host.null(), "", false, "/dev/null"); });
}

namespace {

void put(std::vector<oci::Mount>& list, const oci::Mount& mount) {
    const auto same =
        std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.destination == mount.destination; });
    if (same == list.end())
        list.push_back(mount);
    else
        *same = mount;
}

void put_words(std::vector<std::string>& list, const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
}

// --remount: the mount that is described already gets these options behind its own, for the later word wins.
void change(std::vector<oci::Mount>& mounts, const oci::Mount& changed) {
    const auto found = std::find_if(mounts.rbegin(), mounts.rend(), [&](const oci::Mount& each) {
        return text::clean_path(each.destination) == text::clean_path(changed.destination);
    });
    if (found == mounts.rend())
        throw Error::bad(text::cat("--remount ", text::printable(changed.destination), ": nothing is mounted there"),
                         "in a config.json a mount has its options from the start: --bind SOURCE:DEST:OPTIONS");
    for (const std::string& option : changed.options)
        if (option != "remount") found->options.push_back(option);
}

}  // namespace

void describe_files(oci::Config& config, const WantedFiles& wanted) {
    if (!wanted.root.empty())
        throw Error::bad("describing: destinations are inside the container anyway", "leave the directory out");
    oci::Linux& linux = config.linux_ ? *config.linux_ : config.linux_.emplace();
    if (wanted.defaults) {
        for (const oci::Mount& mount : oci::default_mounts(oci::surroundings_of(linux))) put(config.mounts, mount);
        put_words(linux.maskedPaths, oci::default_masked_paths());
        put_words(linux.readonlyPaths, oci::default_readonly_paths());
    }
    for (const oci::Mount& mount : wanted.mounts) {
        if (mount.type == "none")
            change(config.mounts, mount);
        else
            put(config.mounts, mount);
    }
    for (const std::string& destination : wanted.unmounted)
        std::erase_if(config.mounts, [&](const auto& each) { return each.destination == destination; });
    if (wanted.default_devices || !wanted.directories.empty())
        throw Error::bad("--default-devices and --mkdir have no meaning in a config.json",
                         "bundle-run makes the devices where /dev is a mount, and process.cwd");
    if (wanted.mount_label) linux.mountLabel = wanted.mount_label;
    for (const oci::Device& device : wanted.devices) linux.devices.push_back(device);
    put_words(linux.maskedPaths, wanted.masked);
    put_words(linux.readonlyPaths, wanted.read_only);
    if (wanted.propagation) linux.rootfsPropagation = wanted.propagation;
    config.ociVersion = std::max(config.ociVersion, oci::lowest_version(config));
}

}  // namespace bell
