// stream.hpp - bytes that pass by.
//
// A layer is read once, front to back, through a chain of streams: the blob's file, which is hashed as it is read; the
// decompressor; and a second hash over what comes out. Each hands its buffer to the next, so memory stays the same
// whatever the layer's size. A stream that reaches its end has been checked to the last byte: size and digest of the
// blob, and the DiffID of the tar.
//
//     BlobStream -> decompress() -> VerifiedStream -> TarReader
//
// image-spec descriptor.md, config.md#layer-diffid. Next: inflate.hpp, then tar.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "image/digest.hpp"
#include "image/limits.hpp"

namespace bell::image {

class Stream {
public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;
    /// The next bytes, valid until the next call; empty at the end.
    [[nodiscard]] virtual std::string_view next() = 0;
};

/// Reads to the end, so that everything is checked.
void drain(Stream& stream);

/// A blob's file; throws at the end if its size or digest is not what the descriptor says.
class BlobStream final : public Stream {
public:
    BlobStream(Fd file, std::uint64_t size, Digest digest);
    std::string_view next() override;

private:
    void check_end();

    Fd file_;
    std::uint64_t size_;
    std::uint64_t passed_ = 0;
    Digest digest_;
    Hasher hasher_;
    std::vector<char> buffer_;
    bool ended_ = false;
};

/// A layer's tar: counts against the budget, and throws at the end if the DiffID is another.
class VerifiedStream final : public Stream {
public:
    VerifiedStream(Stream& source, Digest diff_id, std::uint64_t packed_size, Budget& budget);
    std::string_view next() override;

private:
    Stream& source_;
    Digest diff_id_;
    Hasher hasher_;
    std::uint64_t allowed_;
    std::uint64_t passed_ = 0;
    Budget& budget_;
    bool ended_ = false;
};

}  // namespace bell::image
