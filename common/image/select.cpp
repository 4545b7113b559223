// select.cpp - see select.hpp.
#include "image/select.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/platform.hpp"

namespace bell::image {
namespace {

constexpr std::size_t deepest_index = 8;
constexpr std::size_t most_candidates = 10'000;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;  // of all documents that are read
constexpr std::uint64_t least_cost = 4096;                     // a document that is small takes time, too

void collect(Documents& documents, const oci::Index& index, const std::string& tag, std::size_t depth,
             std::vector<Candidate>& out) {
    const Layout& layout = documents.layout();
    if (depth > deepest_index) throw Error::bad(bell::text::cat(layout.path(), ": indexes nested too deep"));
    for (const oci::Descriptor& each : index.manifests) {
        const auto name = each.annotations.find("org.opencontainers.image.ref.name");
        const std::string& own_tag = name == each.annotations.end() ? tag : name->second;
        const MediaType* type = media::find(each.mediaType);
        if (type && type->kind == Kind::index)
            collect(documents, oci::parse_index(documents.read(each), layout.place(each)), own_tag, depth + 1, out);
        else
            out.push_back({own_tag, each.platform, each});
        if (out.size() > most_candidates) throw Error::bad(bell::text::cat(layout.path(), ": too many manifests"));
    }
}

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

bool fits(const oci::Platform& has, const oci::Platform& wanted) {
    return has.os == wanted.os && has.architecture == wanted.architecture &&
           (!wanted.variant || has.variant == wanted.variant);
}

std::string listed(const std::vector<std::string>& names) {
    std::vector<std::string> unique = names;
    std::sort(unique.begin(), unique.end());
    unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
    return bell::text::printable(bell::text::join(unique, ", "));
}

// "docker.io/library/web:v1" is named by "v1", too, and by "docker.io/library/web", "library/web:v1" and "web".
bool names(const std::string& whole, const std::string& part) {
    const std::string name = whole.substr(0, whole.rfind(':'));
    return whole.ends_with(":" + part) || whole.ends_with("/" + part) || name == part || name.ends_with("/" + part);
}

std::vector<Candidate> with_tag(Documents& documents, const std::optional<std::string>& tag) {
    const Layout& layout = documents.layout();
    std::vector<Candidate> all = candidates(documents);
    std::vector<std::string> tags;
    for (const Candidate& each : all)
        if (!each.tag.empty()) tags.push_back(each.tag);
    if (all.empty()) throw Error::bad(bell::text::cat(layout.path(), ": the index names no image"));
    if (tag) {
        const bool exact = std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.tag == *tag; });
        std::erase_if(all, [&](const Candidate& each) { return exact ? each.tag != *tag : !names(each.tag, *tag); });
        if (all.empty())
            throw Error::bad(bell::text::cat(layout.path(), ": no image is tagged '", bell::text::printable(*tag), "'",
                                             bell::text::did_you_mean(*tag, tags)),
                             tags.empty() ? "it has no tags" : "it has: " + listed(tags));
        return all;
    }
    const bool several = std::any_of(tags.begin(), tags.end(), [&](const auto& each) { return each != tags.front(); });
    if (several)
        throw Error::bad(bell::text::cat(layout.path(), ": has several images: ", listed(tags)),
                         bell::text::cat("say which: ", layout.path(), ":", bell::text::printable(tags.front())));
    return all;
}

[[noreturn]] void refuse_platform(const Layout& layout, const oci::Platform& wanted,
                                  const std::vector<std::string>& there) {
    throw Error::bad(bell::text::cat(layout.path(), ": no image for ", text(wanted), "; there is ", listed(there)),
                     bell::text::cat("--platform ", there.empty() ? "OS/ARCH" : bell::text::printable(there.front()),
                                     " unpacks it all the same"));
}

}  // namespace

Reference Reference::parse(const std::string& words) {
    // skopeo's words for what is recognised here without a word.
    for (const std::string_view prefix : {"oci:", "oci-archive:", "docker-archive:"})
        if (words.starts_with(prefix)) return parse(words.substr(prefix.size()));
    if (words.find("://") != std::string::npos)
        throw Error::bad(
            bell::text::cat(bell::text::printable(words), ": is in a registry, a file or directory was expected"),
            bell::text::cat("skopeo fetches it: skopeo copy ", bell::text::printable(words),
                            " oci:images/NAME:latest"));
    const auto is_there = [](const std::string& path) { return path == "-" || ::access(path.c_str(), F_OK) == 0; };
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

std::string Documents::read(const oci::Descriptor& descriptor) {
    spent_ += std::max(std::min(descriptor.size, most_bytes), least_cost);
    if (spent_ > most_bytes && guard::on(guard::Guard::budgets))
        throw Error::bad(bell::text::cat(layout_.path(), ": its documents have more than ", most_bytes, " bytes"),
                         "name the image by its tag, if it has several");
    return layout_.document(descriptor);
}

std::vector<Candidate> candidates(Documents& documents) {
    std::vector<Candidate> out;
    collect(documents, documents.layout().index(), "", 0, out);
    return out;
}

std::vector<Candidate> tagged(Documents& documents, const std::string& tag) { return with_tag(documents, tag); }

Image load(Documents& documents, const Candidate& candidate) {
    const Layout& layout = documents.layout();
    const std::string place = layout.place(candidate.manifest);
    media::require(candidate.manifest.mediaType, Kind::manifest, place);
    oci::Manifest manifest = oci::parse_manifest(documents.read(candidate.manifest), place);
    if (manifest.mediaType && *manifest.mediaType != candidate.manifest.mediaType)
        throw Error::bad(bell::text::cat(place, ": calls itself '", bell::text::printable(*manifest.mediaType),
                                         "', the index calls it '", candidate.manifest.mediaType, "'"));
    media::require(manifest.config.mediaType, Kind::config, place);
    oci::ImageConfig config = oci::parse_image_config(documents.read(manifest.config), layout.place(manifest.config));
    if (config.rootfs.diffIds.size() != manifest.layers.size())
        throw Error::bad(bell::text::cat(place, ": has ", manifest.layers.size(), " layers, the config knows ",
                                         config.rootfs.diffIds.size()));
    return {candidate, std::move(manifest), std::move(config)};
}

Image choose(const Layout& layout, const std::optional<std::string>& tag, const std::optional<std::string>& platform) {
    const oci::Platform wanted = platform ? parse_platform(*platform) : host_platform();
    Documents documents(layout);
    std::set<std::string> there;
    // A descriptor need not say its platform; the image's config always does.
    for (const Candidate& each : with_tag(documents, tag)) {
        if (each.platform && !fits(*each.platform, wanted)) {
            there.insert(text(*each.platform));
            continue;
        }
        Image image = load(documents, each);
        oci::Platform own;
        own.os = image.config.os;
        own.architecture = image.config.architecture;
        own.variant = image.config.variant;
        if (each.platform || fits(own, wanted)) return image;
        there.insert(text(own));
    }
    refuse_platform(layout, wanted, {there.begin(), there.end()});
}

}  // namespace bell::image
