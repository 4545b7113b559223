// sandbox.cpp - see sandbox.hpp.
#include "image/sandbox.hpp"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/fd.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace bell::image {
namespace {

// The kernel's struct as of version 6; older kernels take the beginning of it.
struct Ruleset {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scope = 0;
};

// The rights on files that each version of Landlock knows: 13 at first, then refer, truncate, and ioctl on devices.
constexpr std::array<unsigned, 6> rights_by_version = {0, 13, 14, 15, 15, 16};
constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t executing = LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t ioctl_on_devices = std::uint64_t{1} << 15;

Ruleset everything_known(long version) {
    Ruleset all;
    const auto index = static_cast<std::size_t>(std::min<long>(version, rights_by_version.size() - 1));
    all.files = (std::uint64_t{1} << rights_by_version[index]) - 1;
    if (version >= 4) all.network = 3;  // bind and connect by TCP
    if (version >= 6) all.scope = 3;    // abstract sockets, signals
    return all;
}

std::size_t size_for(long version) { return version >= 6 ? 24 : version >= 4 ? 16 : 8; }

void allow(const Fd& ruleset, int directory, std::uint64_t rights) {
    if (!S_ISDIR(sys::status(directory, "the image").st_mode)) rights &= LANDLOCK_ACCESS_FS_READ_FILE;
    const landlock_path_beneath_attr rule{rights, directory};
    if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
        throw Error::os("landlock_add_rule", "", errno);
}

}  // namespace

std::string enter_sandbox(int readable, int writable) {
    if (!guard::on(guard::Guard::own_sandbox)) return "";
    sys::set_no_new_privileges();
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return "this kernel has no Landlock: the unpacking process isn't confined to its directories";
    const Ruleset denied = everything_known(version);
    const Fd ruleset{static_cast<int>(syscall(SYS_landlock_create_ruleset, &denied, size_for(version), 0))};
    if (!ruleset) throw Error::os("landlock_create_ruleset", "", errno);
    allow(ruleset, readable, reading);
    if (writable >= 0) allow(ruleset, writable, denied.files & ~executing & ~ioctl_on_devices);
    sys::call(
        "landlock_restrict_self", "", [&] { return sys::arguments(sys::Raw{text::cat("ABI ", version)}); },
        [&] { return narrate::dry_run() ? 0 : syscall(SYS_landlock_restrict_self, ruleset.get(), 0); });
    return version >= 2 ? "" : "this kernel's Landlock is too old to confine the unpacking process completely";
}

}  // namespace bell::image
