// acl.cpp - see acl.hpp.
#include "image/acl.hpp"

#include <linux/posix_acl_xattr.h>

#include <algorithm>
#include <tuple>

namespace bell::image {
namespace {

template <class Number>
void append(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i, number = static_cast<Number>(number >> 8))
        out += static_cast<char>(number & 0xff);
}

bool has_id(AclTag tag) { return tag == AclTag::user || tag == AclTag::group; }

}  // namespace

std::string acl_attribute(std::vector<AclEntry> list) {
    std::sort(list.begin(), list.end(),
              [](const AclEntry& a, const AclEntry& b) { return std::tie(a.tag, a.id) < std::tie(b.tag, b.id); });
    std::string out;
    append(out, std::uint32_t{POSIX_ACL_XATTR_VERSION});
    for (const AclEntry& each : list) {
        append(out, static_cast<std::uint16_t>(each.tag));
        append(out, each.permissions);
        append(out, has_id(each.tag) ? each.id : static_cast<std::uint32_t>(ACL_UNDEFINED_ID));
    }
    return out;
}

std::optional<std::uint16_t> acl_mask(const std::vector<AclEntry>& list) {
    for (const AclEntry& each : list)
        if (each.tag == AclTag::mask) return each.permissions;
    return std::nullopt;
}

}  // namespace bell::image
