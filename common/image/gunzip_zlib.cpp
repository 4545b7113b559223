// gunzip_zlib.cpp - see gunzip.hpp.
#include <zlib.h>

#include "base/error.hpp"
#include "image/gunzip.hpp"
#include "image/inflate.hpp"

namespace bell::image {

struct Gunzip::State {
    z_stream zlib{};
};

Gunzip::Gunzip() : state_(std::make_unique<State>()) {
    if (::inflateInit2(&state_->zlib, 16 + MAX_WBITS) != Z_OK) throw Error::os("inflateInit", "gzip", ENOMEM);
}

Gunzip::~Gunzip() { ::inflateEnd(&state_->zlib); }

void Gunzip::begin() { ::inflateReset(&state_->zlib); }

Gunzip::Step Gunzip::step(std::string_view& input, std::span<char> output) {
    z_stream& zlib = state_->zlib;
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    zlib.avail_in = static_cast<uInt>(input.size());
    zlib.next_out = reinterpret_cast<Bytef*>(output.data());
    zlib.avail_out = static_cast<uInt>(output.size());
    const int result = ::inflate(&zlib, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        refuse_packed(Compression::gzip, zlib.msg ? zlib.msg : "not valid");
    input.remove_prefix(input.size() - zlib.avail_in);
    return {output.size() - zlib.avail_out, result == Z_STREAM_END};
}

}  // namespace bell::image
