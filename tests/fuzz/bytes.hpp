// bytes.hpp - a stream of invented bytes, for the targets that read layers.
#pragma once

#include <algorithm>
#include <string_view>

#include "image/stream.hpp"

namespace bell::fuzz {

/// Hands out `bytes` in pieces of a size, as a decompressor would: what belongs together may come apart anywhere.
class Bytes final : public image::Stream {
public:
    Bytes(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(std::max<std::size_t>(piece, 1)) {}
    std::string_view next() override {
        const std::string_view given = bytes_.substr(0, piece_);
        bytes_.remove_prefix(given.size());
        return given;
    }

private:
    std::string_view bytes_;
    std::size_t piece_;
};

}  // namespace bell::fuzz
