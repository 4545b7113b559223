// rtnetlink.hpp - asking the kernel about network interfaces, and changing them.
//
// Interfaces have no files. One talks to the kernel through a socket (AF_NETLINK, NETLINK_ROUTE) in messages: a header,
// a structure, and attributes, each with a length and a type. A request gets an answer, or a list of them, or an errno.
// The socket stays with the network namespace in which it was made, wherever its process goes.
//
// Only the five requests that moving an interface takes.       netlink(7), rtnetlink(7). Next:
// concepts/network_devices.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"

namespace bell::sys {

/// An address of an interface, as it can be given to another one.
struct InterfaceAddress {
    unsigned char family = 0;
    unsigned char prefix = 0;
    unsigned char scope = 0;
    std::uint32_t flags = 0;  ///< IFA_F_*
    std::string attributes;   ///< encoded: local, peer, broadcast, metric
};

class RouteSocket {
public:
    /// In the network namespace that this process is in now.
    RouteSocket();

    /// The number of the interface of that name; nothing if there is none.
    [[nodiscard]] std::optional<int> index_of(const std::string& name) const;
    [[nodiscard]] std::vector<InterfaceAddress> addresses(int index) const;

    // Told. `name` is shown.
    /// Into the namespace that `namespace_fd` refers to, under a new name.
    void move(int index, const std::string& name, int namespace_fd, const std::string& new_name) const;
    void add_address(int index, const std::string& name, const InterfaceAddress& address) const;
    void bring_up(int index, const std::string& name) const;

private:
    /// Sends a request; each answer goes to `on_answer` (type, payload). 0, or the errno of the answer.
    template <class OnAnswer>
    int request(std::string message, OnAnswer on_answer) const;
    void change(std::string message, const std::string& call, const std::string& name, std::string words) const;
    Fd socket_;
};

}  // namespace bell::sys
