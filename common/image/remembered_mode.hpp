// remembered_mode.hpp - the mode a directory would have, if we could do without a right to it.
//
// A layer in a store is read again, for the layers on top of it. Root reads everything; an ordinary user needs the
// right to read and enter a directory (0500), also where the image gives its owner none. So such a directory keeps it,
// and the mode it should have is written beside it, in the form that rootless podman's storage and fuse-overlayfs have
// for that: owner, group and mode, as in "0:0:0300".
//
// The bytes may come from anybody: the parser is a pure function, and what isn't of that form is no mode.
//
// containers-storage.conf(5) force_mask, xattr(7). Next: metadata.hpp, where layer-unpack sets it; rootfs_reader.hpp,
// where layer-pack reads it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace bell::image {

/// The attribute's name.
inline constexpr const char* mode_attribute = "user.containers.override_stat";

/// What the owner of a store's directory needs.
inline constexpr mode_t read_and_enter = 0500;

/// The attribute's value.
[[nodiscard]] std::string remember_mode(uid_t uid, gid_t gid, mode_t permissions);

/// The mode in a value, for a directory whose mode is `now`. Nothing if it isn't such a value, or if somebody has given
/// the directory another mode since.
[[nodiscard]] std::optional<mode_t> remembered_mode(std::string_view bytes, mode_t now);

}  // namespace bell::image
