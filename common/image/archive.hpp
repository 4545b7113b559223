// archive.hpp - an image as one file: a tar of its blobs and documents.
//
//     OCI archive                          Docker archive
//     blobs/sha256/e3b0...                 e3b0....tar      a layer's tar, by its DiffID
//     index.json                           4a1c....json     the config
//     manifest.json                        manifest.json
//     oci-layout
//
// The OCI archive is a layout (layout.hpp) in a tar. It has manifest.json as well, which lists the same blobs in
// Docker's words, as `docker save` writes it today: so one archive is taken by who knows the one and who knows the
// other. The Docker archive is the older form, with layers uncompressed. Members are sorted, root's, and as old as time
// (or SOURCE_DATE_EPOCH): the same image gives the same archive.
//
// image-spec image-layout.md, Docker image specification v1.2 "Combined Image JSON + Filesystem Changeset Format".
// Next: pack.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "image/destination.hpp"
#include "image/select.hpp"

namespace bell::image {

/// An image whose blobs and documents are in a layout directory (store.hpp), on the way to `destination`.
struct Staged {
    const Image& image;
    std::string directory;
    std::string manifest;  ///< its digest
};

/// Writes the archive to a new file, or to stdout if that is where it goes. For a Docker archive the staged layers must
/// be plain tars.
void write_archive(const Staged& staged, const Destination& destination, std::int64_t mtime, const std::string& file);

}  // namespace bell::image
