// docker_archive.hpp - what `docker save` writes, read as an image layout.
//
//     manifest.json    [{"Config": "e3b0....json", "RepoTags": ["web:latest"], "Layers": ["4f5a.../layer.tar", ...]}]
//     e3b0....json     the image's config, with the DiffIDs of its layers
//     4f5a.../layer.tar
//
// Only names, no digests: but the config has the digest of every layer's tar, and its own name is often its digest. So
// a manifest and an index are made up that say what can be checked, and everything behind (choosing, verifying,
// unpacking) stays as it is. The old form (a directory for each layer, links for those that are the same) and the new
// (blobs/) are read alike.
//
// docker image save, image-spec manifest.md. Next: bare_layer.hpp.
#pragma once

#include <memory>
#include <string>

#include "image/files.hpp"

namespace bell::image {

/// `files` has a manifest.json. Throws if what it names isn't there, or can't be read.
[[nodiscard]] std::unique_ptr<Files> docker_files(std::unique_ptr<Files> files, const std::string& shown);

}  // namespace bell::image
