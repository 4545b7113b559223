// assemble.hpp - what the sandboxed process does: image in, root file system and config.json out.
//
// Next: layer.hpp, convert.hpp.
#pragma once

#include "image/unpack.hpp"

namespace bell::image {

/// Fills the staging directory (-1: only reads and checks).
[[nodiscard]] Outcome assemble(const UnpackOptions& options, int staging);

}  // namespace bell::image
