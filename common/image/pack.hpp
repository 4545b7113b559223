// pack.hpp - rootfs -> layer -> image.
//
//     files -> tar -> layer blob;  its digests -> config -> manifest -> index.json
//
// unpack.hpp the other way: each document names what was written before it. On another image (`on`) the new layer comes
// last, and its config starts from that image's. The same files and options give the same digest, wherever and
// whenever.
//
// image-spec manifest.md, config.md; SOURCE_DATE_EPOCH. Next: tools/layer-pack/main.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/convert.hpp"
#include "image/media.hpp"

namespace bell::image {

struct PackOptions {
    std::string rootfs;
    std::string image;                       ///< DIRECTORY or DIRECTORY:TAG
    std::optional<std::string> base_rootfs;  ///< only what differs from it
    std::optional<std::string> on;           ///< an image the layer is put on
    Compression compression = Compression::gzip;
    std::optional<std::string> platform;
    std::optional<std::string> author;
    std::optional<std::string> stop_signal;
    std::map<std::string, std::string> labels;
    std::vector<std::string> ports;
    std::vector<std::string> volumes;
    Overrides process;
};

struct Packed {
    std::string tag;
    std::string digest;  ///< the manifest's
    std::uint64_t layers = 0;
    std::uint64_t files = 0;
    std::uint64_t whiteouts = 0;
    std::uint64_t size = 0;  ///< of the new layer's blob
    std::vector<std::string> warnings;
};

/// Throws if anything is wrong; then the layout is as it was.
[[nodiscard]] Packed pack(const PackOptions& options);

}  // namespace bell::image
