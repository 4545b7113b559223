// inflate - gzip and zstd data of a layer, and what recognises it.
#include "image/inflate.hpp"

#include <array>

#include "../support/pieces.hpp"
#include "fuzz.hpp"

namespace {

using namespace bell;

constexpr std::uint64_t enough = std::uint64_t{2} << 20;  // a bomb is a matter of budgets, not of this

}  // namespace

// The first byte: which compression, and in which pieces the rest comes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, 256);
    const auto claimed = static_cast<image::Compression>(input.which % 3);
    fuzz::read_or_refuse([&] {
        pieces::Source bytes(input.bytes, (input.which / 3) * 16);
        const auto unpacked = image::decompress(bytes, claimed);
        std::array<char, 4096> room;
        std::uint64_t passed = 0;
        for (std::size_t got = 1; got > 0 && passed < enough; passed += got) {
            got = unpacked->read(room);
            for (const char each : std::span(room).first(got)) asm volatile("" : : "r"(each));  // all of it was written
        }
    });
    return 0;
}
