// move.cpp - see move.hpp.
#include "image/move.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::image {
namespace {

constexpr mode_t mode_bits = 07777;

// The mode that the directory had, if the right to write it had to be lent.
std::optional<mode_t> lend(const Fd& where, const std::string& name) {
    struct stat status {};
    if (::geteuid() == 0 || ::fstatat(where.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return std::nullopt;
    if (!S_ISDIR(status.st_mode) || (status.st_mode & S_IWUSR) != 0) return std::nullopt;
    const mode_t mode = status.st_mode & mode_bits;
    if (::fchmodat(where.get(), name.c_str(), mode | S_IRWXU, 0) < 0)
        throw Error::os("chmod", text::printable(name), errno);
    return mode;
}

}  // namespace

void move(const Fd& from, const std::string& old_name, const Fd& to, const std::string& new_name, unsigned how,
          const std::string& shown) {
    const std::optional<mode_t> mode = lend(from, old_name);
    if (how == RENAME_EXCHANGE) (void)lend(to, new_name);
    sys::call(
        "rename", shown, [&] { return sys::arguments(old_name, shown); },
        [&] { return syscall(SYS_renameat2, from.get(), old_name.c_str(), to.get(), new_name.c_str(), how); });
    if (mode && ::fchmodat(to.get(), new_name.c_str(), *mode, 0) < 0)
        throw Error::os("chmod", text::printable(shown), errno);
}

}  // namespace bell::image
