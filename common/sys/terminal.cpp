// terminal.cpp - see terminal.hpp.
#include "sys/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "sys/file.hpp"

namespace bell::sys {

RawTerminal::RawTerminal(int fd) : fd_(fd), is_terminal_(::tcgetattr(fd, &before_) == 0) {
    if (!is_terminal_) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(fd_, TCSANOW, &raw);
}

RawTerminal::~RawTerminal() {
    if (is_terminal_) ::tcsetattr(fd_, TCSANOW, &before_);
}

std::optional<winsize> window_of(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return size;
}

void pass_window_on(int from, int to) {
    winsize size{};
    if (::ioctl(from, TIOCGWINSZ, &size) == 0) ::ioctl(to, TIOCSWINSZ, &size);
}

TerminalPair open_terminal(const winsize& window) {
    TerminalPair pair;
    pair.outer = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    int unlock = 0;
    if (::ioctl(pair.outer.get(), TIOCSPTLCK, &unlock) < 0) throw Error::os("TIOCSPTLCK", "/dev/ptmx", errno);
    // By the descriptor, not by a name in /dev/pts, which may be another devpts than that of /dev/ptmx.
    pair.inner = Fd{::ioctl(pair.outer.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!pair.inner) throw Error::os("TIOCGPTPEER", "/dev/ptmx", errno);
    if (::ioctl(pair.outer.get(), TIOCSWINSZ, &window) < 0) throw Error::os("TIOCSWINSZ", "/dev/ptmx", errno);
    return pair;
}

void take_terminal(const Fd& inner) {
    if (::ioctl(inner.get(), TIOCSCTTY, 0) < 0) throw Error::os("TIOCSCTTY", "the console", errno);
    for (int number = 0; number <= 2; ++number)
        if (::dup2(inner.get(), number) < 0) throw Error::os("dup2", "the console", errno);
}

}  // namespace bell::sys
