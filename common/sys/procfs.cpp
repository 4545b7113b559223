// procfs.cpp - see procfs.hpp.
#include "sys/procfs.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace bell::sys {

Procfs Procfs::open_mounted() {
    Fd root = sys::open("/proc", O_PATH | O_DIRECTORY);
    struct statfs kind {};
    if (fstatfs(root.get(), &kind) < 0) throw Error::os("fstatfs", "/proc", errno);
    if (kind.f_type != PROC_SUPER_MAGIC)
        throw Error::bad("/proc is not a proc file system", "mount one: bind-mounter --proc /proc");
    return Procfs(std::move(root));
}

Procfs Procfs::open_best() {
    if (narrate::dry_run()) return open_mounted();
    try {
        constexpr auto attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        return Procfs(fs_mount(fs_open("proc"), "proc", attributes).fd);
    } catch (const Error&) {
        return open_mounted();
    }
}

namespace {
// Empty if that /proc doesn't know this process at all.
std::string own_number(int root) {
    char number[16];
    const ssize_t size = ::readlinkat(root, "self", number, sizeof number);
    return size > 0 ? std::string(number, static_cast<std::size_t>(size)) : std::string{};
}
}  // namespace

Procfs Procfs::open_own() {
    Procfs mounted = open_mounted();
    return own_number(mounted.root_.get()) == text::cat(getpid()) ? std::move(mounted) : open_best();
}

std::string Procfs::name_of(pid_t pid) const {
    if (pid != getpid()) return text::cat(pid);
    std::string number = own_number(root_.get());
    if (number.empty()) throw Error::os("readlink", "/proc/self", errno);
    return number;
}

Fd Procfs::open(const std::string& path, int flags) const {
    if (!guard::on(guard::Guard::private_procfs)) return sys::open(text::cat("/proc/", path), flags);
    std::string inside = path;
    // "self" is a symlink, which the walk below refuses: name the process instead.
    if (path.starts_with("self/")) inside = name_of(getpid()) + path.substr(4);
    Fd file = try_openat2(root_.get(), inside, static_cast<std::uint64_t>(flags),
                          RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    if (!file) throw Error::os("open", text::cat("/proc/", path), errno);
    return file;
}

void Procfs::write(const std::string& path, std::string_view value) const {
    const std::string shown = text::cat("/proc/", path);
    const Fd file = narrate::dry_run() ? Fd{} : open(path, O_WRONLY);
    call(
        "write", shown, [&] { return arguments(shown, value); },
        [&] { return ::write(file.get(), value.data(), value.size()); });
}

std::string Procfs::read(const std::string& path) const {
    return read_all(open(path, O_RDONLY).get(), text::cat("/proc/", path));
}

}  // namespace bell::sys
