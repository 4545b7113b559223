// self.cpp - see self.hpp.
#include "sys/self.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/guard.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"

namespace bell::sys {
namespace {

// Silent, and without the wrappers: this happens before anybody has asked for a narration, and doesn't touch the
// container.
Fd read_only_mount_of_self() {
    Fd mount{static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC))};
    if (!mount) return {};
    mount_attr read_only{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0};
    const long done = syscall(SYS_mount_setattr, mount.get(), "", AT_EMPTY_PATH, &read_only, sizeof read_only);
    return done == 0 ? std::move(mount) : Fd{};
}

void execute(const Fd& copy, char** argv) { syscall(SYS_execveat, copy.get(), "", argv, environ, AT_EMPTY_PATH); }

}  // namespace

void refuse_setuid() {
    if (::getauxval(AT_SECURE) != 0)
        throw Error::bad("this program must not be setuid, nor have capabilities of its own",
                         "take them away: chmod u-s,g-s; setcap -r");
}

bool is_protected_copy() {
    char target[64];
    const ssize_t size = ::readlink("/proc/self/exe", target, sizeof target);
    if (size <= 0) throw Error::os("readlink", "/proc/self/exe", errno);
    const std::string_view self(target, static_cast<std::size_t>(size));
    // The root of a detached mount has no name but "/"; a file in memory has this one.
    return self == "/" || self.starts_with("/memfd:");
}

void run_from_protected_copy(char** argv) {
    if (!guard::on(guard::Guard::protected_copy)) return;
    if (is_protected_copy()) {
        ::prctl(PR_SET_NAME, "bundle-run");
        return;
    }
    if (const Fd mount = read_only_mount_of_self()) execute(mount, argv);
    const Fd self = open("/proc/self/exe", O_RDONLY);
    const Fd copy = sealed_copy(self.get(), "bundle-run");
    execute(copy, argv);
    throw Error::os("execveat", "a protected copy of this program", errno);
}

}  // namespace bell::sys
