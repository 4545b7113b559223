// remembered_owner.cpp - see remembered_owner.hpp.
#include "image/remembered_owner.hpp"

#include <cstdint>

namespace bell::image {
namespace {

// A field starts with its number and the form of its value in one varint: number << 3 | form.
enum Form : std::uint64_t { varint = 0, eight_bytes = 1, counted_bytes = 2, four_bytes = 5 };
constexpr std::uint64_t uid_field = 1 << 3 | varint;
constexpr std::uint64_t gid_field = 2 << 3 | varint;

// Seven bits a byte, the lowest first; the eighth says that more follow.
void append_varint(std::string& out, std::uint64_t number) {
    for (; number > 0x7f; number >>= 7) out += static_cast<char>(0x80 | (number & 0x7f));
    out += static_cast<char>(number);
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        number |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) return number;
    }
    return std::nullopt;
}

bool skip(std::string_view& bytes, std::uint64_t count) {
    if (count > bytes.size()) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    return true;
}

bool skip_value(std::string_view& bytes, std::uint64_t form) {
    switch (form) {
        case varint: return take_varint(bytes).has_value();
        case eight_bytes: return skip(bytes, 8);
        case four_bytes: return skip(bytes, 4);
        case counted_bytes: {
            const std::optional<std::uint64_t> count = take_varint(bytes);
            return count && skip(bytes, *count);
        }
        default: return false;
    }
}

// An id the kernel can't hold would be cut to one that it can: to root's, at worst.
bool take_id(std::string_view& bytes, std::uint32_t& id) {
    const std::optional<std::uint64_t> number = take_varint(bytes);
    if (!number || *number > 0xffffffff) return false;
    id = static_cast<std::uint32_t>(*number);
    return true;
}

}  // namespace

std::string remember_owner(uid_t uid, gid_t gid) {
    std::string out;
    const auto field = [&out](std::uint64_t name, std::uint64_t id) {
        if (id == 0) return;
        append_varint(out, name);
        append_varint(out, id);
    };
    field(uid_field, uid);
    field(gid_field, gid);
    return out;
}

std::optional<std::pair<uid_t, gid_t>> remembered_owner(std::string_view bytes) {
    std::pair<uid_t, gid_t> owner{0, 0};
    while (!bytes.empty()) {
        const std::optional<std::uint64_t> field = take_varint(bytes);
        if (!field) return std::nullopt;
        const bool good = *field == uid_field   ? take_id(bytes, owner.first)
                          : *field == gid_field ? take_id(bytes, owner.second)
                                                : skip_value(bytes, *field & 7);
        if (!good) return std::nullopt;
    }
    return owner;
}

}  // namespace bell::image
