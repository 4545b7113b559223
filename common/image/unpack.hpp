// unpack.hpp - image -> rootfs + config.json, the whole way.
//
//     index.json -> (index) -> manifest -> config -> layer, layer, layer
//
// Each arrow is a digest, and each is checked; only then does anything appear under its final name. Two processes do
// it. The parent makes the staging directory, waits, and publishes or cleans up; it never looks at the image. The child
// locks itself in (sandbox.hpp), reads the image and fills the staging directory. So a crash in a decompressor, a
// signal, or a kill leaves a parent that tidies up.
//
// image-spec, runtime-spec bundle.md. Next: tools/layer-unpack/main.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/convert.hpp"
#include "image/limits.hpp"
#include "image/progress.hpp"
#include "image/staging.hpp"

namespace bell::image {

struct UnpackOptions {
    std::string image;               ///< a file or directory, with :TAG or without; "-": stdin
    std::optional<std::string> tag;  ///< instead of one behind the image's name
    std::string bundle;
    std::optional<std::string> store;     ///< a directory of layers to share (layer_store.hpp)
    std::optional<std::string> platform;  ///< "linux/arm64"
    BundleOptions how;
    bool strict = false;  ///< what has to be left out, or a kernel without Landlock, is an error
    Limits limits;
    Overrides overrides;
    Progress progress = {};  ///< bytes of blobs that are read
};

struct Outcome {
    std::uint64_t layers = 0;
    std::uint64_t reused = 0;  ///< of the layers: those that were in the store
    std::uint64_t files = 0;   ///< of those that were not
    bool verified = true;      ///< false for a bare layer
    std::vector<std::string> warnings;
    std::vector<std::string> notes;  ///< nothing is wrong, but who doesn't know will wonder
};

/// Throws if anything is wrong; then nothing has changed. In a dry run everything is read and checked, nothing written.
[[nodiscard]] Outcome unpack(const UnpackOptions& options);

}  // namespace bell::image
