// metadata.cpp - see metadata.hpp.
#include "image/metadata.hpp"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/acl.hpp"
#include "image/remembered_mode.hpp"
#include "image/remembered_owner.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// How many ids the caller's user namespace has: uid_map's lines are "inside outside count".
std::uint64_t mapped_ids(const std::string& map) {
    std::uint64_t count = 0;
    for (const std::string& line : text::split(map, '\n')) {
        const std::size_t blank = line.rfind(' ');
        if (blank != std::string::npos) count += text::number<std::uint64_t>(line.substr(blank + 1)).value_or(0);
    }
    return count;
}

// An overlay file system would obey these: a redirect into another directory, a whiteout, an opaque mark.
bool speaks_to_overlayfs(const std::string& name) {
    if (!guard::on(guard::Guard::overlay_xattrs)) return false;
    return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

bool is_path_only(int fd) { return (fcntl(fd, F_GETFL) & O_PATH) != 0; }

int set_xattr(int fd, const std::string& name, const std::string& value) {
    if (is_path_only(fd)) {
        const std::string path = text::cat("/proc/self/fd/", fd);
        return ::setxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0);
    }
    return ::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0);
}

// For layer-pack, and for whoever else knows the attribute. Where it can't be set what it says is lost.
void set_if_possible(int fd, const Entry& entry, const char* name, const std::string& value) {
    if (set_xattr(fd, name, value) < 0 && errno != ENOTSUP && errno != EPERM && errno != ENOSPC)
        throw Error::os("setxattr", text::printable(text::cat(entry.path, " ", name)), errno);
}

void remember(int fd, const Entry& entry) {
    if (entry.uid == 0 && entry.gid == 0) return;
    set_if_possible(fd, entry, owner_attribute, remember_owner(entry.uid, entry.gid));
}

void keep_rights(int fd, const Entry& entry, const Policy& policy, LeftOut& left_out) {
    if (directory_mode(entry.permissions, policy) == entry.permissions) return;
    if (policy.strict)
        throw Error::bad(text::cat("entry \"", text::printable(entry.path),
                                   "\": in a store its owner must be able to read and enter it"),
                         "without --strict the right is added, and its mode remembered; without --store it isn't");
    const std::string value = remember_mode(entry.uid, entry.gid, entry.permissions);
    set_if_possible(fd, entry, mode_attribute, value);
    if (left_out.modes++ == 0) left_out.first_mode = entry.path;
}

void leave_out_xattr(const std::string& path, const std::string& name, LeftOut& left_out) {
    if (left_out.attributes++ == 0) left_out.first_attribute = text::cat(path, " ", name);
}

void lose_xattrs(const Entry& entry, const Policy& policy, LeftOut& left_out) {
    for (const std::string& name : entry.lost_xattrs) {
        if (policy.strict)
            throw Error::bad(text::cat("entry \"", text::printable(entry.path), "\": ", name,
                                       " can't be told: it names users and groups instead of their numbers"),
                             "without --strict it is left out");
        leave_out_xattr(entry.path, name + " (by names)", left_out);
    }
}

// Of a user namespace that doesn't know an id an access list has (EINVAL) it can't be had either.
bool is_expected(int code, const std::string& name) {
    return code == EPERM || code == ENOTSUP || (code == EINVAL && name.starts_with("system.posix_acl_"));
}

void set_or_leave_out(int fd, const std::string& path, const std::string& name, const std::string& value,
                      const Policy& policy, LeftOut& left_out) {
    if (set_xattr(fd, name, value) == 0) return;
    if (!is_expected(errno, name) || policy.strict)
        throw Error::os("setxattr", text::printable(text::cat(path, " ", name)), errno);
    leave_out_xattr(path, name, left_out);
}

void set_xattrs(int fd, const Entry& entry, const Policy& policy, LeftOut& left_out) {
    for (const auto& [name, value] : entry.xattrs) {
        if (name == owner_attribute || name == mode_attribute) continue;               // that is ours to say
        if (name == default_acl_attribute && entry.type == Type::directory) continue;  // in the end
        if (speaks_to_overlayfs(name))
            leave_out_xattr(entry.path, name, left_out);
        else
            set_or_leave_out(fd, entry.path, name, value, policy, left_out);
    }
}

void remove_acl(int fd, const char* name, const std::string& shown) {
    if (::fremovexattr(fd, name) < 0 && errno != ENODATA && errno != ENOTSUP)
        throw Error::os("removexattr", text::printable(text::cat(shown, " ", name)), errno);
}

}  // namespace

void LeftOut::add(const LeftOut& more) {
    const auto sum = [](std::uint64_t& count, std::string& first, std::uint64_t others,
                        const std::string& others_first) {
        if (count == 0) first = others_first;
        count += others;
    };
    sum(devices, first_device, more.devices, more.first_device);
    sum(attributes, first_attribute, more.attributes, more.first_attribute);
    sum(marks, first_mark, more.marks, more.first_mark);
    sum(modes, first_mode, more.modes, more.first_mode);
    device_paths.insert(more.device_paths.begin(), more.device_paths.end());
}

Owners possible_owners() {
    if (geteuid() != 0) return Owners::single;
    return mapped_ids(sys::read_file("/proc/self/uid_map")) > 1 ? Owners::kept : Owners::single;
}

void set_metadata(int fd, const Entry& entry, const Policy& policy, LeftOut& left_out) {
    const auto fail = [&](std::string_view call) -> Error {
        return Error::os(call, text::printable(entry.path), errno);
    };
    if (policy.owners == Owners::kept && ::fchownat(fd, "", entry.uid, entry.gid, AT_EMPTY_PATH) < 0) {
        if (errno != EINVAL) throw fail("chown");
        throw fail("chown").advise(
            text::cat("id ", entry.uid, " or ", entry.gid, " isn't mapped in this user namespace"));
    }
    const bool directory = entry.type == Type::directory;
    set_xattrs(fd, entry, policy, left_out);
    lose_xattrs(entry, policy, left_out);
    const bool may_have_it = directory || entry.type == Type::file;
    if (policy.owners == Owners::single && may_have_it) remember(fd, entry);
    if (directory) keep_rights(fd, entry, policy, left_out);
    const bool as_made = entry.permissions == mode_while_made(entry.permissions);
    if ((directory || !as_made) && !is_path_only(fd)) {
        // While directories are being filled we must be able to write them; finish() sets the final mode.
        const mode_t mode = directory ? entry.permissions | 0700u : entry.permissions;
        if (::fchmod(fd, mode) < 0) throw fail("chmod");
    }
    if (!directory) set_time(fd, entry.mtime, entry.path);
}

std::string default_acl(const Entry& entry) {
    for (const auto& [name, value] : entry.xattrs)
        if (name == default_acl_attribute) return value;
    return {};
}

void set_default_acl(int fd, const std::string& path, const std::string& value, const Policy& policy,
                     LeftOut& left_out) {
    if (!value.empty()) set_or_leave_out(fd, path, default_acl_attribute, value, policy, left_out);
}

std::string take_default_acl(int fd, const std::string& shown) {
    const ssize_t size = ::fgetxattr(fd, default_acl_attribute, nullptr, 0);
    if (size <= 0) return {};
    std::string value(static_cast<std::size_t>(size), '\0');
    const ssize_t got = ::fgetxattr(fd, default_acl_attribute, value.data(), value.size());
    if (got < 0) throw Error::os("getxattr", text::printable(text::cat(shown, " ", default_acl_attribute)), errno);
    value.resize(static_cast<std::size_t>(got));
    remove_acl(fd, default_acl_attribute, shown);
    return value;
}

void drop_acls(int fd) {
    for (const char* name : {access_acl_attribute, default_acl_attribute}) remove_acl(fd, name, "the directory");
}

void clear_xattrs(int fd, const std::string& shown) {
    const ssize_t size = ::flistxattr(fd, nullptr, 0);
    if (size <= 0) return;
    std::string names(static_cast<std::size_t>(size), '\0');
    const ssize_t got = ::flistxattr(fd, names.data(), names.size());
    if (got < 0) throw Error::os("listxattr", text::printable(shown), errno);
    names.resize(static_cast<std::size_t>(got));
    for (const std::string& name : text::split(names, '\0')) {
        // security.selinux and its like belong to the host's policy and can't be removed.
        if (!name.empty() && ::fremovexattr(fd, name.c_str()) < 0 && errno != EPERM && errno != EACCES)
            throw Error::os("removexattr", text::printable(text::cat(shown, " ", name)), errno);
    }
}

void set_time(int fd, timespec mtime, const std::string& shown) {
    if (mtime.tv_nsec < 0 || mtime.tv_nsec > 999'999'999) mtime.tv_nsec = 0;
    const std::array<timespec, 2> times = {mtime, mtime};  // access, change of content
    const int result =
        is_path_only(fd) ? ::utimensat(fd, "", times.data(), AT_EMPTY_PATH) : ::futimens(fd, times.data());
    if (result < 0) throw Error::os("utimensat", text::printable(shown), errno);
}

}  // namespace bell::image
