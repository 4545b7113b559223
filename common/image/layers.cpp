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

bool contains(const std::vector<bool>& set, std::size_t number) { return number < set.size() && set[number]; }

}  // namespace

std::vector<LayerSource> sources_of(const Layout& layout, const Image& image, const std::vector<bool>& left_out) {
    std::vector<LayerSource> sources;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i)
        if (!contains(left_out, i))
            sources.push_back(source_of(layout, image.manifest.layers[i], image.config.rootfs.diffIds[i]));
    return sources;
}

void tell_progress(Pipeline& pipeline, const Image& image, const Progress& progress,
                   const std::vector<bool>& left_out) {
    if (!progress) return;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i)
        if (!contains(left_out, i)) sum += image.manifest.layers[i].size;
    pipeline.on_progress([&progress, sum](std::uint64_t done) { progress(done, sum); });
}

}  // namespace bell::image
