// layers.hpp - the layers of an image as sources for the pipeline: what each blob and its tar were promised to be.
//
// Next: pipeline.hpp.
#pragma once

#include <vector>

#include "image/pipeline.hpp"
#include "image/select.hpp"

namespace bell::image {

/// Both must outlive the pipeline. Throws for a layer of a type that isn't known. `left_out`: those that won't be read.
[[nodiscard]] std::vector<LayerSource> sources_of(const Layout& layout, const Image& image,
                                                  const std::vector<bool>& left_out = {});
/// Their packed size together; 0 where it isn't known (a pipe).
[[nodiscard]] std::uint64_t packed_size(const Image& image, const std::vector<bool>& left_out = {});

}  // namespace bell::image
