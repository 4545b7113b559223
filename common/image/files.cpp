// files.cpp - see files.hpp.
#include "image/files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::image {

// Non-blocking: a pipe must not hold us up.
std::optional<Blob> DirectoryFiles::find(const std::string& name) const {
    const std::string shown = text::cat(shown_, "/", name);
    const bool strict = guard::on(guard::Guard::regular_blobs);
    Fd file = strict ? sys::try_openat2(directory_.get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY,
                                        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
                     : sys::try_openat2(directory_.get(), name, O_RDONLY, 0);
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file && errno == ELOOP) throw Error::bad(text::cat(shown, ": is a symlink, or below one"));
    if (!file) throw Error::os("open", shown, errno);
    const struct stat status = sys::status(file.get(), shown);
    if (!S_ISREG(status.st_mode) && strict) throw Error::bad(text::cat(shown, ": is not a regular file"));
    return Blob{std::move(file), 0, static_cast<std::uint64_t>(status.st_size), {}};
}

bool DirectoryFiles::has(const std::string& name) const {
    return ::faccessat(directory_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace bell::image
