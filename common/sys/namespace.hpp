// namespace.hpp - the calls that make, join and name namespaces.
//
// namespaces(7), unshare(2), setns(2), sethostname(2). Next: process.hpp (clone3), concepts/namespaces.hpp.
#pragma once

#include <cstdint>
#include <string>

namespace bell::sys {

/// "NEWUSER|NEWPID" for CLONE_NEW* bits, as strace decodes them but without the CLONE_.
[[nodiscard]] std::string clone_words(std::uint64_t flags);

void unshare(std::uint64_t clone_flags);
/// Joins by a namespace descriptor (flags: its type) or a pidfd (flags: which ones). `shown` says whose.
void set_namespace(int fd, std::uint64_t clone_flags, const std::string& shown);
void set_hostname(const std::string& name);
void set_domainname(const std::string& name);

}  // namespace bell::sys
