// changes.hpp - what each layer adds, changes and takes away, and what that wastes.
//
// A layer can't make those below it smaller: a file that a later layer replaces or deletes is still in the image, and
// nobody sees it. A file with several names is lost with the last of them only. Here the layers are read as for
// unpacking, verified to the last byte, but only the names and sizes of what would be there are kept.
//
// image-spec layer.md. Next: layer.hpp, which does it to files.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "image/limits.hpp"
#include "image/list.hpp"
#include "image/progress.hpp"
#include "image/tar.hpp"

namespace bell::image {

struct Change {
    enum class Kind : unsigned char { added, changed, deleted };
    Kind kind = Kind::added;
    bool directory = false;
    std::uint64_t size = 0;    ///< of the new content; of a deleted one, what it had
    std::uint64_t wasted = 0;  ///< what a layer below holds for nothing from here on
};

struct LayerChanges {
    std::map<std::string, Change> paths;  ///< below the root, as "etc/passwd"
    [[nodiscard]] std::uint64_t wasted() const;
};

/// Reads the image's layers, in order, and hands over what each does.
void read_changes(const Layout& layout, const Image& image, const Limits& limits, const Progress& progress,
                  const std::function<void(std::size_t layer, const LayerChanges& changes)>& each);

}  // namespace bell::image
