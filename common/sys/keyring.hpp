// keyring.hpp - keys that the kernel keeps for a process and its children.
//
// keyctl(2), session-keyring(7). Next: concepts/keyring.hpp.
#pragma once

#include <cstdint>
#include <string>

namespace bell::sys {

/// The session keyring of that name, made if there is none, becomes this process's. Its number.
[[nodiscard]] std::int32_t join_session_keyring(const std::string& name);
/// The permission bits of a key, as keyctl(2) "KEYCTL_SETPERM" has them.
[[nodiscard]] std::uint32_t key_permissions(std::int32_t key);
void set_key_permissions(std::int32_t key, std::uint32_t bits);

}  // namespace bell::sys
