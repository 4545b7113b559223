// seccomp.hpp - handing a filter to the kernel.
//
// The only call whose success can silence its caller: a filter may forget write(2). So it is told before it is made.
// seccomp(2). Next: concepts/seccomp.hpp, which makes the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"

namespace bell::sys {

/// Tells what load_filter is about to do.
void announce_filter(std::size_t instructions, const std::string& flag_words);

/// seccomp(SECCOMP_SET_MODE_FILTER) with a program of struct sock_filter, eight bytes each. Silent. The descriptor of
/// the listener if `flags` ask for one.
[[nodiscard]] Fd load_filter(const std::vector<std::uint64_t>& program, unsigned flags);

}  // namespace bell::sys
