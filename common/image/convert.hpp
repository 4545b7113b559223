// convert.hpp - from what an image's author wants to what a runtime does.
//
// An image's config speaks of the program ("Entrypoint", "Env", "User"); a runtime's config.json speaks of the whole
// container. The specification says field by field how the one becomes the other; what it leaves open is the default
// config (oci/defaults.hpp), with a root that can be written and no terminal: who wants one says so when running it.
//
// image-spec conversion.md. Next: unpack.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/user.hpp"
#include "oci/config.hpp"
#include "oci/image.hpp"

namespace bell::image {

/// What the command line puts in the place of the image's own.
struct Overrides {
    std::vector<std::string> entrypoint;
    std::vector<std::string> cmd;
    std::vector<std::string> env;
    std::optional<std::string> user;
    std::optional<std::string> workdir;
};

/// For an option that names a program: one word more, or all of them as a JSON list. The empty list is one empty word:
/// none at all.
void add_words(std::string_view option, std::vector<std::string>& out, const std::string& words);

/// The image's config as if its author had written the overrides. A new entrypoint takes the old arguments away.
void override_with(oci::ImageProcess& process, const Overrides& overrides);

/// What to say of a program whose name has a blank in it: somebody may have meant several words.
[[nodiscard]] std::optional<std::string> warn_of_blank(const oci::ImageProcess& process);

struct Conversion {
    oci::Config config;
    std::vector<std::string> volumes;  ///< paths in the container that get a directory of their own
    std::vector<std::string> warnings;
};

/// For root, or rootless for the user `uid`:`gid`. Names of users are looked up in `rootfs`.
[[nodiscard]] Conversion convert(const oci::ImageConfig& image, const Reach& rootfs, bool rootless, std::uint32_t uid,
                                 std::uint32_t gid);

/// The directory in the bundle that holds a volume: "/var/lib/data" is "volumes/var-lib-data".
[[nodiscard]] std::string volume_directory(const std::string& path);

}  // namespace bell::image
