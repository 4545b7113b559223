// user.hpp - who "postgres" is, in the image.
//
// An image names the user to run as; what number that is stands in the image's own /etc/passwd and /etc/group. These
// files were written by a stranger: they are opened inside the root only, must be regular files of a modest size, and a
// line that isn't well formed is passed over. A number is never looked up as a name: an image could otherwise define a
// user called "1000" who is root.
//
// image-spec config.md#properties (User), conversion.md#configuser, passwd(5), group(5). Next: convert.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "oci/config.hpp"

namespace bell::image {

/// Opens something in a root file system: O_PATH, symlinks followed, all inside. Empty, and errno, where it isn't
/// there.
using Reach = std::function<Fd(const std::string& path)>;

/// Of the tree below the directory `rootfs`.
[[nodiscard]] Reach in_tree(int rootfs);

/// "", "name", "uid", "name:group", "uid:gid" or a mix, looked up in a root file system. Throws where a name isn't
/// known.
[[nodiscard]] oci::User resolve_user(const Reach& rootfs, std::string_view words);

/// The same, on the files' content.
[[nodiscard]] oci::User resolve_user(std::string_view words, std::string_view passwd, std::string_view group);

}  // namespace bell::image
