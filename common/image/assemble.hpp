// assemble.hpp - what the sandboxed process does: image in, root file system and config.json out.
//
// Next: layer.hpp, convert.hpp.
#pragma once

#include "image/layer_store.hpp"
#include "image/unpack.hpp"

namespace bell::image {

/// Where it writes.
struct Places {
    int staging = -1;                   ///< -1: nowhere, it only reads and checks
    std::string bundle = {};            ///< what the staging directory is for, absolute
    const LayerStore* store = nullptr;  ///< with it:
    const Fd* workplace = nullptr;      ///< a directory beside its layers, for new ones
};

/// Fills the staging directory, and the workplace with the layers that the store hasn't.
[[nodiscard]] Outcome assemble(const UnpackOptions& options, const Places& places);

}  // namespace bell::image
