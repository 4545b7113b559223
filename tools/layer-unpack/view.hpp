// view.hpp - what is in an image and in its layers, drawn for people or written for programs. See view.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/progress.hpp"
#include "image/changes.hpp"
#include "image/list.hpp"
#include "image/unpack.hpp"

namespace bell::view {

/// --list
void print_images(const std::vector<image::ImageFacts>& images, bool json);
/// --diff: each layer as a tree, folded below `depth` levels.
void print_changes(const image::Layout& layout, const image::Image& image, const image::Limits& limits,
                   std::size_t depth, bool json, cli::Progress& progress);
/// What became of an unpacking, as JSON.
[[nodiscard]] std::string outcome_json(const image::UnpackOptions& options, const image::Outcome& outcome);

}  // namespace bell::view
