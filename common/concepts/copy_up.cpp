// copy_up.cpp - see copy_up.hpp.
#include "concepts/copy_up.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <climits>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"

namespace bell::mounts {
namespace {

constexpr int most_levels = 256;

void check(long result, std::string_view call, const std::string& shown) {
    if (result < 0) throw Error::os(call, shown, errno);
}

std::vector<std::string> entries(int directory, const std::string& shown) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(copy, "open", shown);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

void copy_xattrs(int from, int to) {
    std::vector<char> names(65536);
    const ssize_t size = ::flistxattr(from, names.data(), names.size());
    if (size <= 0) return;
    for (const std::string& name : text::split({names.data(), static_cast<std::size_t>(size - 1)}, '\0')) {
        std::vector<char> value(65536);
        const ssize_t length = ::fgetxattr(from, name.c_str(), value.data(), value.size());
        // A tmpfs of an older kernel takes no user.* attributes; nothing is lost that it could hold.
        if (length >= 0) (void)::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(length), 0);
    }
}

void copy_metadata(int from, int to, const struct stat& original, const std::string& shown) {
    check(::fchown(to, original.st_uid, original.st_gid), "fchown", shown);
    copy_xattrs(from, to);
    check(::fchmod(to, original.st_mode & 07777u), "fchmod", shown);
    const timespec times[2] = {original.st_atim, original.st_mtim};
    check(::futimens(to, times), "futimens", shown);
}

void copy_content(int from, int to, off_t size, const std::string& shown) {
    for (off_t done = 0; done < size;) {
        const ssize_t sent = ::sendfile(to, from, &done, static_cast<std::size_t>(size - done));
        check(sent, "copy", shown);
        if (sent == 0) return;  // it shrank meanwhile
    }
}

void copy_symlink(int from, int to, const std::string& name, const struct stat& original, const std::string& shown) {
    char target[PATH_MAX + 1];
    const ssize_t size = ::readlinkat(from, name.c_str(), target, PATH_MAX);
    check(size, "readlink", shown);
    target[size] = '\0';
    check(::symlinkat(target, to, name.c_str()), "symlink", shown);
    check(::fchownat(to, name.c_str(), original.st_uid, original.st_gid, AT_SYMLINK_NOFOLLOW), "fchown", shown);
}

void copy_tree(int from, int to, const std::string& shown, int level);

void copy_directory(int from, int to, const std::string& name, const struct stat& original, const std::string& shown,
                    int level) {
    const Fd source{::openat(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    check(source.get(), "open", shown);
    check(::mkdirat(to, name.c_str(), 0700), "mkdir", shown);
    const Fd copy{::openat(to, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    check(copy.get(), "open", shown);
    copy_tree(source.get(), copy.get(), shown, level + 1);
    copy_metadata(source.get(), copy.get(), original, shown);
}

void copy_file(int from, int to, const std::string& name, const struct stat& original, const std::string& shown) {
    const Fd source{::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    check(source.get(), "open", shown);
    const Fd copy{::openat(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    check(copy.get(), "create", shown);
    copy_content(source.get(), copy.get(), original.st_size, shown);
    copy_metadata(source.get(), copy.get(), original, shown);
}

void copy_special(int to, const std::string& name, const struct stat& original, const std::string& shown) {
    check(::mknodat(to, name.c_str(), original.st_mode, original.st_rdev), "mknod", shown);
    check(::fchownat(to, name.c_str(), original.st_uid, original.st_gid, AT_SYMLINK_NOFOLLOW), "fchown", shown);
}

void copy_entry(int from, int to, const std::string& name, const std::string& shown, int level) {
    struct stat original {};
    check(::fstatat(from, name.c_str(), &original, AT_SYMLINK_NOFOLLOW), "stat", shown);
    if (S_ISDIR(original.st_mode)) return copy_directory(from, to, name, original, shown, level);
    if (S_ISREG(original.st_mode)) return copy_file(from, to, name, original, shown);
    if (S_ISLNK(original.st_mode)) return copy_symlink(from, to, name, original, shown);
    copy_special(to, name, original, shown);
}

void copy_tree(int from, int to, const std::string& shown, int level) {
    if (level > most_levels) throw Error::bad(text::cat("copy ", shown, ": nested too deep"));
    for (const std::string& name : entries(from, shown)) copy_entry(from, to, name, shown + "/" + name, level);
}

}  // namespace

void copy_up(int from, int to, const std::string& shown) {
    if (narrate::dry_run()) return;
    const Fd root{::openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    check(root.get(), "open", shown);
    copy_tree(from, root.get(), shown, 0);
    struct stat original {};
    check(::fstat(from, &original), "stat", shown);
    copy_metadata(from, root.get(), original, shown);
}

}  // namespace bell::mounts
