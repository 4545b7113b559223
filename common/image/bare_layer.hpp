// bare_layer.hpp - one layer and nothing around it, read as an image layout.
//
// A tar of a root file system (`docker export`, a distribution's download) is a layer that nobody has wrapped: no
// config, no digest, nothing to verify it against. Around it an image for this machine is made up, whose program is
// what the default config says. The layer's digest is left empty: nothing was promised.
//
// Next: pipeline.hpp, which leaves out the checks.
#pragma once

#include <memory>

#include "image/files.hpp"
#include "image/media.hpp"

namespace bell::image {

/// `layer` may be a pipe: it can be found once then.
[[nodiscard]] std::unique_ptr<Files> bare_layer_files(Blob layer, Compression compression);

/// The name under which the layer is found.
inline constexpr const char* bare_layer_name = "layer";

}  // namespace bell::image
