// sysctl.hpp - kernel settings of a namespace.
//
// Most of /proc/sys belongs to the whole machine; a few settings belong to a namespace. Only those may be written for a
// container, and only if it has that namespace for itself: else it would change the host (CRI-O's CVE-2022-0811 wrote
// kernel.core_pattern).
//
// sysctl(8), config-linux.md#sysctl. Next: mounts.hpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sys/procfs.hpp"
#include "oci/config.hpp"

namespace bell::sysctl {

/// Throws unless every key is one of a namespace that is not the host's: `namespaces` are the container's.
void validate(const std::map<std::string, std::string>& settings, const std::vector<oci::Namespace>& namespaces);

/// The type of the namespace a key belongs to ("ipc"), or empty: it is the whole machine's.
[[nodiscard]] std::string_view namespace_of(std::string_view key);

/// "net.ipv4.ip_forward" -> "sys/net/ipv4/ip_forward". Throws for '/', '+' and empty parts (and so for "..").
[[nodiscard]] std::string path_of(std::string_view key);

void apply(const std::map<std::string, std::string>& settings, const sys::Procfs& proc);

}  // namespace bell::sysctl
