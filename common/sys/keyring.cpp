// keyring.cpp - see keyring.hpp.
#include "sys/keyring.hpp"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::sys {

std::int32_t join_session_keyring(const std::string& name) {
    return static_cast<std::int32_t>(call(
        "keyctl", name, [&] { return arguments(Raw{"KEYCTL_JOIN_SESSION_KEYRING"}, name); },
        [&] { return ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str()); }));
}

// "keyring;0;0;3f130000;_ses.box": type, uid, gid, permissions, name.
std::uint32_t key_permissions(std::int32_t key) {
    std::array<char, 4096 + 100> words{};
    const long size = ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, words.data(), words.size() - 1);
    if (size < 0) throw Error::os("keyctl", "a session keyring", errno);
    const std::vector<std::string> parts = text::split(words.data(), ';');
    return parts.size() < 4 ? 0 : text::number<std::uint32_t>(parts[3], 16).value_or(0);
}

void set_key_permissions(std::int32_t key, std::uint32_t bits) {
    call(
        "keyctl", "a session keyring", [&] { return arguments(Raw{"KEYCTL_SETPERM"}, key); },
        [&] { return ::syscall(SYS_keyctl, KEYCTL_SETPERM, key, bits); }, Weight::detail);
}

}  // namespace bell::sys
