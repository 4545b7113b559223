// place.cpp - the order of things: file systems, devices, then masks over them. See place.hpp.
#include "place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_host.hpp"
#include "concepts/devices.hpp"
#include "concepts/idmap.hpp"
#include "concepts/masking.hpp"
#include "concepts/mounts.hpp"
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

// Destinations as the user means them: inside --root, else from the working directory.
std::vector<oci::Mount> placed(std::vector<oci::Mount> mounts, const WantedFiles& wanted) {
    char cwd[4096];
    const bool from_cwd = wanted.root.empty() && ::getcwd(cwd, sizeof cwd);
    for (oci::Mount& mount : mounts)
        if (from_cwd && !mount.destination.starts_with('/')) mount.destination = text::cat(cwd, "/", mount.destination);
    return mounts;
}

// The defaults that this process may mount.
std::vector<oci::Mount> defaults_here() {
    const auto map = sys::parse_id_map(sys::try_read_file("/proc/self/gid_map").value_or(""));
    const bool tty = std::any_of(map.begin(), map.end(),
                                 [](const auto& range) { return range.inside <= 5 && 5 - range.inside < range.count; });
    return oci::default_mounts({tty, namespaces::is_owned(namespaces::kind("network"))});
}

}  // namespace

void place_files(const WantedFiles& wanted, const sys::Chain& chain) {
    if (wanted.empty())
        throw Error::bad("what is to be mounted?", "as in: --bind /srv:/srv:ro, --proc /proc, --defaults ROOT");
    refuse_session_namespace(wanted, chain);
    const Rootfs root = root_of(wanted);
    const bool own_dev = wanted.defaults || wanted.default_devices;
    const std::vector<oci::Device> devices = own_dev ? devices::with_defaults(wanted.devices) : wanted.devices;
    const devices::HostNodes host = devices::HostNodes::open(devices, true);
    if (wanted.propagation) {
        const narrate::Section why("bind-mounter", "who else sees what is mounted", "mount_namespaces(7)");
        propagation::apply("/", *wanted.propagation);
    }
    std::vector<oci::Mount> all = wanted.defaults ? defaults_here() : std::vector<oci::Mount>{};
    const std::vector<oci::Mount> own = placed(wanted.mounts, wanted);
    all.insert(all.end(), own.begin(), own.end());
    if (!all.empty()) {
        const narrate::Section why("bind-mounter",
                                   text::cat("its files: ", all.size(), all.size() == 1 ? " mount" : " mounts"),
                                   "config.md#mounts");
        const sys::CgroupView view = cgroup::Host::detect().view({}, namespaces::is_new(namespaces::kind("cgroup")));
        mounts::Context context;
        context.cgroups = &view;
        context.user_namespace_of = [](const oci::Mount& mount) {
            return idmap::user_namespace_with({mount.uidMappings, mount.gidMappings, {}});
        };
        context.mount_label = wanted.mount_label.value_or("");
        mounts::mount_all(all, root, context);
    }
    if (!devices.empty()) {
        const narrate::Section why("bind-mounter", text::cat("its devices: ", devices.size()),
                                   "config-linux.md#devices");
        devices::make_all(devices, root, host, devices::possible_here());
        if (own_dev) devices::make_links(root);
    }
    for (const std::string& directory : wanted.directories) (void)root.make_directory(directory);
    std::vector<std::string> masked = wanted.masked, read_only = wanted.read_only;
    if (wanted.defaults) {
        const auto more = oci::default_masked_paths();
        const auto still = oci::default_readonly_paths();
        masked.insert(masked.end(), more.begin(), more.end());
        read_only.insert(read_only.end(), still.begin(), still.end());
    }
    if (masked.empty() && read_only.empty()) return;
    const narrate::Section why("bind-mounter", "what it may not see, and what it may only read",
                               "config-linux.md#masked-paths");
    masking::hide(masked, root, host.null());
    masking::make_read_only(read_only, root);
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
    for (const oci::Mount& mount : wanted.mounts) put(config.mounts, mount);
    for (const std::string& destination : wanted.removed)
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
