// stream.hpp - bytes that are handed out: a layer's tar, piece by piece, for whoever parses it.
//
// The other end of the way that begins in source.hpp. A stream shows its own memory, so that the parser copies nothing
// and memory stays the same whatever the layer's size.
//
// Next: ring.hpp and pipeline.hpp, which is the stream of a layer; tar.hpp, which reads from one.
#pragma once

#include <string_view>
#include <vector>

#include "image/source.hpp"

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

/// A source, shown through a buffer.
class SourceStream final : public Stream {
public:
    explicit SourceStream(Source& source) : source_(source), buffer_(std::size_t{64} << 10) {}
    std::string_view next() override { return {buffer_.data(), source_.read(buffer_)}; }

private:
    Source& source_;
    std::vector<char> buffer_;
};

}  // namespace bell::image
