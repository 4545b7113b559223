// siphash.hpp - a hash that nobody can aim at.
//
// Where names that a stranger chose are put into a table by their hash, he can choose them so that all fall into one
// place, and each look-up costs as much as all of them. With a secret key he can't know where anything falls. SipHash
// was made for that: as fast as hashes without a key are on short names, and nothing is known that tells its key.
//
// Aumasson and Bernstein, "SipHash: a fast short-input PRF" (SipHash-2-4). Next: image/path_marks.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bell {

using SipKey = std::array<std::uint64_t, 2>;

/// A key that nobody knows.
[[nodiscard]] SipKey random_sip_key();
[[nodiscard]] std::uint64_t siphash(const SipKey& key, std::string_view bytes);

}  // namespace bell
