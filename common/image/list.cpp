// list.cpp - see list.hpp.
#include "image/list.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/select.hpp"

namespace bell::image {
namespace {

std::string human(std::uint64_t bytes) {
    std::size_t unit = 0;
    std::uint64_t tenths = bytes * 10;
    for (; tenths >= 10240 && unit < 4; ++unit) tenths /= 1024;
    const std::string whole = bell::text::cat(tenths / 10);
    const std::string point = unit > 0 && tenths < 100 ? bell::text::cat(".", tenths % 10) : "";
    return whole + point + std::string(1, "BKMGT"[unit]);
}

std::string lines_of(Documents& documents, const Candidate& candidate) {
    const MediaType* type = media::find(candidate.manifest.mediaType);
    const std::string tag = candidate.tag.empty() ? "(no tag)" : bell::text::printable(candidate.tag);
    if (!type || type->kind != Kind::manifest)
        return bell::text::cat(tag, "  not an image: ", bell::text::printable(candidate.manifest.mediaType), "\n");
    const Image image = load(documents, candidate);
    std::uint64_t size = 0;
    std::string layers;
    for (const oci::Descriptor& layer : image.manifest.layers) {
        size += layer.size;
        const MediaType* layer_type = media::find(layer.mediaType);
        layers +=
            bell::text::cat("    ", digest(layer).shortened(), "  ",
                            layer_type ? word(layer_type->compression) : "unknown", "  ", human(layer.size), "\n");
    }
    const std::size_t count = image.manifest.layers.size();
    return bell::text::cat(tag, "  ", bell::text::printable(image.config.os), "/",
                           bell::text::printable(image.config.architecture), "  ",
                           digest(candidate.manifest).shortened(), "  ", count, count == 1 ? " layer, " : " layers, ",
                           human(size), "\n", layers);
}

}  // namespace

std::string listing(const std::string& words) {
    const Reference reference = Reference::parse(words);
    const Layout layout = Layout::open(reference.directory);
    Documents documents(layout);
    std::string out;
    for (const Candidate& each : candidates(documents))
        if (!reference.tag || each.tag == *reference.tag) out += lines_of(documents, each);
    if (out.empty()) throw Error::bad(bell::text::cat(words, ": no such image"));
    out.pop_back();
    return out;
}

}  // namespace bell::image
