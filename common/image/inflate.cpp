// inflate.cpp - see inflate.hpp.
#include "image/inflate.hpp"

#include <zlib.h>
#include <zstd.h>

#include <vector>

namespace bell::image {
namespace {

constexpr std::size_t output_size = std::size_t{256} << 10;

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
    throw Error::bad(text::cat("the layer's ", what, " data: ", why), "the image is damaged: copy it again");
}

// What both decompressors share: input that comes in pieces.
class Unpacker : public Stream {
protected:
    explicit Unpacker(Stream& source) : source_(source), output_(output_size) {}

    // More input if there is none left; false at the source's end.
    bool refill() {
        if (input_.empty()) input_ = source_.next();
        return !input_.empty();
    }
    [[nodiscard]] std::string_view produced(std::size_t count) const { return {output_.data(), count}; }

    Stream& source_;
    std::string_view input_;
    std::vector<char> output_;
};

class Gzip final : public Unpacker {
public:
    explicit Gzip(Stream& source) : Unpacker(source) {
        if (inflateInit2(&state_, 16 + MAX_WBITS) != Z_OK) throw Error::os("inflateInit", "gzip", ENOMEM);
    }
    ~Gzip() override { inflateEnd(&state_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    std::string_view next() override {
        while (refill()) {
            if (between_members_ && !begin_member()) continue;
            const std::size_t count = inflate_some();
            if (count > 0) return produced(count);
        }
        if (!between_members_) refuse("gzip", "it ends too early");
        return {};
    }

private:
    // Zeros may pad the last member (tar files on tape); anything else must be another member.
    bool begin_member() {
        if (input_.front() == '\0') {
            input_.remove_prefix(1);
            return false;
        }
        if (input_.front() != '\x1f') refuse("gzip", "something else follows its end");
        inflateReset(&state_);
        between_members_ = false;
        return true;
    }

    std::size_t inflate_some() {
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
        state_.avail_in = static_cast<uInt>(input_.size());
        state_.next_out = reinterpret_cast<Bytef*>(output_.data());
        state_.avail_out = static_cast<uInt>(output_.size());
        const int result = inflate(&state_, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            refuse("gzip", state_.msg ? state_.msg : "not valid");
        input_.remove_prefix(input_.size() - state_.avail_in);
        between_members_ = result == Z_STREAM_END;
        return output_.size() - state_.avail_out;
    }

    z_stream state_{};
    bool between_members_ = false;
};

class Zstd final : public Unpacker {
public:
    explicit Zstd(Stream& source) : Unpacker(source), state_(ZSTD_createDStream(), ZSTD_freeDStream) {
        if (!state_) throw Error::os("ZSTD_createDStream", "zstd", ENOMEM);
    }

    std::string_view next() override {
        // What a frame still holds comes out without more input.
        while (pending_ || refill()) {
            ZSTD_inBuffer in{input_.data(), input_.size(), 0};
            ZSTD_outBuffer out{output_.data(), output_.size(), 0};
            left_ = ZSTD_decompressStream(state_.get(), &out, &in);
            if (ZSTD_isError(left_)) refuse("zstd", ZSTD_getErrorName(left_));
            input_.remove_prefix(in.pos);
            pending_ = left_ != 0 && out.pos == out.size;
            if (out.pos > 0) return produced(out.pos);
        }
        if (left_ != 0) refuse("zstd", "it ends too early");
        return {};
    }

private:
    std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> state_;
    std::size_t left_ = 1;  // zstd's hint: 0 when a frame is complete
    bool pending_ = false;
};

// Passes on what comes, having looked at the first bytes.
class Checked final : public Stream {
public:
    Checked(Stream& source, Compression claimed) : source_(source), claimed_(claimed) {}

    std::string_view next() override {
        const std::string_view bytes = source_.next();
        if (!first_) return bytes;
        first_ = false;
        const Compression found = recognise(bytes);
        if (found != claimed_)
            throw Error::bad(
                text::cat("the layer's media type says ", said(claimed_), ", its content is ", said(found)),
                "the image is damaged, or was made by a program that mislabels layers");
        return bytes;
    }

private:
    static std::string_view said(Compression compression) {
        return compression == Compression::none ? "uncompressed" : word(compression);
    }
    Stream& source_;
    Compression claimed_;
    bool first_ = true;
};

// Owns the check in front of the decompressor.
class Decompressed final : public Stream {
public:
    Decompressed(Stream& source, Compression compression) : checked_(source, compression) {
        if (compression == Compression::gzip) unpacker_ = std::make_unique<Gzip>(checked_);
        if (compression == Compression::zstd) unpacker_ = std::make_unique<Zstd>(checked_);
    }
    std::string_view next() override { return unpacker_ ? unpacker_->next() : checked_.next(); }

private:
    Checked checked_;
    std::unique_ptr<Stream> unpacker_;
};

}  // namespace

Compression recognise(std::string_view first_bytes) {
    if (first_bytes.starts_with("\x1f\x8b")) return Compression::gzip;
    if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
    // A skippable frame in front (RFC 8878, 3.1.2): its four bytes count 0x184D2A50 up to 5F.
    const bool skippable = first_bytes.size() >= 4 && (first_bytes[0] & 0xf0) == 0x50 &&
                           first_bytes.substr(1, 3) == std::string_view("\x2a\x4d\x18");
    return skippable ? Compression::zstd : Compression::none;
}

std::unique_ptr<Stream> decompress(Stream& source, Compression compression) {
    return std::make_unique<Decompressed>(source, compression);
}

}  // namespace bell::image
