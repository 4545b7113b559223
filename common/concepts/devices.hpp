// devices.hpp - the few device nodes a program expects in /dev.
//
// A device node is a file that leads to a driver. Root makes new ones (mknod); in a user namespace the kernel doesn't
// allow that, so the host's nodes are bound in. Those are opened before the rootfs is touched, from the host's /dev,
// and checked to be the devices they are called: an image's /dev/null can be a symlink to anywhere (runc's
// CVE-2025-31133).
//
// mknod(2), null(4), config-linux.md#devices. Next: masking.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "concepts/rootfs.hpp"
#include "oci/config.hpp"

namespace bell::devices {

/// The host's device nodes at the given paths, opened (O_PATH) and verified. To be made before anything in the rootfs
/// is mounted; in the mount namespace in which they will be bound.
class HostNodes {
public:
    /// /dev/null always; the others only if they will be bound (`all`). A node that isn't there is left out until asked
    /// for.
    static HostNodes open(const std::vector<oci::Device>& devices, bool all);
    /// O_PATH descriptor; throws if the host has no such device.
    [[nodiscard]] int get(const oci::Device& device) const;
    [[nodiscard]] int null() const;

private:
    std::map<std::string, Fd> nodes_;
};

enum class Make : unsigned char { nodes, binds };
/// Nodes where the kernel lets this process make some: not in a user namespace.
[[nodiscard]] Make possible_here();

/// Makes each device: mode and owner as given, 0666 and root otherwise. A node that is there already and is the same
/// device is kept.
void make_all(const std::vector<oci::Device>& devices, const Rootfs& root, const HostNodes& host, Make how);

/// The spec's devices with those of the config in place of their namesakes; without /dev/ptmx, which is a link.
[[nodiscard]] std::vector<oci::Device> with_defaults(const std::vector<oci::Device>& wanted);

/// /dev/fd, /dev/stdin, ... and /dev/ptmx: config-linux.md#default-devices. Existing names are left alone.
void make_links(const Rootfs& root);

/// "PATH[:TYPE:MAJOR:MINOR[:MODE[:UID:GID]]]" of an option: without numbers, the host's device of that name.
[[nodiscard]] oci::Device parse(const std::string& words);

}  // namespace bell::devices
