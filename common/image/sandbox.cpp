// sandbox.cpp - see sandbox.hpp.
#include "image/sandbox.hpp"

#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/seccomp.hpp"

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

// Landlock: files below these only.
std::string confine_to(const std::vector<int>& readable, const std::vector<int>& writable) {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return "this kernel has no Landlock: the unpacking process isn't confined to its directories";
    const Ruleset denied = everything_known(version);
    const Fd ruleset{static_cast<int>(syscall(SYS_landlock_create_ruleset, &denied, size_for(version), 0))};
    if (!ruleset) throw Error::os("landlock_create_ruleset", "", errno);
    for (const int each : readable) allow(ruleset, each, reading);
    for (const int each : writable) allow(ruleset, each, denied.files & ~executing & ~ioctl_on_devices);
    sys::call(
        "landlock_restrict_self", "", [&] { return sys::arguments(sys::Raw{text::cat("ABI ", version)}); },
        [&] { return narrate::dry_run() ? 0 : syscall(SYS_landlock_restrict_self, ruleset.get(), 0); });
    return version >= 2 ? "" : "this kernel's Landlock is too old to confine the unpacking process completely";
}

// What reading an image and writing files takes. What isn't here doesn't exist for this process: no program is run, no
// socket opened, no other process looked at, no mount made.
constexpr std::array needed_calls = {
    // memory and threads
    "brk",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "futex",
    "clone",
    "clone3",
    "set_robust_list",
    "rseq",
    "set_tid_address",
    "arch_prctl",
    "sched_yield",
    "sched_getaffinity",
    "prlimit64",
    "exit",
    "exit_group",
    "gettid",
    "getpid",
    "tgkill",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "prctl",
    "clock_gettime",
    "clock_nanosleep",
    "nanosleep",
    "getrandom",
    "uname",
    // files, by descriptors and names
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "lseek",
    "close",
    "dup",
    "fcntl",
    "openat",
    "openat2",
    "open",
    "fstat",
    "newfstatat",
    "fstatat64",
    "stat",
    "statx",
    "readlink",
    "readlinkat",
    "faccessat",
    "faccessat2",
    "access",
    "getdents64",
    "fadvise64",
    "ftruncate",
    "fallocate",
    "copy_file_range",
    "sendfile",
    "fsync",
    "syncfs",
    "memfd_create",
    "mkdirat",
    "mkdir",
    "mknodat",
    "mknod",
    "symlinkat",
    "linkat",
    "unlinkat",
    "renameat",
    "renameat2",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "utimensat",
    "umask",
    "setxattr",
    "fsetxattr",
    "getxattr",
    "fgetxattr",
    "flistxattr",
    "removexattr",
    "fremovexattr",
    "poll",
    "ppoll",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "ioctl",
};

std::vector<std::uint64_t> filter_program() {
    const std::unique_ptr<void, void (*)(void*)> context(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), ::seccomp_release);
    const auto check = [](int result) {
        if (result < 0) throw Error::os("seccomp", "the filter of the unpacking process", -result);
    };
    if (!context) check(-ENOMEM);
    for (const char* name : needed_calls) {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number >= 0) check(::seccomp_rule_add(context.get(), SCMP_ACT_ALLOW, number, 0));
    }
    const Fd file{::memfd_create("filter", MFD_CLOEXEC)};
    if (!file) throw Error::os("memfd_create", "the filter", errno);
    check(::seccomp_export_bpf(context.get(), file.get()));
    if (::lseek(file.get(), 0, SEEK_SET) < 0) throw Error::os("lseek", "the filter", errno);
    const std::string bytes = sys::read_all(file.get(), "the filter");
    std::vector<std::uint64_t> program(bytes.size() / sizeof(std::uint64_t));
    std::memcpy(program.data(), bytes.data(), program.size() * sizeof(std::uint64_t));
    return program;
}

void filter_calls() {
    const std::vector<std::uint64_t> program = filter_program();
    sys::announce_filter(program.size(), "");
    if (narrate::dry_run()) return;
    [[maybe_unused]] const Fd no_listener = sys::load_filter(program, 0);
}

}  // namespace

std::string enter_sandbox(const std::vector<int>& readable, const std::vector<int>& writable) {
    if (!guard::on(guard::Guard::own_sandbox)) return "";
    sys::set_no_new_privileges();
    std::string missing = confine_to(readable, writable);
    filter_calls();
    return missing;
}

}  // namespace bell::image
