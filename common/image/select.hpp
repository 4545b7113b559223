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
    std::vector<oci::Descriptor> indexes;  ///< that lead to it from index.json, the outermost first
};

/// An image: what its documents say, all verified.
struct Image {
    Candidate chosen;
    oci::Manifest manifest;
    oci::ImageConfig config;
};

/// A layout's documents, of which no more is read than an honest image has: an index may name the same large manifest a
/// thousand times, or another index that does, and so on.
class Documents {
public:
    explicit Documents(const Layout& layout) : layout_(layout) {}
    [[nodiscard]] const Layout& layout() const { return layout_; }
    /// Layout::document, within the budget.
    [[nodiscard]] std::string read(const oci::Descriptor& descriptor);

private:
    const Layout& layout_;
    std::uint64_t spent_ = 0;
};

/// All manifests, in the order of the index.
[[nodiscard]] std::vector<Candidate> candidates(Documents& documents);

/// Those with this tag; throws, and says which there are, if none has it. Without one: all, which may have one tag at
/// most.
[[nodiscard]] std::vector<Candidate> tagged(Documents& documents, const std::optional<std::string>& tag);

/// The image with this tag (without one: the only one) for this platform ("linux/arm64"; without one: this machine's).
[[nodiscard]] Image choose(const Layout& layout, const std::optional<std::string>& tag,
                           const std::optional<std::string>& platform);

/// Reads and checks what a candidate's manifest and config say.
[[nodiscard]] Image load(Documents& documents, const Candidate& candidate);

}  // namespace bell::image
