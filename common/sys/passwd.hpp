// passwd.hpp - names of users and groups, read from files that a stranger may have written.
//
// The kernel knows numbers only. Names stand in /etc/passwd and /etc/group, and inside a rootfs those files belong to
// the image: they are opened below the root's descriptor, must be regular files (a pipe would make us wait, a device
// could do anything), and are read up to a limit; a line that isn't well formed is passed over. C library functions
// (NSS) are never asked: they would load code of the rootfs or speak of the host's users.
//
// A number is never a name: a user called "1000" with uid 0 would make root of everybody who asks for uid 1000
// (containerd's CVE-2024-40635 was of that kind). Ids go from 0 to 4294967294; 4294967295 is (uid_t)-1, "no change".
//
//     root:x:0:0:root:/root:/bin/sh          passwd(5)
//     audio:x:29:pulse,alice                 group(5)
//
// find() is a pure function on bytes. Next: concepts/user.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bell::passwd {

inline constexpr std::uint32_t largest_id = 0xfffffffe;
/// Larger files than this are refused; a line of real files is below 1 KiB.
inline constexpr std::size_t file_limit = std::size_t{16} << 20;
/// setgroups(2): NGROUPS_MAX
inline constexpr std::size_t groups_limit = 65536;

struct User {
    std::string_view name;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string_view home;
};
struct Group {
    std::string_view name;
    std::uint32_t gid = 0;
    std::string_view members;  ///< separated by commas
};

/// The views live as long as the line. Nothing for a line that isn't well formed.
[[nodiscard]] std::optional<User> parse_passwd_line(std::string_view line);
[[nodiscard]] std::optional<Group> parse_group_line(std::string_view line);

/// Whether the words are digits only, and so never a name.
[[nodiscard]] bool is_number(std::string_view words);
/// The whole of `digits` as an id in range, or nothing.
[[nodiscard]] std::optional<std::uint32_t> parse_id(std::string_view digits);

/// The content of both files; one that isn't there is empty.
struct Files {
    std::string passwd;
    std::string group;
};
/// Reads etc/passwd and etc/group below `root`. Throws for one that is no regular file, or larger than the limit.
[[nodiscard]] Files read(int root);

struct Account {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;  ///< supplementary: those that list the user, without `gid`
    std::optional<std::string> name;
    std::string home = "/";
};

/// "name", "uid", "name:group", "uid:gid" or a mix; empty: uid 0. Without a group, the user's own and the supplementary
/// ones from the files (image-spec conversion.md#configuser); a uid unknown to the files has gid 0. Throws where a name
/// isn't known or a number isn't in range.
[[nodiscard]] Account find(std::string_view words, const Files& files);
/// One group's id: "audio" or "29".
[[nodiscard]] std::uint32_t find_group(std::string_view word, std::string_view group_file);

}  // namespace bell::passwd
