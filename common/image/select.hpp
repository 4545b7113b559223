// select.hpp - which image, for which machine.
//
// index.json may name several images (tags) and each tag may lead to an index of its own, with one manifest a platform.
// The walk from there down to layers follows digests only.
//
// image-spec image-index.md, annotations.md (org.opencontainers.image.ref.name). Next: unpack.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/layout.hpp"
#include "image/platform.hpp"

namespace bell::image {

/// "images/web:v1" -> the layout or archive, and the tag. The longest name that is there wins, so that a tag may have a
/// colon, too: "web.tar:docker.io/web:v1". "-" is stdin.
struct Reference {
    std::string directory;
    std::optional<std::string> tag;
    static Reference parse(const std::string& words);
};

/// One manifest reachable from index.json.
struct Candidate {
    std::string tag;  ///< empty: untagged
    std::optional<oci::Platform> platform;
    oci::Descriptor manifest;
};

/// An image: what its documents say, all verified.
struct Image {
    Candidate chosen;
    oci::Manifest manifest;
    oci::ImageConfig config;
};

/// All manifests, in the order of the index.
[[nodiscard]] std::vector<Candidate> candidates(const Layout& layout);

/// Those with this tag; throws, and says which there are, if none has it.
[[nodiscard]] std::vector<Candidate> tagged(const Layout& layout, const std::string& tag);

/// The image with this tag (without one: the only one) for this platform ("linux/arm64"; without one: this machine's).
[[nodiscard]] Image choose(const Layout& layout, const std::optional<std::string>& tag,
                           const std::optional<std::string>& platform);

/// Reads and checks what a candidate's manifest and config say.
[[nodiscard]] Image load(const Layout& layout, const Candidate& candidate);

}  // namespace bell::image
