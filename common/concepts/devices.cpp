// devices.cpp - see devices.hpp.
#include "concepts/devices.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "oci/defaults.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/mount.hpp"

namespace bell::devices {
namespace {

mode_t type_bits(const oci::Device& device) {
    if (device.type == "c" || device.type == "u") return S_IFCHR;
    if (device.type == "b") return S_IFBLK;
    if (device.type == "p") return S_IFIFO;
    throw Error::bad(text::cat("device ", text::printable(device.path), ": type must be c, u, b or p, is ",
                               text::quote(device.type)));
}

dev_t number_of(const oci::Device& device) {
    if (type_bits(device) == S_IFIFO) return 0;
    if (!device.major || !device.minor)
        throw Error::bad(text::cat("device ", text::printable(device.path), ": major and minor are missing"));
    if (!std::in_range<unsigned>(*device.major) || !std::in_range<unsigned>(*device.minor))
        throw Error::bad(text::cat("device ", text::printable(device.path), ": major or minor out of range"));
    return makedev(static_cast<unsigned>(*device.major), static_cast<unsigned>(*device.minor));
}

bool is_same(const struct stat& found, const oci::Device& device) {
    return (found.st_mode & S_IFMT) == type_bits(device) &&
           (type_bits(device) == S_IFIFO || found.st_rdev == number_of(device));
}

// A fifo belongs to the container; only real devices are the host's.
bool is_host_device(const oci::Device& device) { return type_bits(device) != S_IFIFO; }

// The directory of the last node, which mostly is the next one's, too.
struct Directory {
    std::string path;
    Fd fd;
};

void make_node(const oci::Device& device, const Rootfs& root, Directory& directory) {
    const std::string clean = inside_path(device.path);
    const std::string parent = clean.substr(0, clean.rfind('/'));
    const std::string name = clean.substr(parent.size() + 1);
    if (!directory.fd || directory.path != parent) directory = {parent, root.place(device.path).parent};
    const std::string shown = root.shown(device.path);
    const mode_t mode = device.fileMode.value_or(0666) & 07777u;
    bool made = true;
    try {
        sys::make_node(directory.fd.get(), name, type_bits(device) | mode, number_of(device), shown);
    } catch (const Error& error) {
        if (error.code() != EEXIST) throw;
        made = false;
    }
    if (narrate::dry_run()) return;
    const bool is_roots = device.uid.value_or(0) == 0 && device.gid.value_or(0) == 0;
    if (made && is_roots) return;
    const Fd node = sys::open_at(directory.fd.get(), name, O_PATH | O_NOFOLLOW);
    if (guard::on(guard::Guard::checked_devices) && !is_same(sys::status(node.get(), shown), device))
        throw Error::bad(text::cat("device ", shown, ": something else is there already"));
    if (device.uid || device.gid) sys::change_owner(node.get(), device.uid.value_or(0), device.gid.value_or(0), shown);
}

void bind_node(const oci::Device& device, const Rootfs& root, const HostNodes& host) {
    const std::string shown = root.shown(device.path);
    const sys::DetachedMount node = sys::copy_tree(narrate::dry_run() ? -1 : host.get(device), "", false, device.path);
    sys::attach(node, root.make_file(device.path).get(), shown);
}

}  // namespace

HostNodes HostNodes::open(const std::vector<oci::Device>& devices, bool all) {
    HostNodes out;
    std::vector<oci::Device> wanted{oci::default_devices().front()};
    if (all) wanted.insert(wanted.end(), devices.begin(), devices.end());
    for (const oci::Device& device : wanted) {
        if (!is_host_device(device)) continue;
        auto node = sys::open_if_there(AT_FDCWD, device.path, O_PATH | O_NOFOLLOW);
        if (node && is_same(sys::status(node->get(), device.path), device)) out.nodes_[device.path] = *std::move(node);
    }
    return out;
}

int HostNodes::get(const oci::Device& device) const {
    const auto found = nodes_.find(device.path);
    if (found == nodes_.end())
        throw Error::bad(text::cat("device ", text::printable(device.path), ": the host has no such device to bind"),
                         "without root, only devices that the host has can be used");
    return found->second.get();
}

int HostNodes::null() const { return get(oci::default_devices().front()); }

void make_all(const std::vector<oci::Device>& devices, const Rootfs& root, const HostNodes& host, Make how) {
    Directory directory;
    for (const oci::Device& device : devices) {
        if (how == Make::binds && is_host_device(device))
            bind_node(device, root, host);
        else
            make_node(device, root, directory);
    }
}

Make possible_here() {
    // The machine's own user namespace, by its number: another may map everything to itself, too, and still can't.
    constexpr ino_t machines_own = 0xEFFFFFFDu;  // PROC_USER_INIT_INO
    const auto own = sys::open_if_there(AT_FDCWD, "/proc/self/ns/user", O_PATH);
    const bool of_machine = !own || sys::status(own->get(), "namespace").st_ino == machines_own;
    const bool may_mknod = (sys::capabilities().effective >> CAP_MKNOD & 1u) != 0;
    return of_machine && may_mknod ? Make::nodes : Make::binds;
}

std::vector<oci::Device> with_defaults(const std::vector<oci::Device>& wanted) {
    std::vector<oci::Device> out = oci::default_devices();
    for (const oci::Device& device : wanted) {
        // The host's would open terminals of the host's: engines hand it on with all the others. See make_links().
        if (text::clean_path(device.path) == "/dev/ptmx") continue;
        const auto same =
            std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.path == device.path; });
        if (same == out.end())
            out.push_back(device);
        else
            *same = device;
    }
    return out;
}

void make_links(const Rootfs& root) {
    constexpr std::array links = {
        std::pair{"fd", "/proc/self/fd"},       std::pair{"stdin", "/proc/self/fd/0"},
        std::pair{"stdout", "/proc/self/fd/1"}, std::pair{"stderr", "/proc/self/fd/2"},
        std::pair{"core", "/proc/kcore"},       std::pair{"ptmx", "pts/ptmx"},
    };
    const Fd dev = root.make_directory("/dev");
    for (const auto& [name, target] : links) {
        try {
            sys::make_symlink(dev.get(), name, target, root.shown(text::cat("/dev/", name)));
        } catch (const Error& error) {
            if (error.code() != EEXIST) throw;
        }
    }
}

oci::Device parse(const std::string& words) {
    const std::vector<std::string> part = text::split(words, ':');
    oci::Device device;
    device.path = part[0];
    if (part.size() == 1) {
        const struct stat found = sys::status(sys::open(device.path, O_PATH).get(), device.path);
        if (!S_ISCHR(found.st_mode) && !S_ISBLK(found.st_mode))
            throw Error::bad(text::cat("--device ", text::printable(words), ": is not a device"));
        device.type = S_ISCHR(found.st_mode) ? "c" : "b";
        device.major = major(found.st_rdev);
        device.minor = minor(found.st_rdev);
        device.fileMode = found.st_mode & 0777u;
        return device;
    }
    const bool owned = part.size() == 7;
    const bool whole = part.size() == 4 || part.size() == 5 || owned;
    device.type = part[1];
    device.major = whole ? text::number<std::int64_t>(part[2]) : std::nullopt;
    device.minor = whole ? text::number<std::int64_t>(part[3]) : std::nullopt;
    if (part.size() > 4) device.fileMode = text::number<std::uint32_t>(part[4], 8);
    if (owned) device.uid = text::number<std::uint32_t>(part[5]);
    if (owned) device.gid = text::number<std::uint32_t>(part[6]);
    const bool bad_owner = owned && (!device.uid || !device.gid);
    if (!device.major || !device.minor || (part.size() > 4 && !device.fileMode) || bad_owner)
        throw Error::bad(
            text::cat("--device ", text::printable(words), ": must be PATH or PATH:TYPE:MAJOR:MINOR[:MODE[:UID:GID]]"));
    (void)type_bits(device);
    return device;
}

}  // namespace bell::devices
