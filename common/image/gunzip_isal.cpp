// gunzip_isal.cpp - see gunzip.hpp.
//
// The header is read by its own call: the one that isal_inflate would make forgets, between two pieces of input, which
// of a header's optional fields are still to come.
#include <isa-l/igzip_lib.h>

#include <array>

#include "base/error.hpp"
#include "image/gunzip.hpp"
#include "image/inflate.hpp"

namespace bell::image {

struct Gunzip::State {
    inflate_state isal{};
    isal_gzip_header header{};
    bool in_header = true;
};

namespace {

struct Fault {
    int code;
    std::string_view words;
};
constexpr std::array faults = {
    Fault{ISAL_INVALID_BLOCK, "invalid block"},
    Fault{ISAL_INVALID_SYMBOL, "invalid symbol"},
    Fault{ISAL_INVALID_LOOKBACK, "invalid distance"},
    Fault{ISAL_INVALID_WRAPPER, "incorrect header"},
    Fault{ISAL_UNSUPPORTED_METHOD, "unknown compression method"},
    Fault{ISAL_INCORRECT_CHECKSUM, "incorrect data check"},
};

void check(int result) {
    if (result >= 0) return;
    for (const Fault& fault : faults)
        if (fault.code == result) refuse_packed(Compression::gzip, fault.words);
    refuse_packed(Compression::gzip, "not valid");
}

}  // namespace

Gunzip::Gunzip() : state_(std::make_unique<State>()) { ::isal_inflate_init(&state_->isal); }

Gunzip::~Gunzip() = default;

void Gunzip::begin() {
    ::isal_inflate_reset(&state_->isal);
    ::isal_gzip_header_init(&state_->header);
    state_->in_header = true;
}

Gunzip::Step Gunzip::step(std::string_view& input, std::span<char> output) {
    inflate_state& isal = state_->isal;
    isal.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
    isal.avail_in = static_cast<std::uint32_t>(input.size());
    isal.next_out = reinterpret_cast<std::uint8_t*>(output.data());
    isal.avail_out = static_cast<std::uint32_t>(output.size());
    if (state_->in_header) {
        const int result = ::isal_read_gzip_header(&isal, &state_->header);
        check(result);
        state_->in_header = result != ISAL_DECOMP_OK;
        isal.crc_flag = ISAL_GZIP_NO_HDR_VER;  // no header any more, but a checksum to verify
    }
    if (!state_->in_header) check(::isal_inflate(&isal));
    input.remove_prefix(input.size() - isal.avail_in);
    return {output.size() - isal.avail_out, !state_->in_header && isal.block_state == ISAL_BLOCK_FINISH};
}

}  // namespace bell::image
