// units.hpp - amounts as people write them: 64M, 1.5s, 0-3.
//
// One strict parser for each kind; errors name the option and say what would do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bell::cli {

/// Bytes: a whole number with k, M, G, T (or K, Ki, KiB, ...; powers of 1024). "max" and "-1" are -1: unlimited.
[[nodiscard]] std::int64_t bytes(std::string_view option, std::string_view words);
/// A whole number in range. "max" and "unlimited" are not numbers: see the callers that take them.
[[nodiscard]] std::int64_t integer(std::string_view option, std::string_view words, std::int64_t minimum,
                                   std::int64_t maximum);
/// Microseconds: "100ms", "0.5s", "250us", or a bare number of microseconds.
[[nodiscard]] std::int64_t microseconds(std::string_view option, std::string_view words);
/// Octal: "0755", "1777".
[[nodiscard]] std::uint32_t mode(std::string_view option, std::string_view words);

/// For people: "64M", "1.5G"; "unlimited" for what the kernel calls max.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

}  // namespace bell::cli
