// layout.hpp - an image as a set of files.
//
//     oci-layout            {"imageLayoutVersion": "1.0.0"}: this is one
//     index.json            the entry: which manifests there are, under which tags
//     blobs/sha256/e3b0...  everything else, each file named by the digest of its content
//
// In a directory, or in one file: files.hpp, archive_files.hpp. Documents are handed out only after their size and
// digest are checked; layers are checked while they stream (pipeline.hpp).
//
// image-spec image-layout.md. Next: select.hpp, which finds the one image in it that is wanted.
#pragma once

#include <memory>
#include <string>

#include "image/digest.hpp"
#include "image/files.hpp"
#include "image/limits.hpp"
#include "oci/image.hpp"

namespace bell::image {

class Layout {
public:
    /// A directory or a file, "-" for stdin; what kind of image it is its content says. Throws if it is none; the error
    /// says what it seems to be instead. `spool`: a directory for what comes from a pipe and can't be read as it comes;
    /// -1: in memory.
    static Layout open(const std::string& path, int spool = -1, const Limits& limits = {});

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] oci::Index index() const;
    /// The bytes of a small blob (index, manifest, config), its size and digest checked.
    [[nodiscard]] std::string document(const oci::Descriptor& descriptor) const;
    /// A blob to be streamed: its size is checked, its digest isn't yet.
    [[nodiscard]] Blob blob(const oci::Descriptor& descriptor) const;
    /// For errors: "images/busybox: blob sha256:e3b0c44298fc".
    [[nodiscard]] std::string place(const oci::Descriptor& descriptor) const;

private:
    Layout(std::string path, std::unique_ptr<Files> files) : path_(std::move(path)), files_(std::move(files)) {}
    [[nodiscard]] Blob file(const std::string& name, const std::string& shown) const;
    std::string path_;
    std::unique_ptr<Files> files_;
};

/// The digest of a descriptor, checked for its form.
[[nodiscard]] Digest digest(const oci::Descriptor& descriptor);
/// Whether nothing was promised about it: a bare layer.
[[nodiscard]] inline bool is_unverified(const oci::Descriptor& descriptor) { return descriptor.digest.empty(); }

}  // namespace bell::image
