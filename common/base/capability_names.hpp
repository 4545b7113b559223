// capability_names.hpp - the powers of root, by name and by number.
//
// Root's power comes in numbered pieces, and a set of them is 64 bits: bit n is the capability number n. This is the
// one table of their names; the index is the number. Kernels newer than the table have capabilities without a name
// here: they are shown by number and still count.
//
// capabilities(7), <linux/capability.h>. Next: sys/identity.hpp, which changes the sets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bell::capability {

inline constexpr std::array<std::string_view, 41> names = {
    "CAP_CHOWN",               // 0
    "CAP_DAC_OVERRIDE",        // 1
    "CAP_DAC_READ_SEARCH",     // 2
    "CAP_FOWNER",              // 3
    "CAP_FSETID",              // 4
    "CAP_KILL",                // 5
    "CAP_SETGID",              // 6
    "CAP_SETUID",              // 7
    "CAP_SETPCAP",             // 8
    "CAP_LINUX_IMMUTABLE",     // 9
    "CAP_NET_BIND_SERVICE",    // 10
    "CAP_NET_BROADCAST",       // 11
    "CAP_NET_ADMIN",           // 12
    "CAP_NET_RAW",             // 13
    "CAP_IPC_LOCK",            // 14
    "CAP_IPC_OWNER",           // 15
    "CAP_SYS_MODULE",          // 16
    "CAP_SYS_RAWIO",           // 17
    "CAP_SYS_CHROOT",          // 18
    "CAP_SYS_PTRACE",          // 19
    "CAP_SYS_PACCT",           // 20
    "CAP_SYS_ADMIN",           // 21
    "CAP_SYS_BOOT",            // 22
    "CAP_SYS_NICE",            // 23
    "CAP_SYS_RESOURCE",        // 24
    "CAP_SYS_TIME",            // 25
    "CAP_SYS_TTY_CONFIG",      // 26
    "CAP_MKNOD",               // 27
    "CAP_LEASE",               // 28
    "CAP_AUDIT_WRITE",         // 29
    "CAP_AUDIT_CONTROL",       // 30
    "CAP_SETFCAP",             // 31
    "CAP_MAC_OVERRIDE",        // 32
    "CAP_MAC_ADMIN",           // 33
    "CAP_SYSLOG",              // 34
    "CAP_WAKE_ALARM",          // 35
    "CAP_BLOCK_SUSPEND",       // 36
    "CAP_AUDIT_READ",          // 37
    "CAP_PERFMON",             // 38, since Linux 5.8
    "CAP_BPF",                 // 39, since Linux 5.8
    "CAP_CHECKPOINT_RESTORE",  // 40, since Linux 5.9
};

/// "CAP_KILL" for 5; empty for a number the table doesn't know.
[[nodiscard]] constexpr std::string_view name(unsigned number) {
    return number < names.size() ? names[number] : std::string_view{};
}

/// "KILL" of "CAP_KILL".
[[nodiscard]] constexpr std::string_view without_prefix(std::string_view name) {
    return name.substr(name.size() < 4 ? name.size() : 4);
}

namespace detail {
[[nodiscard]] constexpr char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}
[[nodiscard]] constexpr bool same_letters(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    for (std::size_t at = 0; at < left.size(); ++at)
        if (upper(left[at]) != upper(right[at])) return false;
    return true;
}
}  // namespace detail

/// The number of "CAP_KILL", "cap_kill" or "kill"; nothing for a name the table doesn't know.
[[nodiscard]] constexpr std::optional<unsigned> number(std::string_view word) {
    for (unsigned at = 0; at < names.size(); ++at)
        if (detail::same_letters(word, names[at]) || detail::same_letters(word, without_prefix(names[at]))) return at;
    return std::nullopt;
}

/// The set that holds every capability up to `last`, as /proc/sys/kernel/cap_last_cap tells it.
[[nodiscard]] constexpr std::uint64_t all_up_to(unsigned last) {
    return last >= 63 ? ~std::uint64_t{0} : (std::uint64_t{1} << (last + 1)) - 1;
}

static_assert(names.back() == "CAP_CHECKPOINT_RESTORE" && number("kill") == 5u && number("Cap_SYSLOG") == 34u);

}  // namespace bell::capability
