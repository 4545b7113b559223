// media.cpp - see media.hpp.
#include "image/media.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

constexpr std::array types = {
    MediaType{media::index, Kind::index, Compression::none},
    MediaType{media::manifest, Kind::manifest, Compression::none},
    MediaType{media::config, Kind::config, Compression::none},
    MediaType{"application/vnd.oci.image.layer.v1.tar", Kind::layer, Compression::none},
    MediaType{"application/vnd.oci.image.layer.v1.tar+gzip", Kind::layer, Compression::gzip},
    MediaType{"application/vnd.oci.image.layer.v1.tar+zstd", Kind::layer, Compression::zstd},
    MediaType{"application/vnd.oci.image.layer.nondistributable.v1.tar", Kind::layer, Compression::none},
    MediaType{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Kind::layer, Compression::gzip},
    MediaType{"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Kind::layer, Compression::zstd},
    MediaType{"application/vnd.docker.distribution.manifest.list.v2+json", Kind::index, Compression::none},
    MediaType{"application/vnd.docker.distribution.manifest.v2+json", Kind::manifest, Compression::none},
    MediaType{"application/vnd.docker.container.image.v1+json", Kind::config, Compression::none},
    MediaType{"application/vnd.docker.image.rootfs.diff.tar", Kind::layer, Compression::none},
    MediaType{"application/vnd.docker.image.rootfs.diff.tar.gzip", Kind::layer, Compression::gzip},
    MediaType{"application/vnd.docker.image.rootfs.diff.tar.zstd", Kind::layer, Compression::zstd},
    MediaType{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Kind::layer, Compression::gzip},
};

constexpr std::array<std::string_view, 4> kind_words = {"an index", "a manifest", "an image config", "a layer"};

std::vector<std::string> names_of(Kind kind) {
    std::vector<std::string> names;
    for (const MediaType& type : types)
        if (type.kind == kind) names.emplace_back(type.name);
    return names;
}

}  // namespace

const MediaType* media::find(std::string_view name) {
    const auto found =
        std::find_if(types.begin(), types.end(), [&](const MediaType& type) { return type.name == name; });
    return found == types.end() ? nullptr : &*found;
}

const MediaType& media::require(std::string_view name, Kind kind, std::string_view place) {
    const MediaType* type = find(name);
    if (type && type->kind == kind) return *type;
    const std::string_view wanted = kind_words[static_cast<std::size_t>(kind)];
    const std::string guess = type ? "" : text::did_you_mean(name, names_of(kind));
    const std::string_view why = kind == Kind::config ? "it isn't an image that can be run, but another artifact" : "";
    throw Error::bad(
        text::cat(place, ": the media type of ", wanted, " was expected, is '", text::printable(name), "'", guess),
        std::string(guess.empty() ? why : ""));
}

std::string_view media::layer(Compression compression) { return types[3 + static_cast<std::size_t>(compression)].name; }

std::string_view word(Compression compression) {
    constexpr std::array<std::string_view, 3> words = {"none", "gzip", "zstd"};
    return words[static_cast<std::size_t>(compression)];
}

}  // namespace bell::image
