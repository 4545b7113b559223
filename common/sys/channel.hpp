// channel.hpp - what two of our processes say to each other.
//
// A socket pair that keeps message borders (SOCK_SEQPACKET). Messages have names, not numbers: "who waits for what" can
// be read in the code of both sides. An error on one side travels whole and is thrown on the other, so that a failure
// deep inside the container reaches the user as one line.
//
// socketpair(2), unix(7). Next: program.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/fd.hpp"

namespace bell {
class Error;
}

namespace bell::sys {

class Channel {
public:
    static Channel pair();

    /// After fork: each side keeps its end.
    void become_parent();
    void become_child();

    /// A message of at most 64 KiB. Throws if the other side is gone.
    void send(std::string_view name) const;
    /// Waits for this message. Throws what the other side reported instead, or ECONNRESET if it ended.
    void expect(std::string_view name) const;
    /// The next message, whichever: throws as expect does. Empty: the other side has closed its end in order.
    [[nodiscard]] std::string next() const;
    /// A message that carries a descriptor, and the other side of it.
    void send_descriptor(std::string_view name, int descriptor) const;
    [[nodiscard]] Fd expect_descriptor(std::string_view name) const;
    /// Nothing more will be said: the other side reads to the end. (Not close(2), which a filter may ask that side
    /// about.)
    void end() const;
    /// Waits for the other side's end; throws what it reported.
    void finish() const;

    /// Runs `body`; an Error is sent to the other side. The exit status: 0, or the error's.
    int report_errors(const std::function<void()>& body) const;

    /// Speaks to whoever listens at this socket file (SOCK_STREAM): an engine's console socket, a seccomp agent.
    static Channel to(const std::string& path);
    /// Speaks on an end that was handed to this program.
    static Channel over(Fd socket);

    [[nodiscard]] int descriptor() const { return mine_.get(); }

private:
    void report(const Error& error) const;
    Fd mine_;
    Fd theirs_;
};

}  // namespace bell::sys
