// list.cpp - see list.hpp.
#include "image/list.hpp"

#include <fcntl.h>

#include <cstdio>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/sandbox.hpp"
#include "image/worker.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// The lines of the steps that made a layer, in their order.
std::vector<std::string> lines_of_layers(const oci::ImageConfig& config) {
    std::vector<std::string> out;
    for (const oci::ImageHistory& step : config.history)
        if (!step.emptyLayer.value_or(false)) out.push_back(step.createdBy.value_or(step.comment.value_or("")));
    return out;
}

}  // namespace

std::uint64_t ImageFacts::size() const {
    std::uint64_t sum = 0;
    for (const LayerFacts& layer : layers) sum += layer.size;
    return sum;
}

ImageFacts facts(const Image& image) {
    ImageFacts out;
    out.tag = image.chosen.tag;
    out.platform = text({image.config.architecture, image.config.os, {}, {}, image.config.variant});
    out.digest = image.chosen.manifest.digest;
    const std::vector<std::string> lines = lines_of_layers(image.config);
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
        const oci::Descriptor& layer = image.manifest.layers[i];
        const MediaType* type = media::find(layer.mediaType);
        out.layers.push_back({layer.digest, std::string(type ? word(type->compression) : "unknown"), layer.size,
                              i < lines.size() ? lines[i] : ""});
    }
    return out;
}

std::vector<ImageFacts> facts(const Layout& layout, const std::optional<std::string>& tag) {
    std::vector<ImageFacts> out;
    Documents documents(layout);
    for (const Candidate& each : tag ? tagged(documents, *tag) : candidates(documents)) {
        const MediaType* type = media::find(each.manifest.mediaType);
        ImageFacts other;
        other.tag = each.tag;
        other.digest = each.manifest.digest;
        other.not_an_image = each.manifest.mediaType;
        try {
            // One that is damaged, or not here, or an artifact in a manifest's form, doesn't hide the others.
            if (type && type->kind == Kind::manifest) other = facts(load(documents, each));
        } catch (const Error& error) {
            if (error.code() != 0) throw;
            other.not_an_image = error.message();
        }
        out.push_back(std::move(other));
    }
    return out;
}

void look_into(const Reference& reference, const Limits& limits, const std::function<void(const Layout&)>& look) {
    (void)in_child([&] {
        const Fd readable = reference.directory == "-" ? Fd{} : sys::open(reference.directory, O_PATH);
        std::vector<int> image;
        if (readable) image.push_back(readable.get());
        const std::string missing = enter_sandbox(image, {});
        if (!missing.empty()) narrate::warn(missing);
        look(Layout::open(reference.directory, -1, limits));
        std::fflush(stdout);
        return std::string{};
    });
}

}  // namespace bell::image
