// wishes.hpp - what an image says of itself: its program, its labels, its history.
//
// An image's config is a wish: whoever runs it may do otherwise. On another image it starts from that image's, and only
// what is named is changed; a new entrypoint takes the old arguments away, an empty one takes the old one away. Every
// wish is checked where it is made, since a mistake in it would show only when somebody runs the image.
//
// image-spec config.md, annotations.md. Next: pack.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/convert.hpp"
#include "oci/image.hpp"

namespace bell::image {

struct Wishes {
    Overrides process;
    std::map<std::string, std::string> labels;
    std::vector<std::string> ports;    ///< "80" or "53/udp"
    std::vector<std::string> volumes;  ///< absolute paths
    std::optional<std::string> stop_signal;
    std::optional<std::string> author;
    std::optional<std::string> history;              ///< what made the layer; "layer-pack"
    std::map<std::string, std::string> annotations;  ///< of the manifest
};

/// Throws for a wish that nobody could fulfil.
void check(const Wishes& wishes);

/// The config of an image without layers, for "linux/arm64" (without: for this machine).
[[nodiscard]] oci::ImageConfig new_config(const std::optional<std::string>& platform);

void apply(const Wishes& wishes, oci::ImageConfig& config);

/// One more step of the history, made at that moment (RFC 3339). `diff_id`: of its layer; empty: it changed no files.
void add_step(const Wishes& wishes, const std::string& diff_id, const std::string& created, oci::ImageConfig& config);

}  // namespace bell::image
