// user.hpp - becoming somebody else.                                                                           Lesson
// 09
//
// A process is a uid, a gid and a list of supplementary groups: the kernel asks only these numbers when it opens a
// file. Whoever changes all three must do it from the outside in: groups first, then the gid, the uid last, because
// giving up uid 0 gives up the right to change the others. All three kinds of each id (real, effective, saved) change,
// else the way back would stay open (setuid(2) by a process that isn't root changes one of them only).
//
// What a name means is looked up by sys/passwd.hpp, inside the root that is given.
// credentials(7), setresuid(2), setgroups(2), config.md#posix-platform-user. Next: capabilities.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::user {

/// "name", "uid", "name:group", "uid:gid" or a mix, looked up in the /etc/passwd and /etc/group below the directory
/// `root_fd` (-1: there are none). "uid:gid" reads no file. Throws where a name isn't known or a number isn't an id.
[[nodiscard]] oci::User resolve(std::string_view words, int root_fd);
/// "audio,29": ids of groups; empty or "none": no group.
[[nodiscard]] std::vector<std::uint32_t> resolve_groups(std::string_view list, int root_fd);
/// The home directory of a uid, "/" if the files know none.
[[nodiscard]] std::string home_of(std::uint32_t uid, int root_fd);

/// Becomes that user, with these supplementary groups and no others, and takes its umask if it has one. The groups are
/// left alone where they are right already, and where the user namespace forbids changing them and none are wanted.
void become(const oci::User& user);

/// Reads back; throws if this process isn't that user.
void verify(const oci::User& user);

}  // namespace bell::user
