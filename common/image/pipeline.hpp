// pipeline.hpp - how a layer gets from its blob to the parser: three threads and a ring.
//
//     reader thread                 hasher thread                       the caller's thread
//     blob's file                   the blob's digest, the DiffID       tar parser -> files
//       -> inflate -> ring -------> ring -----------------------------> ring
//
// Inflating costs most, writing files about as much, hashing half of it: so on two processors all of it together takes
// little longer than half of the sum. The reader runs ahead into the next layer, so that none waits where one layer
// ends. Nothing is left unverified: a layer's stream ends only when the digest of its blob and its DiffID are known to
// be right; and it is what was inflated that was hashed, not what the file says when it is read again.
//
// image-spec config.md#layer-diffid, security.md rules 17 and 18. Next: tar.hpp.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "image/inflate.hpp"
#include "image/limits.hpp"
#include "image/ring.hpp"
#include "image/stream.hpp"

namespace bell::image {

/// A layer on its way: where its bytes are, and what they must turn out to be.
struct LayerSource {
    std::function<Blob()> open;  ///< called in the reader thread
    std::string shown;           ///< what errors call the blob
    Compression compression = Compression::none;
    std::optional<Digest> digest;   ///< of the blob; unset: a bare layer, nothing was promised
    std::optional<Digest> diff_id;  ///< of the tar
};

class Pipeline {
public:
    Pipeline(std::vector<LayerSource> layers, Budget& budget);
    /// Ends the threads, wherever they are.
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// The next layer's tar, after the one before has been read to its end. Throws what the threads met.
    [[nodiscard]] Stream& next_layer();
    /// Called in the caller's thread, now and then, with the bytes of blobs read so far, of all layers.
    void on_progress(std::function<void(std::uint64_t passed)> tell) { tell_ = std::move(tell); }

private:
    // What the caller's thread sees of a layer.
    class Tar final : public Stream {
    public:
        explicit Tar(Pipeline& pipeline) : pipeline_(pipeline), ring_(pipeline.ring_) {}
        std::string_view next() override;
        void begin() { ended_ = false; }

    private:
        Pipeline& pipeline_;
        Ring& ring_;
        bool holds_slot_ = false;
        bool ended_ = true;
    };

    void read_layers();
    bool read_layer(const LayerSource& layer);
    bool pass_on(Source& tar, const LayerSource& layer, BlobSource& blob);
    void hash_layers();
    bool hash_layer(const LayerSource& layer);

    std::vector<LayerSource> layers_;
    Budget& budget_;
    std::atomic<std::uint64_t> passed_ = 0;
    std::uint64_t passed_before_ = 0;  // of the layers that are read: the reader thread's own
    Ring ring_;
    Tar tar_{*this};
    std::function<void(std::uint64_t)> tell_;
    std::thread reader_;
    std::thread hasher_;
};

}  // namespace bell::image
