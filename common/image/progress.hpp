// progress.hpp - how far a long work is, for whoever shows it (cli/progress.hpp).
//
// Next: layers.hpp, diff.hpp, which tell it.
#pragma once

#include <cstdint>
#include <functional>

namespace bell::image {

/// Called now and then, in the process that does the work: bytes that are done, and all that there are (0: unknown).
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

}  // namespace bell::image
