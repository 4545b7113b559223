// gate.cpp - see gate.hpp.
#include "gate.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

constexpr std::string_view go = "go\n";

// Opened for both sides, so that it neither blocks now nor ends when a writer goes.
Fd make_fifo(const std::string& path) {
    if (::mkfifo(path.c_str(), 0600) < 0) throw Error::os("mkfifo", path, errno);
    return sys::open(path, O_RDWR | O_NOFOLLOW);
}

Fd try_open(const std::string& path, int how) {
    return Fd{::open(path.c_str(), how | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)};
}

void wait_for_words(int fd, const char* what) {
    pollfd waiting{fd, POLLIN, 0};
    while (::poll(&waiting, 1, -1) < 0 || (waiting.revents & (POLLIN | POLLHUP)) == 0)
        if (errno != EINTR && (waiting.revents & (POLLERR | POLLNVAL)) != 0) throw Error::os("poll", what, errno);
}

// To the end of the fifo: nobody holds its other side any more.
std::string read_to_the_end(const Fd& fifo) {
    std::string out;
    char buffer[4096];
    for (;;) {
        wait_for_words(fifo.get(), "the outcome of the start");
        const ssize_t size = ::read(fifo.get(), buffer, sizeof buffer);
        if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (size < 0) throw Error::os("read", "the outcome of the start", errno);
        if (size == 0) return out;
        out.append(buffer, static_cast<std::size_t>(size));
    }
}

}  // namespace

Gate Gate::make(const Record& record) {
    Gate out;
    out.start_ = make_fifo(record.path("start"));
    out.started_ = make_fifo(record.path("started"));
    return out;
}

void Gate::wait() {
    wait_for_words(start_.get(), "the start fifo");
    passed_ = true;
}

void Gate::going() const {
    if (passed_) sys::write_all(started_.get(), go, "the outcome of the start");
}

void Gate::report(const Error& error) const {
    if (passed_) sys::write_all(started_.get(), error.to_bytes(), "the outcome of the start");
}

namespace gate {

bool is_waiting(const Record& record) {
    return try_open(record.path("start"), O_WRONLY) || try_open(record.path("starting"), O_WRONLY);
}

void open(Record& record) {
    const std::string start = record.path("start"), starting = record.path("starting"),
                      started = record.path("started");
    const Fd outcome = try_open(started, O_RDONLY);
    const Fd fifo = try_open(start, O_WRONLY);
    if (!outcome || !fifo) throw Error::bad("cannot start a container that is being started by somebody else");
    // From here on nobody else can.
    if (::rename(start.c_str(), starting.c_str()) < 0) throw Error::os("rename", start, errno);
    sys::write_all(fifo.get(), "start", start);
    record.unlock();
    std::string words = read_to_the_end(outcome);
    if (!record.lock_again()) throw Error::bad("the container was deleted while it was being started");
    ::unlink(starting.c_str());
    ::unlink(started.c_str());
    const bool went = words.starts_with(go);
    if (went) words.erase(0, go.size());
    if (!words.empty()) throw Error::from_bytes(words);
    if (!went)
        throw Error::bad("the container's first process ended before it was the program",
                         "the kernel, for want of memory, or somebody else ended it; or a filter: see dmesg(1)");
}

}  // namespace gate

}  // namespace bell
