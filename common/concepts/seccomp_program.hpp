// seccomp_program.hpp - one filter out of several: the BPF in front of libseccomp's.
//
// libseccomp makes a program for several architectures at once, but slowly: 20 ms of CPU time for podman's profile on
// three of them, 2 to 3 ms on each alone. So each architecture's program is made alone, and these few instructions
// choose:
//
//     ld  [4]                 the architecture of this call (struct seccomp_data)
//     jeq #AUDIT_ARCH_X86_64, +1
//     ja  next block
//     ld  [0]                 the call's number; x32 calls say x86_64 too, and have bit 30 set
//     jset #0x40000000, ...
//     jgt #largest            newer than all the profile knows:
//     ret #ERRNO(ENOSYS)
//     ...                     libseccomp's program
//
// Why ENOSYS: a profile of 2020 says EPERM to calls of 2024. The C library tries a new call first and takes the old one
// on ENOSYS, but takes EPERM for an answer. Numbers from 424 on are new (since Linux 5.1 all architectures count
// together from there); so a call above that, and above all that the profile names, doesn't exist.
//
// seccomp(2), Linux Documentation/networking/filter.rst. Next: seccomp.cpp, which makes the parts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace bell::seccomp {

/// struct sock_filter, as one number of the machine's byte order.
using Program = std::vector<std::uint64_t>;

struct Part {
    std::uint32_t architecture = 0;        ///< AUDIT_ARCH_*
    std::optional<bool> x32;               ///< on x86-64: calls with bit 30, or without
    std::optional<std::uint32_t> largest;  ///< calls above this number don't exist; unset: no such rule
    Program program;
};

/// Calls of an architecture that no part is for kill the process.
[[nodiscard]] Program join(const std::vector<Part>& parts);

}  // namespace bell::seccomp
