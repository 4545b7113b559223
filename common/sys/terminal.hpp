// terminal.hpp - terminals: the one we have, and new ones.
//
// A terminal is a device between a program and a person: by itself it echoes what is typed, gathers it to lines, and
// makes signals of some keys. Raw, it does none of that: who carries keys from one terminal to another wants each of
// them as it is. A new one is a pair (a pseudo-terminal): a program has the inner end and can't tell it from a real
// one; the outer end types and reads.
//
// termios(3), pty(7), ioctl_tty(2). Next: concepts/terminal.hpp, a container's own.
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

#include <optional>

#include "base/fd.hpp"

namespace bell::sys {

/// The terminal behind `fd`, raw while this lives. Not a terminal: nothing is changed.
class RawTerminal {
public:
    explicit RawTerminal(int fd);
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    [[nodiscard]] bool is_terminal() const { return is_terminal_; }

private:
    int fd_;
    termios before_{};
    bool is_terminal_;
};

/// How large its window is; nothing for what is no terminal, or has no size.
[[nodiscard]] std::optional<winsize> window_of(int fd);
/// The window of `from` becomes that of `to`, whose program gets SIGWINCH.
void pass_window_on(int from, int to);

struct TerminalPair {
    Fd outer;  ///< for who types
    Fd inner;  ///< for the program
};
/// From the host's /dev/ptmx. Throws.
[[nodiscard]] TerminalPair open_terminal(const winsize& window);

/// The inner end becomes the controlling terminal of this session, and its 0, 1 and 2. Throws.
void take_terminal(const Fd& inner);

}  // namespace bell::sys
