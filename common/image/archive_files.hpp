// archive_files.hpp - an image in one file: which kind it is, and where its parts are.
//
// "A tar" may be an image layout (oci-archive), what `docker save` wrote, or just one layer. Its name doesn't say; its
// members do. A tar that lies in a file uncompressed is looked through once, skipping contents, and its parts are then
// read where they lie. One that is compressed, or comes from a pipe, can't be read in any order: if its first member
// looks like an image's, it is unpacked into a file without a name, which is gone when we are; else it is a layer, and
// goes straight through.
//
// image-spec image-layout.md, open(2) O_TMPFILE. Next: docker_archive.hpp, bare_layer.hpp.
#pragma once

#include <map>

#include "image/files.hpp"
#include "image/limits.hpp"
#include "image/tar.hpp"

namespace bell::image {

class ArchiveFiles final : public Files {
public:
    /// `top`: of the names those below this directory, "" for all.
    ArchiveFiles(Fd file, std::vector<TarMember> members, const std::string& top, std::string shown);
    [[nodiscard]] std::optional<Blob> find(const std::string& name) const override;
    [[nodiscard]] bool has(const std::string& name) const override { return members_.contains(name); }

private:
    Fd file_;
    std::string shown_;
    std::map<std::string, TarMember> members_;  // by their names without "./" in front
};

/// The files of the image in `file`, as those of an image layout. `spool`: a directory for what can't be read in any
/// order; -1: memory. `shown`: what errors call it.
[[nodiscard]] std::unique_ptr<Files> open_archive(Fd file, const std::string& shown, int spool, const Limits& limits);

}  // namespace bell::image
