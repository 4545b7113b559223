// list.hpp - what is in an image, without unpacking it.
//
// Everything comes from the documents: which images there are, for which machines, of which layers, and the history
// that the image's makers wrote, a line for each step. Some steps (ENV, CMD) made no layer.
//
// image-spec config.md#properties (history). Next: changes.hpp, which looks into the layers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "image/limits.hpp"
#include "image/select.hpp"

namespace bell::image {

struct LayerFacts {
    std::string digest;       ///< empty: a bare layer
    std::string compression;  ///< "gzip", "zstd", "none"; "unknown" for another type
    std::uint64_t size = 0;   ///< packed
    std::string made_by;      ///< the history's line; empty where it says nothing
};

struct ImageFacts {
    std::string tag;           ///< empty: untagged
    std::string platform;      ///< "linux/amd64"
    std::string digest;        ///< the manifest's
    std::string not_an_image;  ///< another artifact: its media type, and nothing else is known
    std::vector<LayerFacts> layers;
    [[nodiscard]] std::uint64_t size() const;
};

/// Of all images, or of those with this tag. Throws if there is none.
[[nodiscard]] std::vector<ImageFacts> facts(const Layout& layout, const std::optional<std::string>& tag);
[[nodiscard]] ImageFacts facts(const Image& image);

/// Opens the image that `reference` names and hands it to `look`, in a child process that has locked itself in: it may
/// read the image, and write to what is open.
void look_into(const Reference& reference, const Limits& limits, const std::function<void(const Layout&)>& look);

}  // namespace bell::image
