// below.cpp - see below.hpp.
#include "image/below.hpp"

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/pipeline.hpp"
#include "image/unpack.hpp"

namespace bell::image {
namespace {

void take_layer(const Layout& from, oci::Descriptor& layer, Compression compression, Store& to) {
    layer.mediaType = media::layer(compression);
    if (to.has(layer)) return;
    const Digest name = digest(layer);
    BlobSource blob(from.blob(layer), name, from.place(layer));
    SourceStream bytes(blob);
    to.copy(bytes, layer.mediaType, name.algorithm);
}

// A name in a Docker archive is the DiffID, which the pipeline holds the tar against.
void take_plain_layer(const Layout& from, oci::Descriptor& layer, Compression compression, const std::string& diff_id,
                      Budget& budget, Store& to) {
    const Digest name = Digest::parse(diff_id, from.place(layer));
    Pipeline pipeline({{[&] { return from.blob(layer); }, from.place(layer), compression, digest(layer), name}},
                      budget);
    layer = to.copy(pipeline.next_layer(), media::layer(Compression::none), name.algorithm);
}

}  // namespace

Below take_over(const std::string& reference, const std::optional<std::string>& platform, Store& store, bool plain) {
    const narrate::Section why("layer-pack", "the image below: its layers are taken over", "manifest.md");
    const Reference from = Reference::parse(reference);
    const Layout layout = Layout::open(from.directory);
    Below below{choose(layout, from.tag, platform), {}};
    oci::Manifest& manifest = below.image.manifest;
    below.config = layout.document(manifest.config);
    const Limits limits;
    Budget budget(limits);
    for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
        oci::Descriptor& layer = manifest.layers[i];
        if (is_unverified(layer))
            throw Error::bad(text::cat(reference, ": is a layer without an image around it"),
                             "unpack it, and pack all of it: layer-pack ROOTFS IMAGE");
        const Compression how = media::require(layer.mediaType, Kind::layer, layout.place(layer)).compression;
        if (plain)
            take_plain_layer(layout, layer, how, below.image.config.rootfs.diffIds[i], budget, store);
        else
            take_layer(layout, layer, how, store);
    }
    return below;
}

std::string unpack_below(const std::string& reference, const std::optional<std::string>& platform,
                         const std::string& bundle) {
    const narrate::Section why("layer-pack", "the image below, unpacked: the other side of the difference", "layer.md");
    UnpackOptions options;
    options.image = reference;
    options.bundle = bundle;
    options.platform = platform;
    [[maybe_unused]] const Outcome outcome = unpack(options);
    return bundle + "/rootfs";
}

}  // namespace bell::image
