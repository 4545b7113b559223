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

// How far it is: bytes of the layers before, and of the one at hand.
struct Meter {
    const Progress& progress;
    std::uint64_t all = 0, before = 0;

    void show(std::uint64_t passed) const {
        if (progress) progress(before + passed, all);
    }
};

// A blob on its way, and the meter beside it.
class MeteredStream final : public Stream {
public:
    MeteredStream(BlobSource& blob, const Meter& meter) : blob_(blob), bytes_(blob), meter_(meter) {}
    std::string_view next() override {
        meter_.show(blob_.passed());
        return bytes_.next();
    }

private:
    BlobSource& blob_;
    SourceStream bytes_;
    const Meter& meter_;
};

void take_layer(const Layout& from, oci::Descriptor& layer, Compression compression, const Meter& meter, Store& to) {
    layer.mediaType = media::layer(compression);
    if (to.has(layer)) return;
    const Digest name = digest(layer);
    BlobSource blob(from.blob(layer), name, from.place(layer));
    MeteredStream bytes(blob, meter);
    to.copy(bytes, layer.mediaType, name.algorithm);
}

// A name in a Docker archive is the DiffID, which the pipeline holds the tar against.
void take_plain_layer(const Layout& from, oci::Descriptor& layer, Compression compression, const std::string& diff_id,
                      Budget& budget, const Meter& meter, Store& to) {
    const Digest name = Digest::parse(diff_id, from.place(layer));
    Pipeline pipeline({{[&] { return from.blob(layer); }, from.place(layer), compression, digest(layer), name}},
                      budget);
    pipeline.on_progress([&](std::uint64_t passed) { meter.show(passed); });
    layer = to.copy(pipeline.next_layer(), media::layer(Compression::none), name.algorithm);
}

}  // namespace

Below take_over(const std::string& reference, const std::optional<std::string>& platform, Store& store, bool plain,
                const Progress& progress) {
    const narrate::Section why("layer-pack", "the image below: its layers are taken over", "manifest.md");
    const Reference from = Reference::parse(reference);
    const Layout layout = Layout::open(from.directory);
    Below below{choose(layout, from.tag, platform), {}};
    oci::Manifest& manifest = below.image.manifest;
    below.config = layout.document(manifest.config);
    const Limits limits;
    Budget budget(limits);
    Meter meter{progress};
    for (const oci::Descriptor& layer : manifest.layers) meter.all += layer.size;
    for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
        oci::Descriptor& layer = manifest.layers[i];
        const std::uint64_t size = layer.size;
        if (is_unverified(layer))
            throw Error::bad(text::cat(reference, ": is a layer without an image around it"),
                             "unpack it, and pack all of it: layer-pack ROOTFS IMAGE");
        const Compression how = media::require(layer.mediaType, Kind::layer, layout.place(layer)).compression;
        if (plain)
            take_plain_layer(layout, layer, how, below.image.config.rootfs.diffIds[i], budget, meter, store);
        else
            take_layer(layout, layer, how, meter, store);
        meter.before += size;
    }
    return below;
}

std::string unpack_below(const std::string& reference, const std::optional<std::string>& platform,
                         const std::string& bundle, const Progress& progress) {
    const narrate::Section why("layer-pack", "the image below, unpacked: the other side of the difference", "layer.md");
    UnpackOptions options;
    options.image = reference;
    options.bundle = bundle;
    options.platform = platform;
    options.progress = progress;
    [[maybe_unused]] const Outcome outcome = unpack(options);
    return bundle + "/rootfs";
}

}  // namespace bell::image
