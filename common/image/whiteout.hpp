// whiteout.hpp - the names in a layer: where an entry belongs, and which ones mean "gone".
//
// A layer can only add. To take something away it adds a file with a reserved name beside it:
//
//     etc/.wh.motd          etc/motd of the layers below is gone
//     etc/.wh..wh..opq      everything of the layers below in etc is gone; the directory is "opaque"
//
// Both speak of the layers below only, never of the layer they stand in, whatever the order of its entries.
// These are pure functions on bytes that an attacker may have written.
//
// image-spec layer.md#whiteouts. Next: tree.hpp, layer.hpp.
#pragma once

#include <string>
#include <string_view>

namespace bell::image {

/// The path of an entry below the root: no leading slash, no "." and empty parts; "" is the root itself. `..` is
/// refused: no honest image has it.
[[nodiscard]] std::string entry_path(std::string_view raw);

struct Whiteout {
    enum class Kind : unsigned char { none, remove, opaque, ignore };
    Kind kind = Kind::none;
    std::string directory;  ///< that it is about
    std::string name;       ///< what is gone there (Kind::remove)
};

/// What the path of an entry (as entry_path gives it) means. Reserved names that can't be meant are refused.
[[nodiscard]] Whiteout whiteout(const std::string& path);

}  // namespace bell::image
