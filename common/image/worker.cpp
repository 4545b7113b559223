// worker.cpp - see worker.hpp.
#include "image/worker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace bell::image {
namespace {

// The first byte of the message says which of the two follows.
constexpr char result_mark = '+';
constexpr char error_mark = '-';
constexpr std::size_t longest = 60'000;  // below a pipe's 64 KiB: the child never waits for its parent to read

sigset_t endings() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&set, signal);
    return set;
}

[[noreturn]] void be_the_child(const std::function<std::string()>& work, const Fd& answer) {
    std::string message;
    try {
        const sigset_t held = endings();
        sigprocmask(SIG_UNBLOCK, &held, nullptr);
        sys::die_with_parent(SIGKILL);
        message = result_mark + work().substr(0, longest);
    } catch (const Error& error) {
        message = error_mark + error.to_bytes();
    } catch (const std::exception& error) {
        message = error_mark + Error::bad(error.what()).to_bytes();
    }
    [[maybe_unused]] const ssize_t ignored = ::write(answer.get(), message.data(), message.size());
    sys::exit_now(0);
}

std::string read_answer(std::string_view message, int status) {
    if (message.starts_with(result_mark)) return std::string(message.substr(1));
    if (message.starts_with(error_mark)) throw Error::from_bytes(message.substr(1));
    const int signal = status - 128;
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
        throw Error::program("interrupted; nothing was left behind", "", status);
    if (signal == SIGPIPE) throw Error::program("whoever reads stdout has gone; nothing was left behind", "", status);
    throw Error::bad(text::cat("the working process ended without a word, with status ", status));
}

}  // namespace

HeldSignals::HeldSignals() {
    const sigset_t held = endings();
    sigprocmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

std::string in_child(const std::function<std::string()>& work) {
    int ends[2] = {};
    if (::pipe2(ends, O_CLOEXEC) < 0) throw Error::os("pipe", "", errno);
    const Fd read_end{ends[0]};
    Fd write_end{ends[1]};
    sys::Supervisor supervisor;
    const sys::Child child = sys::fork();
    if (child.is_me()) {
        supervisor.release();
        be_the_child(work, write_end);
    }
    write_end.reset();
    const int status = supervisor.wait_for(child);
    return read_answer(sys::read_all(read_end.get(), "the working process"), status);
}

}  // namespace bell::image
