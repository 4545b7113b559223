// siphash.cpp - see siphash.hpp.
#include "base/siphash.hpp"

#include <sys/random.h>

#include <bit>
#include <cerrno>

#include "base/error.hpp"

namespace bell {
namespace {

struct State {
    std::uint64_t a, b, c, d;

    void round() {
        a += b, c += d;
        b = std::rotl(b, 13) ^ a, d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        c += b, a += d;
        b = std::rotl(b, 17) ^ c, d = std::rotl(d, 21) ^ a;
        c = std::rotl(c, 32);
    }
    void take(std::uint64_t word) {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

// Up to eight bytes, the first is the lowest.
std::uint64_t word_of(std::string_view bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

}  // namespace

SipKey random_sip_key() {
    SipKey key{};
    if (::getrandom(key.data(), sizeof key, 0) != sizeof key) throw Error::os("getrandom", "", errno);
    return key;
}

std::uint64_t siphash(const SipKey& key, std::string_view bytes) {
    // The letters "somepseudorandomlygeneratedbytes", by which the four words differ from the start.
    State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                key[1] ^ 0x7465646279746573};
    const std::uint64_t length = std::uint64_t{bytes.size()} << 56;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.take(word_of(bytes.substr(0, 8)));
    state.take(length | word_of(bytes));
    state.c ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace bell
