// sink.hpp - bytes on their way into a blob: stream.hpp the other way round.
//
//     TarWriter -> HashingSink (the DiffID) -> compress() -> BlobWriter (the digest, the file)
//
// RFC 1952 (gzip), RFC 8878 (zstd). Next: tar_writer.hpp, store.hpp.
#pragma once

#include <memory>
#include <string_view>

#include "image/digest.hpp"
#include "image/media.hpp"

namespace bell::image {

class Sink {
public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;
    virtual void write(std::string_view bytes) = 0;
    /// Says that all has been written; not passed on to the next sink.
    virtual void finish() = 0;
};

/// Passes on and hashes.
class HashingSink final : public Sink {
public:
    explicit HashingSink(Sink& next) : next_(next), hasher_(Algorithm::sha256) {}
    void write(std::string_view bytes) override {
        hasher_.update(bytes);
        next_.write(bytes);
    }
    void finish() override { digest_ = hasher_.finish(); }
    [[nodiscard]] const Digest& digest() const { return digest_; }

private:
    Sink& next_;
    Hasher hasher_;
    Digest digest_;
};

/// The levels a compression has, and the one that is meant if none is named. None: {0, 0, 0}.
struct Levels {
    int lowest;
    int usual;
    int highest;
};
[[nodiscard]] Levels levels(Compression compression);

/// Compresses into `next`, which must outlive it. The same bytes in give the same bytes out: no file name, no time.
/// `level` is one of those above.
[[nodiscard]] std::unique_ptr<Sink> compress(Sink& next, Compression compression, int level);
[[nodiscard]] std::unique_ptr<Sink> compress(Sink& next, Compression compression);

}  // namespace bell::image
