// select.cpp - see select.hpp.
#include "image/select.hpp"

#include <unistd.h>

#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/platform.hpp"

namespace bell::image {
namespace {

oci::Platform parse_platform(const std::string& words) {
    const std::vector<std::string> part = bell::text::split(words, '/');
    if (part.size() < 2 || part.size() > 3)
        throw Error::bad(bell::text::cat("--platform ", bell::text::printable(words), ": not a platform"),
                         "OS/ARCHITECTURE[/VARIANT], as in linux/arm64");
    oci::Platform platform;
    platform.os = part[0];
    platform.architecture = part[1];
    if (part.size() == 3) platform.variant = part[2];
    return platform;
}

// What an architecture without a variant means.
std::string variant_of(const oci::Platform& platform) {
    if (platform.variant) return *platform.variant;
    if (platform.architecture == "arm64") return "v8";
    if (platform.architecture == "amd64") return "v1";
    return platform.architecture == "arm" ? "v7" : "";
}

// How well an image for the one runs on the other: 0 not at all, the most where they are the same. A newer machine runs
// what is for an older one ("v2" on "v3"); what an older one makes of the newer's nobody can say.
unsigned fit(const oci::Platform& has, const oci::Platform& wanted) {
    if (has.os != wanted.os || has.architecture != wanted.architecture) return 0;
    const std::string its = variant_of(has), ours = variant_of(wanted);
    if (its == ours) return 1000;
    if (its > ours) return 0;
    return 1 + static_cast<unsigned>(its.empty() ? 0 : static_cast<unsigned char>(its.back()));
}

[[noreturn]] void refuse_platform(const Layout& layout, const oci::Platform& wanted,
                                  const std::vector<std::string>& there) {
    throw Error::bad(bell::text::cat(layout.path(), ": no image for ", text(wanted), "; there is ",
                                     bell::text::printable(bell::text::join(there, ", "))),
                     bell::text::cat("--platform ", there.empty() ? "OS/ARCH" : bell::text::printable(there.front()),
                                     " unpacks it all the same"));
}

}  // namespace

Reference Reference::parse(const std::string& words) {
    const auto is_there = [](const std::string& path) { return path == "-" || ::access(path.c_str(), F_OK) == 0; };
    // skopeo's words for what is recognised here without a word, unless something of that name is there.
    for (const std::string_view prefix : {"oci:", "oci-archive:", "docker-archive:"})
        if (words.starts_with(prefix) && !is_there(std::string(prefix.substr(0, prefix.size() - 1))))
            return parse(words.substr(prefix.size()));
    if (words.find("://") != std::string::npos)
        throw Error::bad(
            bell::text::cat(bell::text::printable(words), ": is in a registry, a file or directory was expected"),
            bell::text::cat("skopeo fetches it: skopeo copy ", bell::text::printable(words),
                            " oci:images/NAME:latest"));
    for (std::size_t end = words.size(); end != std::string::npos && end > 0; end = words.rfind(':', end - 1)) {
        const std::string name = words.substr(0, end);
        if (!is_there(name)) continue;
        if (end == words.size()) return {name, std::nullopt};
        return {name, words.substr(end + 1)};
    }
    // None is there; it may be one that is to be made.
    const std::size_t colon = words.rfind(':');
    const bool has_tag = colon != std::string::npos && words.find('/', colon) == std::string::npos;
    if (!has_tag) return {words, std::nullopt};
    return {words.substr(0, colon), words.substr(colon + 1)};
}

namespace {

// The rest of an image whose manifest has been read.
Image load_with(Documents& documents, const Candidate& candidate, oci::Manifest manifest) {
    const Layout& layout = documents.layout();
    const std::string place = layout.place(candidate.manifest);
    if (manifest.mediaType && *manifest.mediaType != candidate.manifest.mediaType)
        throw Error::bad(bell::text::cat(place, ": calls itself '", bell::text::printable(*manifest.mediaType),
                                         "', the index calls it '", candidate.manifest.mediaType, "'"));
    media::require(manifest.config.mediaType, Kind::config, place);
    oci::ImageConfig config = oci::parse_image_config(documents.read(manifest.config), layout.place(manifest.config));
    if (config.rootfs.type != "layers")
        throw Error::bad(bell::text::cat(place, ": its config's rootfs is of type '",
                                         bell::text::printable(config.rootfs.type), "', only 'layers' is known"));
    if (config.rootfs.diffIds.size() != manifest.layers.size())
        throw Error::bad(bell::text::cat(place, ": has ", manifest.layers.size(), " layers, the config knows ",
                                         config.rootfs.diffIds.size()));
    return {candidate, std::move(manifest), std::move(config)};
}

}  // namespace

Image load(Documents& documents, const Candidate& candidate) {
    const std::string place = documents.layout().place(candidate.manifest);
    media::require(candidate.manifest.mediaType, Kind::manifest, place);
    return load_with(documents, candidate, oci::parse_manifest(documents.read(candidate.manifest), place));
}

namespace {

// Nothing for something else than an image: another type of document, or an artifact in a manifest's form.
std::optional<Image> load_image(Documents& documents, const Candidate& candidate) {
    const MediaType* type = media::find(candidate.manifest.mediaType);
    if (!type || type->kind != Kind::manifest) return std::nullopt;
    oci::Manifest manifest =
        oci::parse_manifest(documents.read(candidate.manifest), documents.layout().place(candidate.manifest));
    const MediaType* config = media::find(manifest.config.mediaType);
    if (manifest.config.mediaType.find("image.config") == std::string::npos &&
        (!config || config->kind != Kind::config))
        return std::nullopt;
    return load_with(documents, candidate, std::move(manifest));
}

oci::Platform platform_of(const Candidate& candidate, const oci::ImageConfig& config) {
    if (candidate.platform) return *candidate.platform;
    oci::Platform own;
    own.os = config.os;
    own.architecture = config.architecture;
    own.variant = config.variant;
    return own;
}

}  // namespace

Image choose(const Layout& layout, const std::optional<std::string>& tag, const std::optional<std::string>& platform) {
    const oci::Platform wanted = platform ? parse_platform(*platform) : host_platform();
    Documents documents(layout);
    std::set<std::string> there;
    std::optional<Image> best;
    unsigned best_fit = 0;
    std::vector<std::string> equal;
    const std::vector<Candidate> all = tagged(documents, tag);
    // A descriptor need not say its platform; the image's config always does.
    for (const Candidate& each : all) {
        if (each.platform && fit(*each.platform, wanted) == 0) {
            there.insert(text(*each.platform));
            continue;
        }
        // What is no image is passed over, unless there is nothing else to be told about.
        std::optional<Image> image = all.size() == 1 ? load(documents, each) : load_image(documents, each);
        if (!image) continue;
        const oci::Platform own = platform_of(each, image->config);
        const unsigned how_well = fit(own, wanted);
        if (how_well == 0) there.insert(text(own));
        if (how_well > 0 && how_well == best_fit && best->chosen.manifest.digest != each.manifest.digest)
            equal.push_back(each.manifest.digest);
        if (how_well <= best_fit) continue;
        best = std::move(image);
        best_fit = how_well;
        equal.clear();
    }
    if (!best) refuse_platform(layout, wanted, {there.begin(), there.end()});
    if (!equal.empty())
        throw Error::bad(bell::text::cat(layout.path(), ": has several images for ", text(wanted),
                                         tag ? ", all tagged '" + bell::text::printable(*tag) + "'" : " without a tag"),
                         "skopeo copy can give one of them a name");
    return *std::move(best);
}

}  // namespace bell::image
