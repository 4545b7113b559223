// deflate.cpp - compression. See sink.hpp.
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/sink.hpp"

namespace bell::image {
namespace {

constexpr std::size_t output_size = std::size_t{256} << 10;

class GzipSink final : public Sink {
public:
    GzipSink(Sink& next, int level) : next_(next), output_(output_size) {
        if (deflateInit2(&state_, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw Error::os("deflateInit", "gzip", ENOMEM);
    }
    ~GzipSink() override { deflateEnd(&state_); }
    GzipSink(const GzipSink&) = delete;
    GzipSink& operator=(const GzipSink&) = delete;

    void write(std::string_view bytes) override { pump(bytes, Z_NO_FLUSH); }
    void finish() override { pump({}, Z_FINISH); }

private:
    void pump(std::string_view bytes, int flush) {
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        state_.avail_in = static_cast<uInt>(bytes.size());
        do {
            state_.next_out = reinterpret_cast<Bytef*>(output_.data());
            state_.avail_out = static_cast<uInt>(output_.size());
            deflate(&state_, flush);
            next_.write({output_.data(), output_.size() - state_.avail_out});
        } while (state_.avail_out == 0);
    }

    Sink& next_;
    std::vector<char> output_;
    z_stream state_{};
};

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
    if (compression == Compression::gzip) return {1, 6, 9};
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
