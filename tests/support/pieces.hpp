// pieces.hpp - bytes that come apart anywhere, as a pipe's or a decompressor's do.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "image/sink.hpp"
#include "image/source.hpp"
#include "image/stream.hpp"

namespace bell::pieces {

/// What is left, and how much of it may be handed out at once: at least a byte, or nothing would ever end.
class Rest {
public:
    Rest(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(std::max<std::size_t>(piece, 1)) {}
    std::string_view take(std::size_t most) {
        const std::string_view given = bytes_.substr(0, std::min(piece_, most));
        bytes_.remove_prefix(given.size());
        return given;
    }

private:
    std::string_view bytes_;
    std::size_t piece_;
};

/// Handed out, piece after piece.
class Stream final : public image::Stream {
public:
    Stream(std::string_view bytes, std::size_t piece) : rest_(bytes, piece) {}
    std::string_view next() override { return rest_.take(std::string_view::npos); }

private:
    Rest rest_;
};

/// For whoever asks for them.
class Source final : public image::Source {
public:
    Source(std::string_view bytes, std::size_t piece) : rest_(bytes, piece) {}
    std::size_t read(std::span<char> into) override { return rest_.take(into.size()).copy(into.data(), into.size()); }

private:
    Rest rest_;
};

/// Put together again.
class Whole final : public image::Sink {
public:
    std::string bytes;
    void write(std::string_view more) override { bytes += more; }
    void finish() override {}
};

}  // namespace bell::pieces
