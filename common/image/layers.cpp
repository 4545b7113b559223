// layers.cpp - see layers.hpp.
#include "image/layers.hpp"

#include "image/media.hpp"

namespace bell::image {
namespace {

LayerSource source_of(const Layout& layout, const oci::Descriptor& layer, const std::string& diff_id) {
    const std::string place = layout.place(layer);
    const MediaType& type = media::require(layer.mediaType, Kind::layer, place);
    LayerSource source{[&layout, &layer] { return layout.blob(layer); }, place, type.compression, {}, {}};
    if (is_unverified(layer)) return source;
    source.digest = digest(layer);
    source.diff_id = Digest::parse(diff_id, place);
    return source;
}

}  // namespace

std::vector<LayerSource> sources_of(const Layout& layout, const Image& image) {
    std::vector<LayerSource> sources;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i)
        sources.push_back(source_of(layout, image.manifest.layers[i], image.config.rootfs.diffIds[i]));
    return sources;
}

std::uint64_t packed_size(const Image& image) {
    std::uint64_t sum = 0;
    for (const oci::Descriptor& layer : image.manifest.layers) sum += layer.size;
    return sum;
}

}  // namespace bell::image
