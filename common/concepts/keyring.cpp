// keyring.cpp - see keyring.hpp.
#include "concepts/keyring.hpp"

#include <cerrno>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/keyring.hpp"

namespace bell::keyring {
namespace {

constexpr std::uint32_t owner_may_search = 0x00080000;  // KEY_USR_SEARCH, KEY_OTH_SEARCH: keyctl(2)
constexpr std::uint32_t others_may_search = 0x00000008;

}  // namespace

void enter(const std::string& container, bool user_namespace) {
    try {
        const std::int32_t ring = sys::join_session_keyring(text::cat("_ses.", container));
        if (narrate::dry_run()) return;
        const std::uint32_t before = sys::key_permissions(ring);
        const std::uint32_t wanted = before | (user_namespace ? others_may_search : owner_may_search);
        if (wanted != before) sys::set_key_permissions(ring, wanted);
    } catch (const Error& error) {
        if (error.code() != ENOSYS) throw;
        narrate::note("this kernel keeps no keys");
    }
}

}  // namespace bell::keyring
