// files.hpp - an image is a set of files with names; where they are is another matter.
//
//     DirectoryFiles     a directory: each name a file of its own
//     ArchiveFiles       a tar (archive_files.hpp): each name a part of it
//     docker_files       `docker save`'s names, shown as those of an image layout (docker_archive.hpp)
//     bare_layer_files   one layer and no image around it, likewise (bare_layer.hpp)
//
// So whoever reads an image layout (layout.hpp) never asks which of them it is.
//
// image-spec image-layout.md. Next: layout.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "image/source.hpp"

namespace bell::image {

class Files {
public:
    Files() = default;
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    virtual ~Files() = default;
    /// Nothing where there is no such file. Throws for something of that name that isn't a regular file.
    [[nodiscard]] virtual std::optional<Blob> find(const std::string& name) const = 0;
    /// Whether there is something of that name, of whatever kind.
    [[nodiscard]] virtual bool has(const std::string& name) const = 0;
};

/// Opened without following symlinks: a directory may come from anywhere, and a file that is a link or a pipe would
/// make us read what its maker can't. `shown`: what errors call the directory.
class DirectoryFiles final : public Files {
public:
    DirectoryFiles(Fd directory, std::string shown) : directory_(std::move(directory)), shown_(std::move(shown)) {}
    [[nodiscard]] std::optional<Blob> find(const std::string& name) const override;
    [[nodiscard]] bool has(const std::string& name) const override;

private:
    Fd directory_;
    std::string shown_;
};

/// manifest.md asks readers of documents for at least that.
inline constexpr std::size_t largest_document = std::size_t{4} << 20;

}  // namespace bell::image
