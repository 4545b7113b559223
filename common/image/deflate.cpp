// deflate.cpp - compression. See sink.hpp.
#include <libdeflate.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/sink.hpp"

namespace bell::image {
namespace {

constexpr std::size_t output_size = std::size_t{256} << 10;

// ---- gzip
//
// A gzip file is one member or several, one after the other. Members of a megabyte each let libdeflate, which wants a
// buffer whole, do the work: at its level 6 nearly three times as fast as zlib at its, and 1% smaller (a 300 MB tar of
// programs and documents: 78 MB/s and 33.8%, zlib 28 MB/s and 34.2%; members of 128 KiB would cost another 1%). And as
// no member knows of another, each processor can have one; the bytes are the same, however many there are.
constexpr std::size_t member_size = std::size_t{1} << 20;
constexpr std::size_t most_at_once = 8;  // of 3 MB each

std::string gzip_member(const std::shared_ptr<const std::string>& input, int level) {
    const std::string& bytes = *input;
    struct Free {
        void operator()(libdeflate_compressor* state) const { libdeflate_free_compressor(state); }
    };
    const std::unique_ptr<libdeflate_compressor, Free> state(libdeflate_alloc_compressor(level));
    if (!state) throw Error::os("libdeflate_alloc_compressor", "gzip", ENOMEM);
    std::string out(libdeflate_gzip_compress_bound(state.get(), bytes.size()), '\0');
    out.resize(libdeflate_gzip_compress(state.get(), bytes.data(), bytes.size(), out.data(), out.size()));
    if (out.empty()) throw Error::bad("gzip: a member is larger than it can be");
    return out;
}

class GzipSink final : public Sink {
public:
    GzipSink(Sink& next, int level) : next_(next), level_(level) {}

    void write(std::string_view bytes) override {
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, member_size - input_.size());
            input_ += piece;
            bytes.remove_prefix(piece.size());
            if (input_.size() == member_size) begin_member();
        }
    }
    // No bytes at all are a member, too.
    void finish() override {
        if (!input_.empty() || !has_members_) begin_member();
        while (!at_work_.empty()) put_first();
    }

private:
    // Deferred, if there is no thread to be had: then get() does the work. Shared, since libstdc++ moves the arguments
    // away before it finds that out, and would defer the work on nothing.
    void begin_member() {
        has_members_ = true;
        if (at_work_.size() >= at_once_) put_first();
        const auto bytes = std::make_shared<const std::string>(std::move(input_));
        at_work_.push_back(std::async(std::launch::async | std::launch::deferred, gzip_member, bytes, level_));
        input_ = {};
        input_.reserve(member_size);
    }
    void put_first() {
        next_.write(at_work_.front().get());
        at_work_.pop_front();
    }

    Sink& next_;
    int level_;
    std::size_t at_once_ = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_at_once);
    std::string input_;
    std::deque<std::future<std::string>> at_work_;
    bool has_members_ = false;
};

// ---- zstd

class ZstdSink final : public Sink {
public:
    ZstdSink(Sink& next, int level) : next_(next), output_(output_size), state_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
        if (!state_) throw Error::os("ZSTD_createCCtx", "zstd", ENOMEM);
        ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_compressionLevel, level);
        ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_checksumFlag, 1);
    }
    void write(std::string_view bytes) override { pump(bytes, ZSTD_e_continue); }
    void finish() override { pump({}, ZSTD_e_end); }

private:
    void pump(std::string_view bytes, ZSTD_EndDirective how) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        for (std::size_t left = 1; left != 0;) {
            ZSTD_outBuffer out{output_.data(), output_.size(), 0};
            left = ZSTD_compressStream2(state_.get(), &out, &in, how);
            if (ZSTD_isError(left)) throw Error::bad(text::cat("zstd: ", ZSTD_getErrorName(left)));
            next_.write({output_.data(), out.pos});
            if (how == ZSTD_e_continue && in.pos == in.size) return;
        }
    }

    Sink& next_;
    std::vector<char> output_;
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> state_;
};

class PlainSink final : public Sink {
public:
    explicit PlainSink(Sink& next) : next_(next) {}
    void write(std::string_view bytes) override { next_.write(bytes); }
    void finish() override {}

private:
    Sink& next_;
};

}  // namespace

// zstd's levels above 19 need more than 8 MiB of window, which readers may refuse.
Levels levels(Compression compression) {
    if (compression == Compression::gzip) return {1, 6, 12};
    if (compression == Compression::zstd) return {1, 3, 19};
    return {0, 0, 0};
}

std::unique_ptr<Sink> compress(Sink& next, Compression compression, int level) {
    if (compression == Compression::gzip) return std::make_unique<GzipSink>(next, level);
    if (compression == Compression::zstd) return std::make_unique<ZstdSink>(next, level);
    return std::make_unique<PlainSink>(next);
}

std::unique_ptr<Sink> compress(Sink& next, Compression compression) {
    return compress(next, compression, levels(compression).usual);
}

}  // namespace bell::image
