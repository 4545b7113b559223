// remembered_mode.cpp - see remembered_mode.hpp.
#include "image/remembered_mode.hpp"

#include <cstdint>
#include <vector>

#include "base/text.hpp"

namespace bell::image {
namespace {

constexpr int octal = 8;
constexpr mode_t all_bits = 07777;

std::string digits(mode_t permissions) {
    std::string out;
    do out.insert(out.begin(), static_cast<char>('0' + (permissions & 7u)));
    while ((permissions >>= 3) != 0);
    return "0" + out;
}

}  // namespace

std::string remember_mode(uid_t uid, gid_t gid, mode_t permissions) {
    return text::cat(uid, ":", gid, ":", digits(permissions));
}

std::optional<mode_t> remembered_mode(std::string_view bytes, mode_t now) {
    const std::vector<std::string> part = text::split(bytes, ':');
    if (part.size() != 3) return std::nullopt;
    const bool ids = text::number<std::uint32_t>(part[0]) && text::number<std::uint32_t>(part[1]);
    const auto mode = text::number<mode_t>(part[2], octal);
    if (!ids || !mode || *mode > all_bits || (*mode | read_and_enter) != now) return std::nullopt;
    return mode;
}

}  // namespace bell::image
