// terminal.cpp - see terminal.hpp.
#include "concepts/terminal.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/process.hpp"

namespace bell::terminal {
namespace {

// The multiplexer of a real devpts, not a file of that name.
void verify(int multiplexer) {
    struct statfs file_system {};
    const struct stat node = sys::status(multiplexer, "/dev/pts/ptmx");
    if (fstatfs(multiplexer, &file_system) < 0) throw Error::os("fstatfs", "/dev/pts/ptmx", errno);
    if (file_system.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(node.st_mode) || node.st_rdev != makedev(5, 2))
        throw Error::bad("/dev/pts/ptmx in the container is not a terminal multiplexer");
}

}  // namespace

sys::TerminalPair open_in(const Rootfs& root, const std::optional<oci::Box>& size, uid_t owner) {
    const auto place = root.reach_if_there("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
    if (!place)
        throw Error::bad("process.terminal: the container has no /dev/pts",
                         "mount one: bind-mounter --devpts /dev/pts");
    sys::TerminalPair pair;
    verify(place->get());
    pair.outer = Fd{::fcntl(place->get(), F_DUPFD_CLOEXEC, 3)};
    int unlock = 0;
    if (ioctl(pair.outer.get(), TIOCSPTLCK, &unlock) < 0) throw Error::os("TIOCSPTLCK", "/dev/pts/ptmx", errno);
    pair.inner = Fd{ioctl(pair.outer.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!pair.inner) throw Error::os("TIOCGPTPEER", "/dev/pts/ptmx", errno);
    if (size && (size->height != 0 || size->width != 0)) {
        const winsize window{static_cast<unsigned short>(size->height), static_cast<unsigned short>(size->width), 0, 0};
        if (ioctl(pair.outer.get(), TIOCSWINSZ, &window) < 0) throw Error::os("TIOCSWINSZ", "the console", errno);
    }
    if (owner != 0) sys::change_owner(pair.inner.get(), owner, static_cast<gid_t>(-1), "the console");
    return pair;
}

void show_as_console(const sys::TerminalPair& pair, const Rootfs& root) {
    const Fd console = root.make_file("/dev/console");
    sys::attach(sys::copy_tree(pair.inner.get(), "", false, "console"), console.get(), root.shown("/dev/console"));
}

}  // namespace bell::terminal
