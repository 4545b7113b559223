// platform.hpp - which machine an image is for.
//
// In Go's words (amd64, arm64), which the specification uses; the kernel's are others (x86_64, aarch64).
//
// image-spec image-index.md#image-index-property-descriptions, uname(2). Next: select.hpp.
#pragma once

#include <string>

#include "oci/image.hpp"

namespace bell::image {

[[nodiscard]] oci::Platform host_platform();
[[nodiscard]] std::string text(const oci::Platform& platform);  ///< "linux/arm/v7"

}  // namespace bell::image
