// channel.cpp - see channel.hpp.
#include "sys/channel.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::sys {
namespace {

constexpr std::string_view error_mark = "error\n";
constexpr std::size_t longest = std::size_t{64} << 10;  // a state document with annotations; more is refused

// ECONNRESET, for callers that want to find out why.
Error ended(std::string_view name) {
    return Error::os("recv", text::cat("'", name, "' from the other process, which has ended"), ECONNRESET);
}

}  // namespace

Channel Channel::pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
        throw Error::os("socketpair", "", errno);
    Channel channel;
    channel.mine_ = Fd{ends[0]};
    channel.theirs_ = Fd{ends[1]};
    return channel;
}

void Channel::become_parent() { theirs_.reset(); }

void Channel::become_child() { mine_ = std::move(theirs_); }

void Channel::send(std::string_view name) const {
    narrate::flush();  // before the other side speaks
    if (name.size() > longest) throw Error::bad(text::cat("a message of ", name.size(), " bytes to the other process"));
    // MSG_NOSIGNAL: an end that is gone is an error to report, not a reason to die of SIGPIPE.
    const ssize_t sent = ::send(mine_.get(), name.data(), name.size(), MSG_NOSIGNAL);
    if (sent >= 0) return;
    const int error = errno;
    if (error == EPIPE || error == ECONNRESET) (void)next();  // why it has gone, if it has said so
    throw Error::os("send", text::cat("\"", name.substr(0, 20), "\" to the other process"), error);
}

namespace {

// ECONNRESET comes once, when the other side has gone with messages of ours unread. What it said before it went can be
// read after that.
ssize_t receive(int socket, void* buffer, std::size_t size, int flags) {
    for (bool was_reset = false;;) {
        const ssize_t got = ::recv(socket, buffer, size, flags);
        if (got >= 0) return got;
        if (errno == ECONNRESET && !was_reset)
            was_reset = true;
        else if (errno != EINTR)
            return got;
    }
}

}  // namespace

std::string Channel::next() const {
    // MSG_TRUNC tells the size of the message that waits, so that no buffer of the longest has to be made and cleared.
    ssize_t size = receive(mine_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (!guard::on(guard::Guard::whole_messages)) size = std::min(size, ssize_t{4096});
    std::string message(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    if (size > 0) size = receive(mine_.get(), message.data(), message.size(), 0);
    // A process killed with messages unread resets the connection: it is gone, as with an orderly end.
    if (size < 0 && errno == ECONNRESET) return {};
    if (size < 0) throw Error::os("recv", "from the other process", errno);
    if (message.starts_with(error_mark)) throw Error::from_bytes(std::string_view(message).substr(error_mark.size()));
    return message;
}

void Channel::expect(std::string_view name) const {
    const std::string message = next();
    if (message == name) return;
    if (message.empty()) throw ended(name);
    throw Error::bad(text::cat("expected '", name, "' from the other process, got ", text::quote(message)));
}

Channel Channel::over(Fd socket) {
    Channel channel;
    channel.mine_ = std::move(socket);
    return channel;
}

Channel Channel::to(const std::string& path) {
    Channel channel;
    channel.mine_ = Fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!channel.mine_) throw Error::os("socket", "", errno);
    // By descriptor: sun_path has room for 107 bytes, and a path may be longer.
    const Fd place = open(path, O_PATH);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    place.path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(channel.mine_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        throw Error::os("connect", path, errno);
    return channel;
}

void Channel::send_descriptor(std::string_view name, int descriptor) const {
    iovec words{const_cast<char*>(name.data()), name.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &words;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    ssize_t sent = ::sendmsg(mine_.get(), &message, MSG_NOSIGNAL);
    // A stream may take a long message in pieces; the descriptor has gone with the first.
    while (sent >= 0 && static_cast<std::size_t>(sent) < name.size()) {
        name.remove_prefix(static_cast<std::size_t>(sent));
        sent = ::send(mine_.get(), name.data(), name.size(), MSG_NOSIGNAL);
    }
    if (sent < 0) throw Error::os("sendmsg", name.substr(0, 40), errno);
}

Fd Channel::expect_descriptor(std::string_view name) const {
    std::vector<char> buffer(longest);
    iovec words{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &words;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(mine_.get(), &message, MSG_CMSG_CLOEXEC);
    if (size < 0) throw Error::os("recvmsg", name, errno);
    const std::string_view got(buffer.data(), static_cast<std::size_t>(size));
    if (got.starts_with(error_mark)) throw Error::from_bytes(got.substr(error_mark.size()));
    const cmsghdr* head = CMSG_FIRSTHDR(&message);
    if (got != name || !head || head->cmsg_type != SCM_RIGHTS) throw ended(name);
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    return Fd{descriptor};
}

void Channel::end() const {
    if (::shutdown(mine_.get(), SHUT_RDWR) < 0) throw Error::os("shutdown", "a connection", errno);
}

void Channel::finish() const {
    while (!next().empty()) {
    }
}

void Channel::report(const Error& error) const {
    const std::string bytes = text::cat(error_mark, error.to_bytes());
    if (::send(mine_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return;
    // Nobody is at the other end any more: who created has gone, and who starts doesn't know us. That it has gone is no
    // news: it has said itself why.
    if (error.code() == ECONNRESET) return;
    const std::string line = text::cat(error.message(), "\n");
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

int Channel::report_errors(const std::function<void()>& body) const {
    try {
        body();
        return 0;
    } catch (const Error& error) {
        report(error);
        return error.exit_status();
    } catch (const std::exception& error) {
        report(Error::bad(error.what()));
        return exit_own_failure;
    }
}

}  // namespace bell::sys
