// path_fault.cpp - see path_fault.hpp.
#include "sys/path_fault.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::sys {
namespace {

Fd look(int root, const std::string& path, std::uint64_t flags = 0) {
    const std::uint64_t resolve = root == AT_FDCWD ? 0 : RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return try_openat2(root, path, O_PATH | flags, resolve);
}

std::string kind_of(const Fd& fd) {
    const mode_t mode = status(fd.get(), "").st_mode;
    if (S_ISREG(mode)) return "a file";
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISSOCK(mode)) return "a socket";
    return S_ISFIFO(mode) ? "a pipe" : "a device";
}

std::string may_not_enter(int root, const std::string& directory) {
    const Fd fd = look(root, directory);
    if (!fd) return {};
    const struct stat found = status(fd.get(), directory);
    const mode_t mode = found.st_mode & 07777u;
    const std::string octal = text::cat("0", mode >> 6 & 7u, mode >> 3 & 7u, mode & 7u);
    return text::cat("user ", geteuid(), " may not enter ", text::printable(directory), ": mode ", octal, ", owner ",
                     found.st_uid);
}

// What is wrong with the last component of `path`, which is the first that can't be reached.
std::string fault_at(int root, const std::string& parent, const std::string& name, const std::string& path, int error,
                     bool is_last) {
    const std::string shown = text::cat("'", text::printable(name), "'");
    if (error == EACCES) return may_not_enter(root, parent);
    if (error == ELOOP) return text::cat(shown, " is a symlink that leads in a circle");
    if (error == ENAMETOOLONG) return {};
    const Fd link = look(root, path, O_NOFOLLOW);
    if (error == ENOENT && link) return text::cat(shown, " is a symlink to what isn't there");
    if (error != ENOENT || is_last) return {};
    return text::cat(shown, " is not ", parent == "." ? "here" : text::cat("in ", text::printable(parent)));
}

}  // namespace

std::string path_fault(int root, const std::string& path, int errno_value) {
    if (errno_value != ENOENT && errno_value != ENOTDIR && errno_value != EACCES && errno_value != ELOOP) return {};
    std::string done = path.starts_with('/') ? "/" : ".";
    const std::vector<std::string> parts = text::split(text::clean_path(path), '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) continue;
        const std::string parent = done;
        done = done == "." ? parts[i] : text::cat(done, done == "/" ? "" : "/", parts[i]);
        const bool is_last = i + 1 == parts.size();
        const Fd fd = look(root, done);
        if (!fd) return fault_at(root, parent, parts[i], done, errno, is_last);
        const bool in_the_way = !is_last || errno_value == ENOTDIR;
        if (in_the_way && !S_ISDIR(status(fd.get(), done).st_mode))
            return text::cat("'", text::printable(parts[i]), "' is ", kind_of(fd));
    }
    return {};
}

}  // namespace bell::sys
