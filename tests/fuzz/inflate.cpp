// inflate - gzip and zstd data of a layer, and what recognises it.
#include "image/inflate.hpp"

#include <algorithm>
#include <array>

#include "fuzz.hpp"

namespace {

using namespace bell;

// What belongs together may come apart anywhere.
class Pieces final : public image::Source {
public:
    Pieces(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(std::max<std::size_t>(piece, 1)) {}
    std::size_t read(std::span<char> into) override {
        const std::size_t count = std::min({bytes_.size(), piece_, into.size()});
        bytes_.copy(into.data(), count);
        bytes_.remove_prefix(count);
        return count;
    }

private:
    std::string_view bytes_;
    std::size_t piece_;
};

constexpr std::uint64_t enough = std::uint64_t{2} << 20;  // a bomb is a matter of budgets, not of this

}  // namespace

// The first byte: which compression, and in which pieces the rest comes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, 256);
    const auto claimed = static_cast<image::Compression>(input.which % 3);
    fuzz::read_or_refuse([&] {
        Pieces bytes(input.bytes, (input.which / 3) * 16);
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
