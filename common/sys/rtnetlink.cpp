// rtnetlink.cpp - see rtnetlink.hpp.
#include "sys/rtnetlink.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t most_answers = std::size_t{64} << 20;  // a listing longer than this isn't believed

// A request under construction: header and structure, then attributes, all aligned to four bytes.
template <class Body>
std::string message_of(std::uint16_t type, std::uint16_t flags, const Body& body) {
    nlmsghdr head{};
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    head.nlmsg_seq = 1;
    std::string out(reinterpret_cast<const char*>(&head), sizeof head);
    out.append(reinterpret_cast<const char*>(&body), sizeof body);
    out.resize(NLMSG_ALIGN(out.size()));
    return out;
}

void add(std::string& message, std::uint16_t type, std::string_view value) {
    const rtattr head{static_cast<std::uint16_t>(RTA_LENGTH(value.size())), type};
    message.append(reinterpret_cast<const char*>(&head), sizeof head);
    message += value;
    message.resize(RTA_ALIGN(message.size()));
}

void add_number(std::string& message, std::uint16_t type, std::uint32_t value) {
    add(message, type, {reinterpret_cast<const char*>(&value), sizeof value});
}

void add_name(std::string& message, const std::string& name) {
    add(message, IFLA_IFNAME, {name.c_str(), name.size() + 1});
}

template <class Structure>
bool take(std::string_view& bytes, Structure& out) {
    if (bytes.size() < sizeof out) return false;
    std::memcpy(&out, bytes.data(), sizeof out);
    bytes.remove_prefix(std::min(bytes.size(), std::size_t{NLMSG_ALIGN(sizeof out)}));
    return true;
}

// Each attribute of a list: its type, its value, and both as they were encoded.
template <class Each>
void attributes_of(std::string_view bytes, Each each) {
    rtattr head{};
    while (bytes.size() >= sizeof head) {
        std::memcpy(&head, bytes.data(), sizeof head);
        if (head.rta_len < sizeof head || head.rta_len > bytes.size()) return;
        each(head.rta_type, bytes.substr(sizeof head, head.rta_len - sizeof head), bytes.substr(0, head.rta_len));
        bytes.remove_prefix(std::min(bytes.size(), std::size_t{RTA_ALIGN(head.rta_len)}));
    }
}

InterfaceAddress address_from(const ifaddrmsg& head, std::string_view attributes) {
    InterfaceAddress out{head.ifa_family, head.ifa_prefixlen, head.ifa_scope, head.ifa_flags, {}};
    attributes_of(attributes, [&](std::uint16_t type, std::string_view value, std::string_view encoded) {
        if (type == IFA_FLAGS && value.size() == sizeof out.flags)
            std::memcpy(&out.flags, value.data(), sizeof out.flags);
        const bool kept = type == IFA_LOCAL || type == IFA_ADDRESS || type == IFA_BROADCAST || type == IFA_RT_PRIORITY;
        if (!kept) return;
        out.attributes += encoded;
        out.attributes.resize(RTA_ALIGN(out.attributes.size()));
    });
    return out;
}

}  // namespace

RouteSocket::RouteSocket() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
    if (!socket_) throw Error::os("socket", "for rtnetlink", errno);
}

template <class OnAnswer>
int RouteSocket::request(std::string message, OnAnswer on_answer) const {
    const auto size = static_cast<std::uint32_t>(message.size());
    std::memcpy(message.data(), &size, sizeof size);  // nlmsg_len, the first field
    if (::send(socket_.get(), message.data(), message.size(), 0) < 0) return errno;
    std::vector<char> buffer(std::size_t{32} << 10);
    for (std::size_t total = 0; total < most_answers;) {
        const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? errno : ECONNRESET;
        total += static_cast<std::size_t>(got);
        std::string_view left(buffer.data(), static_cast<std::size_t>(got));
        nlmsghdr head{};
        while (left.size() >= sizeof head) {
            std::memcpy(&head, left.data(), sizeof head);
            if (head.nlmsg_len < sizeof head || head.nlmsg_len > left.size()) return EBADMSG;
            std::string_view payload = left.substr(sizeof head, head.nlmsg_len - sizeof head);
            nlmsgerr error{};
            if (head.nlmsg_type == NLMSG_DONE) return 0;
            if (head.nlmsg_type == NLMSG_ERROR) return take(payload, error) ? -error.error : EBADMSG;
            on_answer(head.nlmsg_type, payload);
            left.remove_prefix(std::min(left.size(), std::size_t{NLMSG_ALIGN(head.nlmsg_len)}));
        }
    }
    return EMSGSIZE;
}

std::optional<int> RouteSocket::index_of(const std::string& name) const {
    std::string message = message_of(RTM_GETLINK, NLM_F_ACK, ifinfomsg{});
    add_name(message, name);
    std::optional<int> index;
    const int error = request(std::move(message), [&](std::uint16_t type, std::string_view payload) {
        ifinfomsg found{};
        if (type == RTM_NEWLINK && take(payload, found)) index = found.ifi_index;
    });
    if (error != 0 && error != ENODEV) throw Error::os("RTM_GETLINK", name, error);
    return index;
}

std::vector<InterfaceAddress> RouteSocket::addresses(int index) const {
    std::vector<InterfaceAddress> out;
    const int error =
        request(message_of(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}), [&](std::uint16_t type, std::string_view payload) {
            ifaddrmsg head{};
            if (type != RTM_NEWADDR || !take(payload, head)) return;
            if (head.ifa_index == static_cast<unsigned>(index)) out.push_back(address_from(head, payload));
        });
    if (error != 0) throw Error::os("RTM_GETADDR", text::cat("interface ", index), error);
    return out;
}

void RouteSocket::change(std::string message, const std::string& call_name, const std::string& name,
                         std::string words) const {
    call(
        call_name, name, [&] { return words; },
        [&] {
            const int error = request(std::move(message), [](std::uint16_t, std::string_view) {});
            errno = error;
            return error == 0 ? 0 : -1;
        });
}

void RouteSocket::move(int index, const std::string& name, int namespace_fd, const std::string& new_name) const {
    ifinfomsg device{};
    device.ifi_index = index;
    std::string message = message_of(RTM_NEWLINK, NLM_F_ACK, device);
    add_number(message, IFLA_NET_NS_FD, static_cast<std::uint32_t>(namespace_fd));
    add_name(message, new_name);
    change(std::move(message), "RTM_NEWLINK", name,
           arguments(name, Raw{text::cat("NET_NS_FD, IFNAME ", text::printable(new_name))}));
}

void RouteSocket::add_address(int index, const std::string& name, const InterfaceAddress& address) const {
    ifaddrmsg head{address.family, address.prefix, static_cast<unsigned char>(address.flags), address.scope,
                   static_cast<unsigned>(index)};
    std::string message = message_of(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, head);
    message += address.attributes;
    add_number(message, IFA_FLAGS, address.flags);
    change(std::move(message), "RTM_NEWADDR", name, arguments(name, Raw{text::cat("prefix /", +address.prefix)}));
}

void RouteSocket::bring_up(int index, const std::string& name) const {
    ifinfomsg device{};
    device.ifi_index = index;
    device.ifi_flags = IFF_UP;
    device.ifi_change = IFF_UP;
    change(message_of(RTM_NEWLINK, NLM_F_ACK, device), "RTM_NEWLINK", name, arguments(name, Raw{"UP"}));
}

}  // namespace bell::sys
