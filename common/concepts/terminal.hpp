// terminal.hpp - a terminal of the container's own.
//
// A pseudo-terminal has two ends: the program gets one, which looks like a terminal to it; whoever holds the other one
// types and reads. The container's comes from its own devpts, so that it has a name inside, and the program's end is
// got from the other by ioctl (TIOCGPTPEER), never by a path that an image could have put there (runc's
// CVE-2025-52565). With a terminal of its own a container can't push keystrokes into ours (TIOCSTI).
//
// pty(7), ioctl_tty(2). Next: tools/bundle-run/init.cpp.
#pragma once

#include <optional>

#include "base/fd.hpp"
#include "concepts/rootfs.hpp"
#include "oci/config.hpp"

namespace bell::terminal {

struct Pair {
    Fd outer;  ///< for who types
    Fd inner;  ///< for the program
};

/// From the devpts mounted in the rootfs.
[[nodiscard]] Pair open_in(const Rootfs& root, const std::optional<oci::Box>& size, uid_t owner);
/// Shows the inner end as /dev/console, too: the first process's.
void show_as_console(const Pair& pair, const Rootfs& root);

/// The inner end becomes the controlling terminal of this session and its 0, 1 and 2.
void take(const Fd& inner);

}  // namespace bell::terminal
