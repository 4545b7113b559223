// media.hpp - what a blob claims to be.
//
// A descriptor's media type says what the bytes are: which document, or which compression around a layer's tar. The
// table has the specification's types and those of Docker, which mean the same. What the type claims is later checked
// against the bytes (inflate.hpp).
//
// image-spec media-types.md. Next: digest.hpp.
#pragma once

#include <string>
#include <string_view>

namespace bell::image {

enum class Kind : unsigned char { index, manifest, config, layer };
enum class Compression : unsigned char { none, gzip, zstd };

struct MediaType {
    std::string_view name;
    Kind kind;
    Compression compression;
};

namespace media {
inline constexpr std::string_view index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view config = "application/vnd.oci.image.config.v1+json";

/// The table's row, or nothing for a type we don't know.
[[nodiscard]] const MediaType* find(std::string_view name);
/// As find, but an unknown type or another kind is an error that names `place` and the nearest known type.
const MediaType& require(std::string_view name, Kind kind, std::string_view place);
/// The layer type we write for a compression.
[[nodiscard]] std::string_view layer(Compression compression);
}  // namespace media

/// "gzip", "zstd", "none".
[[nodiscard]] std::string_view word(Compression compression);

}  // namespace bell::image
