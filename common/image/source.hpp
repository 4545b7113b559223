// source.hpp - bytes that are asked for: a blob's file, and what a decompressor makes of it.
//
// A source fills the buffer it is given, as read(2) does, so the one who asks decides where the bytes land: the
// decompressor's output goes straight into the ring that the threads share (ring.hpp), and nothing is copied.
//
//     BlobSource -> decompress() -> a slot of the ring
//
// A blob is hashed as it is read, and its end is only reported when size and digest are what they should be: who has
// read a source to its end has read what was promised.
//
// read(2), image-spec descriptor.md. Next: inflate.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "image/digest.hpp"

namespace bell::image {

class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;
    /// Fills the beginning of `into`, which isn't empty. The number of bytes; 0 at the end.
    [[nodiscard]] virtual std::size_t read(std::span<char> into) = 0;
};

/// Where a blob's bytes are: a file of its own, a part of an archive, or a pipe.
struct Blob {
    Fd file;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> size;  ///< of the file's part; unset: a pipe, read to its end
    /// In front of the file's: what was read of a pipe already, or, where there is no file, all of it.
    std::string head;

    /// What is in memory only.
    static Blob of(std::string bytes) { return {{}, 0, 0, std::move(bytes)}; }
    /// The size of all of it; nothing for a pipe.
    [[nodiscard]] std::optional<std::uint64_t> whole() const {
        return size ? std::optional(*size + head.size()) : std::nullopt;
    }
};

class BlobSource final : public Source {
public:
    /// Without a digest nothing is promised, and nothing checked: a bare layer. `shown` is what errors call it.
    BlobSource(Blob blob, std::optional<Digest> digest, std::string shown);
    std::size_t read(std::span<char> into) override;
    /// From here on what is read is also added to this, for somebody else to hash.
    void copy_to(std::string* copy) { copy_ = copy; }
    [[nodiscard]] const Blob& blob() const { return blob_; }
    /// How many bytes have been read.
    [[nodiscard]] std::uint64_t passed() const { return passed_; }

private:
    [[nodiscard]] std::size_t read_some(std::span<char> into) const;
    void copy(std::span<const char> bytes);
    void check_digest();

    Blob blob_;
    std::optional<Digest> digest_;
    std::optional<Hasher> hasher_;
    std::string shown_;
    std::string* copy_ = nullptr;
    std::uint64_t passed_ = 0;
    bool ended_ = false;
};

/// A small blob's bytes, from its beginning; more than `limit` is an error.
[[nodiscard]] std::string read_whole(Blob blob, const std::string& shown, std::size_t limit);
/// The first bytes, at most so many, without moving on. Not of a pipe.
[[nodiscard]] std::string first_bytes(const Blob& blob, std::size_t count, const std::string& shown);

}  // namespace bell::image
