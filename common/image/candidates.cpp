// candidates.cpp - from index.json to the manifests it leads to, and those of them with a tag. See select.hpp.
#include <algorithm>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/media.hpp"
#include "image/select.hpp"

namespace bell::image {
namespace {

constexpr std::size_t deepest_index = 8;
constexpr std::size_t most_candidates = 10'000;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;  // of all documents that are read
constexpr std::uint64_t least_cost = 4096;                     // a document that is small takes time, too

// What docker save and containerd write is the whole name, where the specification's has only the tag.
std::optional<std::string> name_of(const oci::Descriptor& descriptor) {
    for (const char* key : {"io.containerd.image.name", "org.opencontainers.image.ref.name"}) {
        const auto found = descriptor.annotations.find(key);
        if (found != descriptor.annotations.end() && !found->second.empty()) return found->second;
    }
    return std::nullopt;
}

// `way`: the indexes that lead here; index.json itself isn't one of them.
void collect(Documents& documents, const oci::Index& index, const std::string& tag, std::vector<oci::Descriptor>& way,
             std::vector<Candidate>& out) {
    const Layout& layout = documents.layout();
    if (way.size() > deepest_index) throw Error::bad(bell::text::cat(layout.path(), ": indexes nested too deep"));
    for (const oci::Descriptor& each : index.manifests) {
        const std::string own_tag = name_of(each).value_or(tag);
        const MediaType* type = media::find(each.mediaType);
        if (type && type->kind == Kind::index) {
            way.push_back({each.mediaType, each.digest, each.size, {}, {}, {}});
            collect(documents, oci::parse_index(documents.read(each), layout.place(each)), own_tag, way, out);
            way.pop_back();
        } else {
            out.push_back({own_tag, each.platform, each, way});
        }
        if (out.size() > most_candidates) throw Error::bad(bell::text::cat(layout.path(), ": too many manifests"));
    }
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

}  // namespace

std::string Documents::read(const oci::Descriptor& descriptor) {
    spent_ += std::max(std::min(descriptor.size, most_bytes), least_cost);
    if (spent_ > most_bytes && guard::on(guard::Guard::budgets))
        throw Error::bad(bell::text::cat(layout_.path(), ": its documents have more than ", most_bytes, " bytes"),
                         "name the image by its tag, if it has several");
    return layout_.document(descriptor);
}

std::vector<Candidate> candidates(Documents& documents) {
    std::vector<Candidate> out;
    std::vector<oci::Descriptor> way;
    collect(documents, documents.layout().index(), "", way, out);
    return out;
}

std::vector<Candidate> tagged(Documents& documents, const std::optional<std::string>& tag) {
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

}  // namespace bell::image
