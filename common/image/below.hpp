// below.hpp - the image that a layer is put on.
//
// Its layers are taken over as they are, blob by blob, each checked against its digest on the way; only their media
// types become the specification's own. For a Docker archive they are uncompressed. If all there is of a difference is
// the new root file system, the other side of it is this image, unpacked for the moment.
//
// image-spec manifest.md. Next: wishes.hpp, pack.hpp.
#pragma once

#include <optional>
#include <string>

#include "image/progress.hpp"
#include "image/select.hpp"
#include "image/store.hpp"

namespace bell::image {

struct Below {
    Image image;
    std::string config;  ///< its document as it stands: it may say more than the structure holds
};

/// Copies the image `reference` into the store. `plain`: its layers uncompressed.
[[nodiscard]] Below take_over(const std::string& reference, const std::optional<std::string>& platform, Store& store,
                              bool plain, const Progress& progress);

/// Unpacks it into the new directory `bundle`; returns where its root file system is.
[[nodiscard]] std::string unpack_below(const std::string& reference, const std::optional<std::string>& platform,
                                       const std::string& bundle, const Progress& progress);

}  // namespace bell::image
