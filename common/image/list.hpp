// list.hpp - what is in an image, for people.
//
//     latest  linux/amd64  sha256:0f5d...  1 layer, 764K
//             gzip  sha256:9a1b...  764K
//
// Next: select.hpp.
#pragma once

#include <string>

namespace bell::image {

/// Tags, platforms and layers with their sizes, one line each; only the tag of "DIRECTORY:TAG" if there is one.
[[nodiscard]] std::string listing(const std::string& reference);

}  // namespace bell::image
