// pipeline.cpp - see pipeline.hpp.
#include "image/pipeline.hpp"

#include <algorithm>
#include <system_error>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

// The readers of the ring.
constexpr std::size_t hasher = 0;
constexpr std::size_t parser = 1;

// How large a layer may get; a pipe's size isn't known, so there the ratio isn't either.
std::uint64_t most_unpacked(const Blob& blob, const Limits& limits) {
    const std::optional<std::uint64_t> size = blob.whole();
    if (!size) return limits.bytes;
    const std::uint64_t by_ratio = *size > limits.bytes ? limits.bytes : *size * limits.ratio;
    return std::max(Limits::ratio_free, by_ratio);
}

// What is hashed of a layer, and what must come out.
class Hashes {
public:
    explicit Hashes(const LayerSource& layer) : layer_(layer) {
        if (layer.diff_id) tar_.emplace(layer.diff_id->algorithm);
        // An uncompressed blob is its own tar: one hash says both.
        same_ = layer.compression == Compression::none && layer.digest == layer.diff_id;
        if (layer.digest && !same_) blob_.emplace(layer.digest->algorithm);
    }
    void update(const Ring::Slot& slot) {
        const std::string_view bytes(slot.bytes.get(), slot.size);
        if (tar_) tar_->update(bytes);
        if (blob_) blob_->update(layer_.compression == Compression::none ? bytes : std::string_view(slot.packed));
    }
    /// Throws if one isn't what was promised. To be called once.
    void check() {
        if (blob_) check_blob(blob_->finish());
        if (!tar_) return;
        const Digest found = tar_->finish();
        if (same_) check_blob(found);
        check_tar(found);
    }

private:
    void check_blob(const Digest& found) const {
        if (found != *layer_.digest && guard::on(guard::Guard::verified_blobs))
            throw Error::bad(text::cat(layer_.shown, ": its content has the digest ", found.text()),
                             "the image is damaged, or was tampered with: copy it again");
    }
    void check_tar(const Digest& found) const {
        if (found != *layer_.diff_id && guard::on(guard::Guard::verified_diff_ids))
            throw Error::bad(text::cat("the layer's tar has the digest ", found.text(), ", the image's config says ",
                                       layer_.diff_id->text()),
                             "the config and the layer don't belong together");
    }

    const LayerSource& layer_;
    std::optional<Hasher> tar_, blob_;
    bool same_ = false;
};

}  // namespace

Pipeline::Pipeline(std::vector<LayerSource> layers, Budget& budget) : layers_(std::move(layers)), budget_(budget) {
    try {
        reader_ = std::thread([this] { read_layers(); });
        hasher_ = std::thread([this] { hash_layers(); });
    } catch (const std::system_error& error) {
        ring_.close();
        if (reader_.joinable()) reader_.join();
        throw Error::os("pthread_create", "", error.code().value());
    }
}

Pipeline::~Pipeline() {
    ring_.close();
    reader_.join();
    hasher_.join();
}

Stream& Pipeline::next_layer() {
    tar_.begin();
    return tar_;
}

// ---- the reader thread

void Pipeline::read_layers() {
    for (const LayerSource& layer : layers_)
        if (!read_layer(layer)) return;
}

// False if there is no use in going on.
bool Pipeline::read_layer(const LayerSource& layer) {
    try {
        Blob opened = layer.open();
        budget_.add_packed(opened.whole().value_or(budget_.limits().bytes));  // of a pipe nothing can be said
        BlobSource blob(std::move(opened), std::nullopt, layer.shown);        // hashed by the other thread
        const std::unique_ptr<Source> tar = decompress(blob, layer.compression);
        return pass_on(*tar, layer, blob);
    } catch (...) {
        Ring::Slot* slot = ring_.to_write();
        if (!slot) return false;
        slot->failure = std::current_exception();
        ring_.written();
        return false;
    }
}

bool Pipeline::pass_on(Source& tar, const LayerSource& layer, BlobSource& blob) {
    const std::uint64_t allowed = most_unpacked(blob.blob(), budget_.limits());
    std::uint64_t unpacked = 0;
    while (Ring::Slot* slot = ring_.to_write()) {
        if (layer.digest && layer.compression != Compression::none) blob.copy_to(&slot->packed);
        slot->size = tar.read(slot->room());
        slot->ends = slot->size == 0;
        passed_.store(passed_before_ + blob.passed(), std::memory_order_relaxed);
        budget_.spend_bytes(slot->size);
        unpacked += slot->size;
        if (unpacked > allowed && guard::on(guard::Guard::budgets))
            throw Error::bad(
                text::cat(layer.shown, ": unpacks to more than ", budget_.limits().ratio, " times its size"),
                "--max-ratio allows more, if you trust the image");
        const bool ends = slot->ends;
        ring_.written();
        if (!ends) continue;
        passed_before_ += blob.passed();
        return true;
    }
    return false;
}

// ---- the hasher thread

void Pipeline::hash_layers() {
    for (const LayerSource& layer : layers_)
        if (!hash_layer(layer)) return;
}

bool Pipeline::hash_layer(const LayerSource& layer) {
    Hashes hashes(layer);
    for (;;) {
        Ring::Slot* slot = ring_.to_read(hasher);
        if (!slot) return false;
        const bool ends = slot->ends, failed = slot->failure != nullptr;
        try {
            if (!failed) hashes.update(*slot);
            if (ends) hashes.check();
        } catch (const Error&) {
            slot->failure = std::current_exception();
        }
        ring_.read(hasher);
        if (ends || failed) return ends;
    }
}

// ---- the caller's thread

std::string_view Pipeline::Tar::next() {
    if (ended_) return {};
    if (pipeline_.tell_) pipeline_.tell_(pipeline_.passed_.load(std::memory_order_relaxed));
    if (holds_slot_) ring_.read(parser);
    holds_slot_ = false;
    Ring::Slot* slot = ring_.to_read(parser);
    if (!slot) return {};
    holds_slot_ = true;
    if (slot->ends) ring_.wait_for(hasher, parser);
    if (slot->failure) std::rethrow_exception(slot->failure);
    ended_ = slot->ends;
    if (!ended_) return {slot->bytes.get(), slot->size};
    ring_.read(parser);
    holds_slot_ = false;
    return {};
}

}  // namespace bell::image
