// made_up.hpp - the documents of an image layout for something that has none: an index, manifests, configs, in memory.
//
// Next: docker_archive.hpp and bare_layer.hpp, which need them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/media.hpp"
#include "image/source.hpp"
#include "oci/image.hpp"

namespace bell::image {

class MadeUp {
public:
    /// A document under its digest.
    oci::Descriptor put(std::string_view media_type, const std::string& bytes);
    /// One image, under each of the tags; without any it has none.
    void add(oci::Manifest manifest, const std::vector<std::string>& tags);
    /// After the last image.
    void finish();

    [[nodiscard]] std::optional<Blob> find(const std::string& name) const;
    [[nodiscard]] bool has(const std::string& name) const { return documents_.contains(name); }

private:
    std::map<std::string, std::string> documents_;
    oci::Index index_;
};

}  // namespace bell::image
