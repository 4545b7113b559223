// idmap.hpp - who is who: the ids of a user namespace.                                                        Lesson 03
//
// A user namespace has its own user and group ids. A map says which ids inside are which ids outside; what isn't mapped
// shows as 65534 and can't be become. The maps are written once, from outside or by the process itself. Without
// privileges the kernel allows one line, for one's own id; newuidmap(1) and newgidmap(1), which are setuid, write the
// ranges that /etc/subuid and /etc/subgid grant.
//
// user_namespaces(7), subuid(5), config-linux.md#user-namespace-mappings. Next: mounts.hpp.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "oci/config.hpp"

namespace bell::idmap {

struct Maps {
    std::vector<oci::IdMapping> uids;
    std::vector<oci::IdMapping> gids;
    /// May setgroups(2) be used inside? Unset: as the way of writing allows.
    std::optional<bool> setgroups;
    [[nodiscard]] bool empty() const { return uids.empty() && gids.empty(); }
};

/// "INSIDE:OUTSIDE:COUNT" (COUNT may be left out: 1).
[[nodiscard]] oci::IdMapping parse(std::string_view option, std::string_view words);
/// One id: `inside` is our own effective id outside.
[[nodiscard]] Maps own_id(uid_t inside_uid, gid_t inside_gid);
/// Our own id as 0, and from 1 on the ranges of /etc/subuid and /etc/subgid. Throws if there are none.
[[nodiscard]] Maps own_id_and_ranges();

/// Writes the maps of a process in a fresh user namespace: itself or a child. Directly where the kernel lets us, else
/// with newuidmap and newgidmap.
void write(pid_t pid, const Maps& maps);

/// Becomes uid 0 and gid 0 (or the first mapped ids) of the user namespace this process is in now, with no groups
/// beside, where that can be changed.
void become_inside(const Maps& maps);

/// Root of the user namespace that a process lives in, as far as it has one: who a process is to become that joins it.
/// `proc` is that process's folder in /proc. To be read before joining: afterwards /proc may be the container's.
[[nodiscard]] Maps root_of(int proc);

/// The range of `name` or `uid` in a file of subuid(5)'s form: first match. Pure, for tests and fuzzing.
[[nodiscard]] std::vector<oci::IdMapping> parse_subids(std::string_view file, std::string_view name, uid_t uid);

/// A descriptor of a user namespace that has these maps, for idmapped mounts. Made by a short-lived child.
[[nodiscard]] Fd user_namespace_with(const Maps& maps);

}  // namespace bell::idmap
