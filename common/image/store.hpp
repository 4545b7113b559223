// store.hpp - writing an image layout: blobs first, the index last.
//
// A blob gets its name when its last byte is written, by a rename; index.json is replaced as a whole, when all it leads
// to is there. So whoever reads the layout meanwhile sees the old images or the new one, and nothing in between. What a
// killed run has left (.layer-pack.*) goes with the next. An archive (archive.hpp) begins as such a layout, too, in a
// directory that nobody sees.
//
// image-spec image-layout.md, rename(2), flock(2). Next: pack.hpp.
#pragma once

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "image/sink.hpp"
#include "image/stream.hpp"
#include "oci/image.hpp"

namespace bell::image {

/// The parent's part (worker.hpp): the directory exists and is locked while this lives, and is gone afterwards if it
/// was made for nothing.
class StoreGuard {
public:
    explicit StoreGuard(std::string path);
    ~StoreGuard();
    StoreGuard(const StoreGuard&) = delete;
    StoreGuard& operator=(const StoreGuard&) = delete;
    void keep() { keep_ = true; }

private:
    void clear_leftovers() const;
    std::string path_;
    Fd directory_;
    bool made_ = false;
    bool keep_ = false;
};

/// A blob being written.
class BlobWriter final : public Sink {
public:
    /// `durable`: on the disk before it has its name.
    BlobWriter(const Fd& layout, Algorithm algorithm, bool durable);
    ~BlobWriter() override;
    void write(std::string_view bytes) override;
    /// Gives it its name.
    void finish() override;
    [[nodiscard]] oci::Descriptor descriptor(std::string_view media_type) const;

private:
    int layout_;
    std::string temporary_;
    Fd file_;
    bool durable_;
    Hasher hasher_;
    Digest digest_;
    std::uint64_t size_ = 0;
};

class Store {
public:
    /// The layout at `path`; an empty directory becomes one. Something else with content is refused. `durable`: what is
    /// written outlives a power cut.
    Store(std::string path, bool durable);
    /// A new blob.
    [[nodiscard]] BlobWriter blob(Algorithm algorithm = Algorithm::sha256) const;
    oci::Descriptor put(std::string_view media_type, std::string_view bytes);
    /// All that `source` has, as a blob.
    oci::Descriptor copy(Stream& source, std::string_view media_type, Algorithm algorithm);
    [[nodiscard]] bool has(const oci::Descriptor& descriptor) const;
    /// Makes the manifest known, under a tag in the place of an older one with the same tag.
    void publish(const std::optional<std::string>& tag, oci::Descriptor manifest);

private:
    std::string path_;
    bool durable_;
    Fd directory_;
};

}  // namespace bell::image
