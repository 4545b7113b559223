// copy.cpp - see copy.hpp.
#include "sys/copy.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace bell::sys {
namespace {

void check(long result, std::string_view call, const std::string& shown) {
    if (result < 0) throw Error::os(call, shown, errno);
}

void copy_xattrs(int from, int to, const std::string& shown) {
    std::vector<char> names(65536);
    const ssize_t size = ::flistxattr(from, names.data(), names.size());
    if (size <= 0) return;
    for (const std::string& name : text::split({names.data(), static_cast<std::size_t>(size - 1)}, '\0')) {
        std::vector<char> value(65536);
        const ssize_t length = ::fgetxattr(from, name.c_str(), value.data(), value.size());
        if (length < 0 || ::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(length), 0) == 0)
            continue;
        // A tmpfs of an older kernel takes no user.* attributes; nothing is lost that it could hold.
        if (errno != ENOTSUP && errno != EPERM && errno != EACCES)
            throw Error::os("setxattr", text::cat(shown, " ", name), errno);
    }
}

void copy_content(int from, int to, off_t size, const std::string& shown) {
    for (off_t done = 0; done < size;) {
        const ssize_t sent = ::sendfile(to, from, &done, static_cast<std::size_t>(size - done));
        check(sent, "copy", shown);
        if (sent == 0) return;  // it shrank meanwhile
    }
}

void set_times(int directory, const std::string& name, const struct stat& original, const std::string& shown) {
    const timespec times[2] = {original.st_atim, original.st_mtim};
    check(::utimensat(directory, name.c_str(), times, AT_SYMLINK_NOFOLLOW), "utimensat", shown);
}

void copy_regular(int from, const std::string& name, int to, const std::string& new_name, const struct stat& original,
                  const std::string& shown) {
    const Fd source{::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    check(source.get(), "open", shown);
    const Fd copy{::openat(to, new_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    check(copy.get(), "create", shown);
    copy_content(source.get(), copy.get(), original.st_size, shown);
    copy_metadata(source.get(), copy.get(), shown);
}

void copy_symlink(int from, const std::string& name, int to, const std::string& new_name, const std::string& shown) {
    char target[PATH_MAX + 1];
    const ssize_t size = ::readlinkat(from, name.c_str(), target, PATH_MAX);
    check(size, "readlink", shown);
    target[size] = '\0';
    check(::symlinkat(target, to, new_name.c_str()), "symlink", shown);
}

}  // namespace

void copy_metadata(int from, int to, const std::string& shown) {
    struct stat original {};
    check(::fstat(from, &original), "stat", shown);
    check(::fchown(to, original.st_uid, original.st_gid), "fchown", shown);
    copy_xattrs(from, to, shown);
    check(::fchmod(to, original.st_mode & 07777u), "fchmod", shown);
    const timespec times[2] = {original.st_atim, original.st_mtim};
    check(::futimens(to, times), "futimens", shown);
}

void copy_file(int from, const std::string& name, int to, const std::string& new_name, const std::string& shown) {
    struct stat original {};
    check(::fstatat(from, name.c_str(), &original, AT_SYMLINK_NOFOLLOW), "stat", shown);
    if (S_ISREG(original.st_mode)) return copy_regular(from, name, to, new_name, original, shown);
    if (S_ISLNK(original.st_mode))
        copy_symlink(from, name, to, new_name, shown);
    else
        check(::mknodat(to, new_name.c_str(), original.st_mode, original.st_rdev), "mknod", shown);
    check(::fchownat(to, new_name.c_str(), original.st_uid, original.st_gid, AT_SYMLINK_NOFOLLOW), "fchown", shown);
    set_times(to, new_name, original, shown);
}

}  // namespace bell::sys
