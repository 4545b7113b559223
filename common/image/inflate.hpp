// inflate.hpp - decompression, in this process.
//
// Engines often pipe layers through the host's gzip program; then an image decides what a host program reads, with the
// host's PATH and libraries. Here the libraries are linked in and fed by hand (security.md, rule 14). The compression
// is the one that the media type names, and the first bytes must agree with it.
//
// RFC 1952 (gzip; several members one after the other are one stream), RFC 8878 (zstd). Next: gunzip.hpp, stream.hpp.
#pragma once

#include <memory>

#include "image/media.hpp"
#include "image/source.hpp"

namespace bell::image {

/// The uncompressed bytes of `source`. At its end the source has been read to its end too. `source` must outlive it.
[[nodiscard]] std::unique_ptr<Source> decompress(Source& source, Compression compression);

/// What these first bytes of a blob are compressed with.
[[nodiscard]] Compression recognise(std::string_view first_bytes);

/// An error about a layer's compressed bytes.
[[noreturn]] void refuse_packed(Compression compression, std::string_view why);

}  // namespace bell::image
