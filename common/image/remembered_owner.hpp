// remembered_owner.hpp - whose a file would be, if we could give it away.
//
// With a single id at hand every file that is unpacked is the caller's, and an image packed from that would have lost
// its owners. So the owner a file should have is kept beside it, in an extended attribute, in the form that umoci and
// rootless containers at large have agreed on: a protobuf message of two numbers, where a 0 isn't written at all, so
// that root's is empty.
//
//     message Resource { uint32 uid = 1; uint32 gid = 2; }        08 e8 07 10 e8 07: 1000:1000
//
// The bytes may come from anybody: the parser is a pure function, and what isn't such a message is no owner.
//
// rootlesscontaine.rs/proto/rootlesscontainers.proto, protobuf.dev/programming-guides/encoding, xattr(7). Next:
// rootfs_reader.hpp, where layer-pack reads it; metadata.hpp, where layer-unpack sets it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bell::image {

/// The attribute's name. Only files and directories can have it: the kernel allows no user attributes elsewhere.
inline constexpr const char* owner_attribute = "user.rootlesscontainers";

/// An id that says nothing: the file keeps the one it has, as with chown(2).
inline constexpr auto no_id = static_cast<uid_t>(-1);

/// The attribute's value.
[[nodiscard]] std::string remember_owner(uid_t uid, gid_t gid);

/// The ids in a value, `no_id` where one says nothing; nothing if it isn't one. Fields that aren't known are skipped.
[[nodiscard]] std::optional<std::pair<uid_t, gid_t>> remembered_owner(std::string_view bytes);

}  // namespace bell::image
