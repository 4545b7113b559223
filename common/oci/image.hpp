// image.hpp - the image specification's documents as structures.
//
// An image is a chain of documents, each naming the next by the digest of its bytes: an index names manifests (one a
// platform), a manifest names a configuration and the layers, the configuration says how the layers' contents hash and
// what program to run. So whoever trusts the first digest can check everything below it.
//
// image-spec 1.1: descriptor.md, image-index.md, manifest.md, config.md. Next: image_fields.hpp, image/layout.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bell::oci {

/// image-index.md: which machine a manifest is for; in Go's words (amd64, arm64)
struct Platform {
    std::string architecture;
    std::string os;
    std::optional<std::string> osVersion;
    std::vector<std::string> osFeatures;
    std::optional<std::string> variant;
    bool operator==(const Platform&) const = default;
};

/// descriptor.md: a reference to bytes, by type, size and digest
struct Descriptor {
    std::string mediaType;
    std::string digest;
    std::uint64_t size = 0;
    std::map<std::string, std::string> annotations;
    std::optional<Platform> platform;
    std::optional<std::string> artifactType;
    bool operator==(const Descriptor&) const = default;
};

/// image-index.md
struct Index {
    std::uint32_t schemaVersion = 2;
    std::optional<std::string> mediaType;
    std::vector<Descriptor> manifests;
    std::map<std::string, std::string> annotations;
    bool operator==(const Index&) const = default;
};

/// manifest.md
struct Manifest {
    std::uint32_t schemaVersion = 2;
    std::optional<std::string> mediaType;
    std::optional<std::string> artifactType;
    Descriptor config;
    std::vector<Descriptor> layers;
    std::map<std::string, std::string> annotations;
    bool operator==(const Manifest&) const = default;
};

/// The value of a set written as a JSON object: {"80/tcp": {}}
struct Nothing {
    bool operator==(const Nothing&) const = default;
};
using Set = std::map<std::string, Nothing>;

/// config.md#properties: what the image's author wants run
struct ImageProcess {
    std::optional<std::string> user;
    Set exposedPorts;
    std::vector<std::string> env;
    std::vector<std::string> entrypoint;
    std::vector<std::string> cmd;
    Set volumes;
    std::optional<std::string> workingDir;
    std::map<std::string, std::string> labels;
    std::optional<std::string> stopSignal;
    bool operator==(const ImageProcess&) const = default;
};

/// config.md#properties: rootfs. A DiffID is the digest of a layer's tar, uncompressed.
struct ImageRootfs {
    std::string type;
    std::vector<std::string> diffIds;
    bool operator==(const ImageRootfs&) const = default;
};

struct ImageHistory {
    std::optional<std::string> created;
    std::optional<std::string> createdBy;
    std::optional<std::string> author;
    std::optional<std::string> comment;
    std::optional<bool> emptyLayer;
    bool operator==(const ImageHistory&) const = default;
};

/// config.md
struct ImageConfig {
    std::optional<std::string> created;
    std::optional<std::string> author;
    std::string architecture;
    std::string os;
    std::optional<std::string> osVersion;
    std::vector<std::string> osFeatures;
    std::optional<std::string> variant;
    std::optional<ImageProcess> config;
    ImageRootfs rootfs;
    std::vector<ImageHistory> history;
    bool operator==(const ImageConfig&) const = default;
};

/// manifest.json of `docker save`: an image without digests, its files by their names in the archive.
struct DockerImage {
    std::string config;
    std::vector<std::string> repoTags;
    std::vector<std::string> layers;
    bool operator==(const DockerImage&) const = default;
};

// Documents from bytes; `name` is used in errors. Size, depth and keys are held to a budget (document.hpp). A document
// that could be read as another kind (an index with layers, a manifest with manifests) is refused: which of the two it
// means would depend on the reader (CVE-2021-41190).
[[nodiscard]] Index parse_index(const std::string& json, const std::string& name);
[[nodiscard]] Manifest parse_manifest(const std::string& json, const std::string& name);
[[nodiscard]] ImageConfig parse_image_config(const std::string& json, const std::string& name);
[[nodiscard]] std::vector<DockerImage> parse_docker_manifest(const std::string& json, const std::string& name);
/// The `imageLayoutVersion` of an oci-layout file.
[[nodiscard]] std::string parse_layout_version(const std::string& json, const std::string& name);

// The shortest text, always the same for the same content: its digest is the document's name.
[[nodiscard]] std::string to_json(const Index& index);
[[nodiscard]] std::string to_json(const Manifest& manifest);
/// `original` with what `config` says otherwise: fields that the structure doesn't have ("Healthcheck") stay.
[[nodiscard]] std::string to_json(const ImageConfig& config, const std::string& original = "{}");
[[nodiscard]] std::string layout_version_json();

/// A list of words as Dockerfiles have it: ["sh", "-c", "ls"]. `name` is used in errors.
[[nodiscard]] std::vector<std::string> parse_words(const std::string& json, const std::string& name);

}  // namespace bell::oci
