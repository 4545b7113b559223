// cgroup_devices.hpp - which devices a group may open.
//
// Version 1 has files, devices.allow and devices.deny. Version 2 has none: a small program is loaded into the kernel
// and asked at every open and mknod. Both take the specification's list of rules, of which the last one that fits
// decides.
//
// config-linux.md#allowed-device-list, bpf(2) BPF_PROG_TYPE_CGROUP_DEVICE. Next: cgroup.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "concepts/cgroup_words.hpp"
#include "oci/config.hpp"

namespace bell::cgroup {

/// For version 1: "devices.deny" "a", "devices.allow" "c 1:3 rwm", ...
[[nodiscard]] std::vector<Write> device_words_v1(const std::vector<oci::DeviceCgroup>& rules);

/// For version 2: one instruction of the kernel's machine is 8 bytes, struct bpf_insn. Pure.
[[nodiscard]] std::vector<std::uint64_t> device_program(const std::vector<oci::DeviceCgroup>& rules);
/// Loads the program and attaches it to the group, in place of one attached before.
void attach_device_program(const std::string& directory, const std::vector<oci::DeviceCgroup>& rules);

/// What every container may use, after the config's own rules: making nodes, and the default devices.
[[nodiscard]] std::vector<oci::DeviceCgroup> always_allowed_devices();
/// Whether the rule is about every device and every access.
[[nodiscard]] bool is_all(const oci::DeviceCgroup& rule);
/// All the rules of a container whose config has these: nothing is allowed that no rule allows.
[[nodiscard]] std::vector<oci::DeviceCgroup> container_devices(const std::vector<oci::DeviceCgroup>& rules);

/// Throws for a kind of device that there isn't, a number that is none, an access other than r, w and m.
void validate_devices(const std::vector<oci::DeviceCgroup>& rules);

/// "c 1:3 rwm", "a": an option's value.
[[nodiscard]] oci::DeviceCgroup parse_device_rule(const std::string& words, bool allow);

}  // namespace bell::cgroup
