// pack.hpp - rootfs -> layer -> image.
//
//     files -> tar -> layer blob;  its digests -> config -> manifest -> index.json;  all of that -> archive
//
// unpack.hpp the other way: each document names what was written before it. On another image (`on`) the new layer comes
// last, and the config starts from that image's. The same files and options give the same digest, wherever and
// whenever. A child does the work (worker.hpp); the parent tidies up, and gives an archive its name in the end.
//
// image-spec manifest.md, config.md; SOURCE_DATE_EPOCH. Next: tools/layer-pack/main.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/destination.hpp"
#include "image/media.hpp"
#include "image/progress.hpp"
#include "image/wishes.hpp"

namespace bell::image {

struct PackOptions {
    std::string rootfs;
    Destination to;
    std::optional<std::string> on;           ///< an image the layer is put on
    std::optional<std::string> base_rootfs;  ///< only what differs from it; without: from the image below
    bool add = false;                        ///< all of `rootfs`, on top of what is below
    std::optional<Compression> compression;  ///< without: gzip, but none in a Docker archive
    std::optional<int> level;
    std::optional<std::string> platform;
    std::optional<std::int64_t> created;  ///< without: SOURCE_DATE_EPOCH, or the newest file's time
    Wishes wishes;
    Progress progress = {};  ///< of each long step, from 0 on: of the blobs below, or of the files
};

struct Packed {
    std::string digest;  ///< the manifest's
    std::string config;  ///< the config's digest: what Docker calls the image's id
    std::string layer;   ///< the new layer's digest; empty: no file has changed, so there is none
    std::string diff_id;
    std::uint64_t size = 0;  ///< of the new layer's blob
    std::uint64_t layers = 0;
    std::uint64_t files = 0;
    std::uint64_t whiteouts = 0;
    std::vector<std::string> warnings;
};

/// Throws if anything is wrong; then all is as it was.
[[nodiscard]] Packed pack(const PackOptions& options);

}  // namespace bell::image
