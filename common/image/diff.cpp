// diff.cpp - see diff.hpp.
#include "image/diff.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::uint64_t strictly = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;

[[noreturn]] void fail(std::string_view call, const std::string& path) {
    throw Error::os(call, text::printable(path), errno);
}

// In the tree, on the same mount; empty where it isn't there, or where something is mounted.
Fd try_open(const Fd& root, const std::string& path, std::uint64_t flags) {
    Fd fd = sys::try_openat2(root.get(), path.empty() ? "." : path, flags, strictly);
    if (!fd && errno != ENOENT && errno != EXDEV && errno != ENOTDIR) fail("open", path);
    return fd;
}

Fd open_file(const Fd& root, const std::string& path) {
    Fd fd = try_open(root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!fd) fail("open", path);
    return fd;
}

std::vector<std::string> sorted_names(const Fd& root, const std::string& path) {
    const Fd directory = try_open(root, path, O_RDONLY | O_DIRECTORY);
    if (!directory) return {};
    std::vector<std::string> names = names_in(directory.get(), path);
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_attribute(int fd, const std::string& name, const std::string& path) {
    std::string value(65536, '\0');
    const ssize_t size = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (size < 0) fail("getxattr", path);
    value.resize(static_cast<std::size_t>(size));
    return value;
}

// Without the host's own: its SELinux labels, its overlay mounts' marks.
bool belongs_to_host(const std::string& name) {
    return name == "security.selinux" || name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

void read_attributes(const Fd& root, Entry& entry) {
    if (entry.type != Type::file && entry.type != Type::directory) return;
    const Fd fd = open_file(root, entry.path);
    std::string list(65536, '\0');
    const ssize_t size = ::flistxattr(fd.get(), list.data(), list.size());
    if (size < 0 && errno != ENOTSUP) fail("listxattr", entry.path);
    list.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    for (const std::string& name : text::split(list, '\0'))
        if (!name.empty() && !belongs_to_host(name))
            entry.xattrs.emplace_back(name, read_attribute(fd.get(), name, entry.path));
    std::sort(entry.xattrs.begin(), entry.xattrs.end());
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

// An entry as the file system tells it.
Entry look(const Fd& root, const std::string& path, const struct stat& status) {
    Entry entry;
    entry.path = path;
    entry.type = type_of(status.st_mode);
    entry.permissions = status.st_mode & 07777u;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.mtime = {status.st_mtim.tv_sec, 0};  // whole seconds: see tar_writer.hpp
    if (entry.type == Type::file) entry.size = static_cast<std::uint64_t>(status.st_size);
    if (entry.type == Type::character || entry.type == Type::block) entry.device = status.st_rdev;
    if (entry.type == Type::symlink) {
        std::array<char, PATH_MAX> target{};
        const Fd link = try_open(root, path, O_PATH | O_NOFOLLOW);
        const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
        if (size < 0) fail("readlink", path);
        entry.link.assign(target.data(), static_cast<std::size_t>(size));
    }
    read_attributes(root, entry);
    return entry;
}

std::optional<struct stat> status_of(const Fd& root, const std::string& path) {
    const Fd fd = try_open(root, path, O_PATH | O_NOFOLLOW);
    if (!fd) return std::nullopt;
    return sys::status(fd.get(), path);
}

bool same_content(const Fd& one, const Fd& other, const std::string& path) {
    std::array<char, 65536> left;
    std::array<char, 65536> right;
    for (;;) {
        const ssize_t count = ::read(one.get(), left.data(), left.size());
        if (count < 0) fail("read", path);
        if (count == 0) return true;
        if (::read(other.get(), right.data(), static_cast<std::size_t>(count)) != count) return false;
        if (!std::equal(left.begin(), left.begin() + count, right.begin())) return false;
    }
}

std::string joined(const std::string& path, const std::string& name) { return path.empty() ? name : path + "/" + name; }

}  // namespace

Diff::Diff(Fd rootfs, Fd base, const DiffOptions& options, TarWriter& out)
    : rootfs_(std::move(rootfs)), base_(std::move(base)), options_(options), out_(out) {}

Counts Diff::run() {
    directory("", bool{base_});
    return counts_;
}

void Diff::directory(const std::string& path, bool in_base) {
    const std::vector<std::string> now = sorted_names(rootfs_, path);
    const std::vector<std::string> before = in_base ? sorted_names(base_, path) : std::vector<std::string>{};
    std::vector<std::string> all;
    std::set_union(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(all));
    for (const std::string& each : all) {
        if (each.starts_with(".wh."))
            throw Error::bad(text::cat(text::printable(joined(path, each)), ": such names mean 'removed' in a layer"),
                             "rename the file: an image can't hold it");
        if (std::binary_search(now.begin(), now.end(), each))
            name(joined(path, each), std::binary_search(before.begin(), before.end(), each));
        else
            whiteout(joined(path, each));
    }
}

void Diff::name(const std::string& path, bool in_base) {
    const std::optional<struct stat> status = status_of(rootfs_, path);
    if (!status || S_ISSOCK(status->st_mode)) {
        warnings_.push_back(text::cat(text::printable(path), status ? ": a socket" : ": a mount", ", left out"));
        return;
    }
    Entry entry = look(rootfs_, path, *status);
    if (!in_base || differs(entry, path)) write(entry, path, *status);
    if (entry.type != Type::directory) return;
    const std::optional<struct stat> old = in_base ? status_of(base_, path) : std::nullopt;
    directory(path, old && S_ISDIR(old->st_mode));
}

bool Diff::differs(const Entry& entry, const std::string& path) const {
    const std::optional<struct stat> status = status_of(base_, path);
    if (!status) return true;
    const Entry old = look(base_, path, *status);
    const auto metadata = [](const Entry& e) {
        return std::tie(e.type, e.permissions, e.uid, e.gid, e.size, e.mtime.tv_sec, e.link, e.device, e.xattrs);
    };
    if (metadata(entry) != metadata(old)) return true;
    return entry.type == Type::file && !same_content(open_file(rootfs_, path), open_file(base_, path), path);
}

void Diff::whiteout(const std::string& path) {
    const std::size_t slash = path.rfind('/') + 1;  // 0 where there is none
    Entry entry;
    entry.path = path.substr(0, slash) + ".wh." + path.substr(slash);
    out_.entry(entry);
    ++counts_.whiteouts;
}

void Diff::write(Entry& entry, const std::string& path, const struct stat& status) {
    if (options_.latest && entry.mtime.tv_sec > *options_.latest) entry.mtime.tv_sec = *options_.latest;
    if (options_.own_is_root && entry.uid == geteuid()) entry.uid = 0;
    if (options_.own_is_root && entry.gid == getegid()) entry.gid = 0;
    newest_ = std::max<std::int64_t>(newest_, entry.mtime.tv_sec);
    ++counts_.files;
    if (entry.type != Type::directory && status.st_nlink > 1) {
        const auto [first, is_first] = links_.emplace(std::pair{status.st_dev, status.st_ino}, path);
        if (!is_first) {
            entry.type = Type::hardlink;
            entry.link = first->second;
            entry.size = 0;
            entry.xattrs.clear();
        }
    }
    out_.entry(entry);
    if (entry.type == Type::file) copy_content(open_file(rootfs_, path), entry);
}

void Diff::copy_content(const Fd& file, const Entry& entry) {
    std::vector<char> buffer(std::size_t{128} << 10);
    for (std::uint64_t left = entry.size; left > 0;) {
        const ssize_t got = ::read(file.get(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read", entry.path);
        if (got == 0) throw Error::bad(text::cat(text::printable(entry.path), ": got shorter while it was read"));
        out_.content({buffer.data(), static_cast<std::size_t>(got)});
        left -= static_cast<std::uint64_t>(got);
    }
}

}  // namespace bell::image
