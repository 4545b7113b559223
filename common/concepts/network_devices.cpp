// network_devices.cpp - see network_devices.hpp.
#include "concepts/network_devices.hpp"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/namespace.hpp"

namespace bell::network_devices {
namespace {

constexpr std::size_t longest_name = 15;  // IFNAMSIZ with its NUL

const std::string& inner_name(const std::string& name, const oci::NetDevice& device) {
    return device.name && !device.name->empty() ? *device.name : name;
}

void check_name(const std::string& name) {
    const bool letters = name.find_first_of("/: \t\n") == std::string::npos && name.find('\0') == std::string::npos;
    if (name.empty() || name.size() > longest_name || name == "." || name == ".." || !letters)
        throw Error::bad(
            text::cat("config.json: /linux/netDevices: ", text::quote(name), " can't name a network device"),
            "1 to 15 bytes, no blank, '/' or ':'");
}

// The socket stays in the namespace it was made in.
sys::RouteSocket socket_in(const Fd& space, const Fd& own, const std::string& whose) {
    sys::set_namespace(space.get(), CLONE_NEWNET, whose);
    try {
        sys::RouteSocket out;
        sys::set_namespace(own.get(), CLONE_NEWNET, "our own again");
        return out;
    } catch (const Error&) {
        sys::set_namespace(own.get(), CLONE_NEWNET, "our own again");
        throw;
    }
}

// What somebody has set, not what the kernel or a router made up: config-linux.md#network-devices.
std::vector<sys::InterfaceAddress> addresses_to_keep(const sys::RouteSocket& socket, int index) {
    std::vector<sys::InterfaceAddress> out = socket.addresses(index);
    std::erase_if(out, [](const sys::InterfaceAddress& each) {
        return each.scope != RT_SCOPE_UNIVERSE || (each.flags & IFA_F_PERMANENT) == 0;
    });
    // Checking once more whether somebody else has it would only delay it; the rest says how it came about.
    constexpr std::uint32_t states = IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;
    for (sys::InterfaceAddress& each : out) each.flags &= ~states;
    return out;
}

void set_up(const sys::RouteSocket& socket, const std::string& name,
            const std::vector<sys::InterfaceAddress>& addresses) {
    const auto index = socket.index_of(name);
    if (!index) throw Error::os("RTM_GETLINK", name, ENODEV);
    for (const sys::InterfaceAddress& each : addresses) socket.add_address(*index, name, each);
    socket.bring_up(*index, name);
}

}  // namespace

void validate(const std::map<std::string, oci::NetDevice>& devices) {
    std::set<std::string> names;
    for (const auto& [name, device] : devices) {
        check_name(name);
        const std::string& inner = inner_name(name, device);
        check_name(inner);
        if (!names.insert(inner).second)
            throw Error::bad(text::cat("config.json: /linux/netDevices: two devices are to be called ", inner));
    }
}

Lent::Lent(pid_t pid)
    : own_(sys::open("/proc/self/ns/net", O_RDONLY)),
      theirs_(sys::open(text::cat("/proc/", pid, "/ns/net"), O_RDONLY)),
      inside_(socket_in(theirs_, own_, "the container's")) {}

Lent Lent::to(pid_t pid, const std::map<std::string, oci::NetDevice>& devices) {
    const narrate::Section why("ns-enter", text::cat("network devices lent to it: ", devices.size()),
                               "config-linux.md#network-devices");
    if (geteuid() != 0)
        throw Error::bad("/linux/netDevices: an ordinary user can't take a network device from the host",
                         "it needs CAP_NET_ADMIN there; rootless networks are made by slirp4netns(1) or pasta(1)");
    Lent lent(pid);
    try {
        for (const auto& [name, device] : devices) lent.lend(name, inner_name(name, device));
    } catch (const Error&) {
        lent.give_back();
        throw;
    }
    return lent;
}

void Lent::lend(const std::string& name, const std::string& new_name) {
    const auto index = outside_.index_of(name);
    if (!index)
        throw Error::bad(text::cat("/linux/netDevices: network device ", name, ": no such device on the host"),
                         "'ip link' lists them");
    // Asked before: kernels before 6.x move first, and find out then.
    if (!narrate::dry_run() && inside_.index_of(new_name))
        throw Error::bad(
            text::cat("/linux/netDevices: network device ", name, ": the container has a ", new_name, " already"),
            "give it another name: {\"name\": \"...\"}");
    Device device{name, new_name, addresses_to_keep(outside_, *index)};
    outside_.move(*index, name, theirs_.get(), new_name);
    devices_.push_back(device);
    if (!narrate::dry_run()) set_up(inside_, new_name, device.addresses);
}

void Lent::give_back() {
    for (const Device& device : devices_) try {
            const auto index = inside_.index_of(device.inner);
            if (!index) continue;
            inside_.move(*index, device.inner, own_.get(), device.outer);
            set_up(outside_, device.outer, device.addresses);
        } catch (const Error&) {
            // The error that led here says more.
        }
    devices_.clear();
}

}  // namespace bell::network_devices
