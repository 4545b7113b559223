// inflate - gzip and zstd data of a layer, and what recognises it.
#include "image/inflate.hpp"

#include "bytes.hpp"
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
        fuzz::Bytes bytes(input.bytes, (input.which / 3) * 16);
        const auto unpacked = image::decompress(bytes, claimed);
        std::uint64_t passed = 0;
        while (passed < enough) {
            const std::string_view piece = unpacked->next();
            if (piece.empty()) break;
            passed += piece.size();
            for (const char each : piece) asm volatile("" : : "r"(each));  // all of it can be read
        }
    });
    return 0;
}
