// layers.hpp - the layers of an image as sources for the pipeline: what each blob and its tar were promised to be.
//
// Next: pipeline.hpp.
#pragma once

#include <vector>

#include "image/pipeline.hpp"
#include "image/progress.hpp"
#include "image/select.hpp"

namespace bell::image {

/// Both must outlive the pipeline. Throws for a layer of a type that isn't known. `left_out`: those that won't be read.
[[nodiscard]] std::vector<LayerSource> sources_of(const Layout& layout, const Image& image,
                                                  const std::vector<bool>& left_out = {});
/// Has the pipeline tell how many bytes of these blobs are read; of a pipe's nobody knows how many there are.
void tell_progress(Pipeline& pipeline, const Image& image, const Progress& progress,
                   const std::vector<bool>& left_out = {});

}  // namespace bell::image
