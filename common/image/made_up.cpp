// made_up.cpp - see made_up.hpp.
#include "image/made_up.hpp"

namespace bell::image {

oci::Descriptor MadeUp::put(std::string_view media_type, const std::string& bytes) {
    const Digest digest = digest_of(bytes);
    documents_["blobs/" + digest.path()] = bytes;
    oci::Descriptor out;
    out.mediaType = media_type;
    out.digest = digest.text();
    out.size = bytes.size();
    return out;
}

void MadeUp::add(oci::Manifest manifest, const std::vector<std::string>& tags) {
    manifest.mediaType = media::manifest;
    oci::Descriptor descriptor = put(media::manifest, oci::to_json(manifest));
    if (tags.empty()) index_.manifests.push_back(descriptor);
    for (const std::string& tag : tags) {
        descriptor.annotations["org.opencontainers.image.ref.name"] = tag;
        index_.manifests.push_back(descriptor);
    }
}

void MadeUp::finish() {
    index_.mediaType = media::index;
    documents_["index.json"] = oci::to_json(index_);
    documents_["oci-layout"] = oci::layout_version_json();
}

std::optional<Blob> MadeUp::find(const std::string& name) const {
    const auto found = documents_.find(name);
    return found == documents_.end() ? std::nullopt : std::optional(Blob::of(found->second));
}

}  // namespace bell::image
