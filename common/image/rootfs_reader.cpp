// rootfs_reader.cpp - see rootfs_reader.hpp.
#include "image/rootfs_reader.hpp"

#include <limits.h>
#include <linux/openat2.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <string_view>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/remembered_mode.hpp"
#include "image/remembered_owner.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::uint64_t in_this_file_system =
    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
constexpr std::size_t largest_attribute = 65536;  // the kernel's own limit, of one value and of the list of names

[[noreturn]] void cannot(std::string_view call, const std::string& path) {
    const int code = errno;
    const std::string shown = path.empty() ? "the root directory" : text::printable(path);
    if (code != EACCES) throw Error::os(call, shown, code);
    throw Error::os(call, shown, code)
        .advise("root may read it; 'ns-enter --new user --' in front makes you root of your own files");
}

// The host's own: labels of its security modules, hashes it checks files by, marks of its overlay mounts, a server's
// access lists.
constexpr std::array<std::string_view, 7> of_the_host = {"security.selinux",  "security.ima",     "security.evm",
                                                         "security.apparmor", "trusted.overlay.", "user.overlay.",
                                                         "system.nfs4_acl"};

bool belongs_to_host(const std::string& name) {
    return std::any_of(of_the_host.begin(), of_the_host.end(), [&](std::string_view each) {
        return each.ends_with('.') ? name.starts_with(each) : name == each;
    });
}

// By the descriptor's name in /proc, which leads to a symlink or a device itself: fgetxattr refuses O_PATH descriptors.
std::string read_attribute(const Fd& file, const std::string& name, const std::string& path) {
    std::string value(largest_attribute, '\0');
    const ssize_t size = ::getxattr(file.path().c_str(), name.c_str(), value.data(), value.size());
    if (size < 0) cannot("getxattr", path);
    value.resize(static_cast<std::size_t>(size));
    return value;
}

void read_attributes(const Fd& file, Entry& entry) {
    std::array<char, largest_attribute> list;
    const ssize_t size = ::listxattr(file.path().c_str(), list.data(), list.size());
    if (size < 0 && errno != ENOTSUP) cannot("listxattr", entry.path);
    if (size <= 0) return;
    for (const std::string& name : text::split({list.data(), static_cast<std::size_t>(size)}, '\0'))
        if (!name.empty() && !belongs_to_host(name))
            entry.xattrs.emplace_back(name, read_attribute(file, name, entry.path));
    std::sort(entry.xattrs.begin(), entry.xattrs.end());
}

// What is remembered in an attribute; something else of that name, whatever it is, stays.
void take_attribute(Entry& entry, const char* name, const std::function<bool(std::string_view value)>& take) {
    const auto found =
        std::find_if(entry.xattrs.begin(), entry.xattrs.end(), [&](const auto& each) { return each.first == name; });
    if (found != entry.xattrs.end() && take(found->second)) entry.xattrs.erase(found);
}

void take_mode(Entry& entry) {
    if (entry.type != Type::directory) return;
    take_attribute(entry, mode_attribute, [&](std::string_view value) {
        const auto mode = remembered_mode(value, entry.permissions);
        if (mode) entry.permissions = *mode;
        return mode.has_value();
    });
}

std::string read_target(const Fd& link, const std::string& path) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
    if (size < 0) cannot("readlink", path);
    return {target.data(), static_cast<std::size_t>(size)};
}

Type type_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR: return Type::directory;
        case S_IFLNK: return Type::symlink;
        case S_IFCHR: return Type::character;
        case S_IFBLK: return Type::block;
        case S_IFIFO: return Type::fifo;
        default: return Type::file;
    }
}

Entry entry_of(const std::string& path, const struct stat& status) {
    Entry entry;
    entry.path = path;
    entry.type = type_of(status.st_mode);
    entry.permissions = status.st_mode & 07777u;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.mtime = status.st_mtim;
    if (entry.type == Type::file) entry.size = static_cast<std::uint64_t>(status.st_size);
    if (entry.type == Type::character || entry.type == Type::block) entry.device = status.st_rdev;
    if (entry.type == Type::character && entry.device == 0)
        throw Error::bad(text::cat(text::printable(path), ": is an overlay's whiteout, not a file"),
                         "mount the overlay, and pack what it shows");
    return entry;
}

}  // namespace

RootfsReader::RootfsReader(const std::string& path, const Telling& telling)
    : root_(sys::open(path, O_RDONLY | O_DIRECTORY)), telling_(telling) {}

// Empty where it isn't there, or where something is mounted. ELOOP: in one tree a directory, in the other a symlink.
Fd RootfsReader::try_open(const std::string& path, std::uint64_t flags) const {
    Fd fd = sys::try_openat2(root_.get(), path.empty() ? "." : path, flags, in_this_file_system);
    constexpr std::array absences = {ENOENT, ENOTDIR, ELOOP, EXDEV};
    if (!fd && std::find(absences.begin(), absences.end(), errno) == absences.end()) cannot("open", path);
    return fd;
}

Fd RootfsReader::open(const std::string& path) const {
    Fd fd = try_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!fd) cannot("open", path);
    return fd;
}

std::vector<std::string> RootfsReader::names(const std::string& path) const {
    const Fd directory = try_open(path, O_RDONLY | O_DIRECTORY);
    if (!directory) return {};
    std::vector<std::string> names = names_in(directory.get(), path);
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::pair<std::string, struct stat>> RootfsReader::statuses(const std::string& path) const {
    std::vector<std::pair<std::string, struct stat>> out;
    const Fd directory = try_open(path, O_PATH | O_DIRECTORY);
    for (std::string& name : names(path)) {
        struct stat status {};
        if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
            out.emplace_back(std::move(name), status);
    }
    return out;
}

bool RootfsReader::is_socket(const std::string& path) const {
    const Fd file = try_open(path, O_PATH | O_NOFOLLOW);
    return file && S_ISSOCK(sys::status(file.get(), path).st_mode);
}

void RootfsReader::take_owner(Entry& entry) const {
    if (telling_.own_is_root && entry.uid == geteuid()) entry.uid = 0;
    if (telling_.own_is_root && entry.gid == getegid()) entry.gid = 0;
    take_attribute(entry, owner_attribute, [&](std::string_view value) {
        const auto owner = remembered_owner(value);
        if (owner && owner->first != no_id) entry.uid = owner->first;
        if (owner && owner->second != no_id) entry.gid = owner->second;
        return owner.has_value();
    });
}

std::optional<Sight> RootfsReader::look(const std::string& path) const {
    const Fd file = try_open(path, O_PATH | O_NOFOLLOW);
    if (!file) return std::nullopt;
    const struct stat status = sys::status(file.get(), path);
    Sight sight{entry_of(path, status), {status.st_dev, status.st_ino}, status.st_nlink, S_ISSOCK(status.st_mode)};
    if (sight.entry.type == Type::symlink) sight.entry.link = read_target(file, path);
    read_attributes(file, sight.entry);
    take_owner(sight.entry);
    take_mode(sight.entry);
    timespec& time = sight.entry.mtime;
    if (telling_.latest && time.tv_sec >= *telling_.latest) time = {*telling_.latest, 0};
    return sight;
}

bool same_metadata(const Entry& one, const Entry& other) {
    const auto all = [](const Entry& e) {
        return std::tie(e.type, e.permissions, e.uid, e.gid, e.size, e.mtime.tv_sec, e.mtime.tv_nsec, e.link, e.device,
                        e.xattrs);
    };
    return all(one) == all(other);
}

bool same_content(const RootfsReader& one, const RootfsReader& other, const std::string& path) {
    const Fd left_file = one.open(path);
    const Fd right_file = other.open(path);
    std::array<char, 65536> left;
    std::array<char, 65536> right;
    for (;;) {
        const ssize_t count = ::read(left_file.get(), left.data(), left.size());
        if (count < 0) cannot("read", path);
        const ssize_t other_count = ::read(right_file.get(), right.data(), right.size());
        if (other_count < 0) cannot("read", path);
        if (count != other_count || !std::equal(left.begin(), left.begin() + count, right.begin())) return false;
        if (count == 0) return true;
    }
}

std::uint64_t content_size(const RootfsReader& reader, const std::string& path) {
    std::uint64_t sum = 0;
    for (const auto& [name, status] : reader.statuses(path)) {
        if (S_ISREG(status.st_mode)) sum += static_cast<std::uint64_t>(status.st_size);
        if (S_ISDIR(status.st_mode)) sum += content_size(reader, joined(path, name));
    }
    return sum;
}

std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : text::cat(path, "/", name);
}

}  // namespace bell::image
