// network_devices.hpp - the host's network interfaces, lent to a container.
//
// An interface is in one network namespace at a time, and whoever has CAP_NET_ADMIN in that one and in another can move
// it there. It arrives switched off and without its addresses; so those are noted before and given back after: the
// permanent ones of global scope, which somebody has set. When the namespace ends, the kernel moves real hardware back
// to the host; virtual devices (veth, dummy, vlan) end with it.
//
// Done by the runtime, which is in the host's namespace, as soon as the container's is there.
// config-linux.md#network-devices, network_namespaces(7), rtnetlink(7). Next: loopback.hpp.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "oci/linux.hpp"
#include "sys/rtnetlink.hpp"

namespace bell::network_devices {

/// Throws for names that no interface can have, and for two devices that get the same one.
void validate(const std::map<std::string, oci::NetDevice>& devices);

/// Interfaces that were moved, and the way back: a container that can't be made after all takes none with it.
class Lent {
public:
    /// Moves them into the network namespace of process `pid`. Throws, with those moved already given back.
    static Lent to(pid_t pid, const std::map<std::string, oci::NetDevice>& devices);
    /// Moves them back, as far as that is possible; says nothing.
    void give_back();

private:
    struct Device {
        std::string outer;
        std::string inner;
        std::vector<sys::InterfaceAddress> addresses;
    };
    explicit Lent(pid_t pid);
    void lend(const std::string& name, const std::string& new_name);

    Fd own_;
    Fd theirs_;
    sys::RouteSocket outside_;
    sys::RouteSocket inside_;
    std::vector<Device> devices_;
};

}  // namespace bell::network_devices
