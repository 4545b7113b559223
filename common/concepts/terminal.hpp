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
#include "sys/terminal.hpp"

namespace bell::terminal {

/// From the devpts mounted in the rootfs.
[[nodiscard]] sys::TerminalPair open_in(const Rootfs& root, const std::optional<oci::Box>& size, uid_t owner);
/// Shows the inner end as /dev/console, too: the first process's.
void show_as_console(const sys::TerminalPair& pair, const Rootfs& root);

}  // namespace bell::terminal
