// destination.hpp - where an image goes, in which form, under which name.
//
//     images/web:v1          a layout directory; in it the image is tagged v1
//     web.tar                an OCI archive: such a layout as a tar
//     web.tar:web:v1         the same; the image is to be called web:v1
//     -                      an archive on stdout
//
// The form is told by --format or else by the name. What isn't named is "latest" in a layout, where the next one takes
// its place; an archive holds one image, which needs no name: whoever loads it is told its digest.
//
// image-spec annotations.md (org.opencontainers.image.ref.name), distribution/reference. Next: store.hpp, archive.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bell::image {

enum class Format : unsigned char { directory, oci_archive, docker_archive };

/// "dir", "oci-archive", "docker-archive".
[[nodiscard]] std::string_view word(Format format);

struct Destination {
    Format format = Format::directory;
    std::string path;  ///< "-": stdout
    std::optional<std::string> name;

    /// From IMAGE[:TAG], --format and --tag. Throws for what can't be written to, or isn't a name.
    static Destination parse(const std::string& words, const std::optional<std::string>& format,
                             const std::optional<std::string>& tag);
    [[nodiscard]] bool is_stdout() const { return path == "-"; }
    /// What the index of the layout calls it.
    [[nodiscard]] std::optional<std::string> tag() const;
    /// NAME:TAG as Docker has it, if it has such a name: in a layout "v1" is a tag, in a Docker archive "web" is a
    /// name.
    [[nodiscard]] std::optional<std::string> docker_name() const;
};

}  // namespace bell::image
