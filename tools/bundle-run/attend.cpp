// attend.cpp - a process inside, in the foreground: its terminal relayed, signals handed on, its end awaited.
//
// With a terminal there are two: ours, set raw so that every key goes through, and the container's. Bytes are carried
// both ways until its end; a change of our window's size is passed on. Without a terminal the container has our 0, 1
// and 2 itself.
#include "attend.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

#include "base/error.hpp"
#include "sys/file.hpp"
#include "sys/terminal.hpp"

namespace bell {
namespace {

// One piece; false at the end. EIO from a terminal means that nobody has its other end open any more.
bool carry(int from, int to) {
    std::array<char, 4096> buffer;
    const ssize_t size = ::read(from, buffer.data(), buffer.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (size <= 0) return false;
    try {
        sys::write_all(to, {buffer.data(), static_cast<std::size_t>(size)}, "the terminal");
    } catch (const Error&) {
        return false;
    }
    return true;
}

Fd signals_as_descriptor() {
    sigset_t all;
    sigfillset(&all);
    return Fd{::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)};
}

void handle_signals(const Fd& signals, const sys::Child& process, const Fd& console) {
    signalfd_siginfo received{};
    while (::read(signals.get(), &received, sizeof received) == sizeof received) {
        const int signal = static_cast<int>(received.ssi_signo);
        if (signal == SIGWINCH)
            sys::pass_window_on(STDIN_FILENO, console.get());
        else if (signal != SIGCHLD)
            sys::send_signal(process.pidfd.get(), signal);
    }
}

void relay(const sys::Child& process, const Fd& console) {
    const sys::RawTerminal raw(STDIN_FILENO);
    if (raw.is_terminal()) sys::pass_window_on(STDIN_FILENO, console.get());
    const Fd signals = signals_as_descriptor();
    std::array<pollfd, 4> waiting = {{{console.get(), POLLIN, 0},
                                      {STDIN_FILENO, POLLIN, 0},
                                      {signals.get(), POLLIN, 0},
                                      {process.pidfd.get(), POLLIN, 0}}};
    for (;;) {
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
            throw Error::os("poll", "the terminal", errno);
        if (waiting[2].revents != 0) handle_signals(signals, process, console);
        const bool output = (waiting[0].revents & (POLLIN | POLLHUP)) != 0;
        if (output && !carry(console.get(), STDOUT_FILENO)) return;
        if (!output && waiting[3].revents != 0) return;  // ended, and all it wrote is carried
        if (waiting[1].revents != 0 && !carry(STDIN_FILENO, console.get())) {
            constexpr char end_of_file = 4;  // Ctrl-D: a pipe's end as a terminal says it
            [[maybe_unused]] const ssize_t ignored = ::write(console.get(), &end_of_file, 1);
            waiting[1].fd = -1;
        }
    }
}

}  // namespace

int attend(sys::Supervisor& supervisor, const sys::Child& process, Fd console) {
    if (console) relay(process, console);
    console.reset();
    return supervisor.wait_for(process);
}

}  // namespace bell
