// defaults.hpp - what a container gets when nobody says otherwise.
//
// The list of runtime-spec's own example and of `runc spec`: file systems, masked and read-only paths, the three
// capabilities, the namespaces. bundle-run's spec verb, layer-unpack and bind-mounter --defaults all start from here.
//
// config-linux.md#default-filesystems, #default-devices. Next: concepts/.
#pragma once

#include <vector>

#include "oci/config.hpp"

namespace bell::oci {

/// The whole default config, as `runc spec` writes it. Rootless: with a user namespace that maps one id each, and
/// without what an ordinary user can't have.
[[nodiscard]] Config default_config(bool rootless, std::uint32_t uid, std::uint32_t gid);
/// The smallest valid config: a root, a program, a mount namespace; each tool adds its own to it.
[[nodiscard]] Config bare_config();

/// What decides about two of the default mounts.
struct Surroundings {
    bool tty_group = true;    ///< group 5 (tty) exists inside: for /dev/pts
    bool own_network = true;  ///< a new sysfs belongs to who owns the network namespace; else the host's is shown
};
[[nodiscard]] std::vector<Mount> default_mounts(const Surroundings& surroundings);
/// As a config's namespaces and mappings have it.
[[nodiscard]] Surroundings surroundings_of(const Linux& linux);
[[nodiscard]] std::vector<std::string> default_masked_paths();
[[nodiscard]] std::vector<std::string> default_readonly_paths();
/// The devices every container has: config-linux.md#default-devices.
[[nodiscard]] const std::vector<Device>& default_devices();
[[nodiscard]] std::vector<std::string> default_capabilities();

}  // namespace bell::oci
