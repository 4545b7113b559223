// layout.hpp - an image as a directory.
//
//     oci-layout            {"imageLayoutVersion": "1.0.0"}: this is one
//     index.json            the entry: which manifests there are, under which tags
//     blobs/sha256/e3b0...  everything else, each file named by the digest of its content
//
// A blob is opened without following symlinks, and what isn't a regular file is refused: a layout may come from
// anywhere, and a blob that is a link or a pipe would make us read what its maker can't. Documents are handed out only
// after their size and digest are checked; layers are checked while they stream (stream.hpp).
//
// image-spec image-layout.md. Next: select.hpp, which finds the one image in it that is wanted.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "image/digest.hpp"
#include "image/source.hpp"
#include "oci/image.hpp"

namespace bell::image {

class Layout {
public:
    /// Throws if `path` isn't an image layout; the error says what it seems to be instead.
    static Layout open(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] oci::Index index() const;
    /// The bytes of a small blob (index, manifest, config), its size and digest checked.
    [[nodiscard]] std::string document(const oci::Descriptor& descriptor) const;
    /// A blob to be streamed: its size is checked, its digest isn't yet.
    [[nodiscard]] Blob blob(const oci::Descriptor& descriptor) const;
    /// For errors: "images/busybox: blob sha256:e3b0c44298fc".
    [[nodiscard]] std::string place(const oci::Descriptor& descriptor) const;

private:
    Layout(std::string path, Fd directory) : path_(std::move(path)), directory_(std::move(directory)) {}
    std::string path_;
    Fd directory_;
};

/// The digest of a descriptor, checked for its form.
[[nodiscard]] Digest digest(const oci::Descriptor& descriptor);

}  // namespace bell::image
