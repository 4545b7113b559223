// inflate.cpp - see inflate.hpp.
#include "image/inflate.hpp"

#include <zstd.h>

#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/gunzip.hpp"

namespace bell::image {
namespace {

constexpr std::size_t input_size = std::size_t{128} << 10;

// What both decompressors share: input that comes in pieces.
class Unpacker : public Source {
protected:
    explicit Unpacker(Source& source) : source_(source), buffer_(input_size) {}

    // More input if there is none left; false at the source's end.
    bool refill() {
        if (input_.empty()) input_ = {buffer_.data(), source_.read(buffer_)};
        return !input_.empty();
    }

    std::string_view input_;

private:
    Source& source_;
    std::vector<char> buffer_;
};

class Gzip final : public Unpacker {
public:
    explicit Gzip(Source& source) : Unpacker(source) {}

    std::size_t read(std::span<char> into) override {
        while (filled_ || refill()) {
            if (between_members_ && !begin_member()) continue;
            const Gunzip::Step step = member_.step(input_, into);
            between_members_ = step.ended;
            filled_ = !step.ended && step.produced == into.size();
            if (step.produced > 0) return step.produced;
        }
        if (!any_member_ || !between_members_) refuse_packed(Compression::gzip, "it ends too early");
        return 0;
    }

private:
    // Zeros may pad the last member (tar files on tape); anything else must be another member.
    bool begin_member() {
        if (any_member_ && input_.front() == '\0') {
            input_.remove_prefix(1);
            return false;
        }
        if (input_.front() != '\x1f') refuse_packed(Compression::gzip, "something else follows its end");
        member_.begin();
        any_member_ = true;
        between_members_ = false;
        return true;
    }

    Gunzip member_;
    bool any_member_ = false;
    bool between_members_ = true;
    bool filled_ = false;  // the last output, to its end: there may be more of it inside
};

class Zstd final : public Unpacker {
public:
    explicit Zstd(Source& source) : Unpacker(source), state_(ZSTD_createDStream(), ZSTD_freeDStream) {
        if (!state_) throw Error::os("ZSTD_createDStream", "zstd", ENOMEM);
    }

    std::size_t read(std::span<char> into) override {
        // What a frame still holds comes out without more input.
        while (pending_ || refill()) {
            ZSTD_inBuffer in{input_.data(), input_.size(), 0};
            ZSTD_outBuffer out{into.data(), into.size(), 0};
            left_ = ZSTD_decompressStream(state_.get(), &out, &in);
            if (ZSTD_isError(left_)) refuse_packed(Compression::zstd, ZSTD_getErrorName(left_));
            input_.remove_prefix(in.pos);
            pending_ = left_ != 0 && out.pos == out.size;
            if (out.pos > 0) return out.pos;
        }
        if (left_ != 0) refuse_packed(Compression::zstd, "it ends too early");
        return 0;
    }

private:
    std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> state_;
    std::size_t left_ = 1;  // zstd's hint: 0 when a frame is complete
    bool pending_ = false;
};

// Passes on what comes, having looked at the first bytes.
class Checked final : public Source {
public:
    Checked(Source& source, Compression claimed) : source_(source), claimed_(claimed) {}

    std::size_t read(std::span<char> into) override {
        std::size_t got = source_.read(into);
        if (!first_) return got;
        first_ = false;
        // A pipe may give less at first than it takes to tell.
        constexpr std::size_t enough = 4;
        for (std::size_t more = got; more > 0 && got < enough && got < into.size(); got += more)
            more = source_.read(into.subspan(got));
        const Compression found = recognise({into.data(), got});
        if (found != claimed_)
            throw Error::bad(
                text::cat("the layer's media type says ", said(claimed_), ", its content is ", said(found)),
                "the image is damaged, or was made by a program that mislabels layers");
        return got;
    }

private:
    static std::string_view said(Compression compression) {
        return compression == Compression::none ? "uncompressed" : word(compression);
    }
    Source& source_;
    Compression claimed_;
    bool first_ = true;
};

// Owns the check in front of the decompressor.
class Decompressed final : public Source {
public:
    Decompressed(Source& source, Compression compression) : checked_(source, compression) {
        if (compression == Compression::gzip) unpacker_ = std::make_unique<Gzip>(checked_);
        if (compression == Compression::zstd) unpacker_ = std::make_unique<Zstd>(checked_);
    }
    std::size_t read(std::span<char> into) override { return unpacker_ ? unpacker_->read(into) : checked_.read(into); }

private:
    Checked checked_;
    std::unique_ptr<Source> unpacker_;
};

}  // namespace

void refuse_packed(Compression compression, std::string_view why) {
    throw Error::bad(text::cat("the layer's ", word(compression), " data: ", why),
                     "the image is damaged: copy it again");
}

Compression recognise(std::string_view first_bytes) {
    if (first_bytes.starts_with("\x1f\x8b")) return Compression::gzip;
    if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
    // A skippable frame in front (RFC 8878, 3.1.2): its four bytes count 0x184D2A50 up to 5F.
    const bool skippable = first_bytes.size() >= 4 && (first_bytes[0] & 0xf0) == 0x50 &&
                           first_bytes.substr(1, 3) == std::string_view("\x2a\x4d\x18");
    return skippable ? Compression::zstd : Compression::none;
}

std::unique_ptr<Source> decompress(Source& source, Compression compression) {
    return std::make_unique<Decompressed>(source, compression);
}

}  // namespace bell::image
