// limits.hpp - what an image may cost before it is refused.
//
// A few kilobytes can claim to be terabytes: a gzip of zeros shrinks a thousandfold, a sparse file or a million empty
// entries cost the sender nothing. Every dimension has a limit that no honest image comes near, and each is an option.
//
// security.md, rule 17. Next: stream.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"

namespace bell::image {

struct Limits {
    std::uint64_t bytes = std::uint64_t{128} << 30;  ///< unpacked, all layers together
    std::uint64_t entries = 10'000'000;              ///< all layers together
    std::uint64_t ratio = 200;                       ///< unpacked to packed bytes, above `ratio_free`
    std::uint64_t path = 4096;                       ///< of one entry's name or link target
    std::uint64_t xattr = 65536;                     ///< one value; the kernel's own limit
    /// A small layer of zeros is no attack: below this the ratio doesn't matter.
    static constexpr std::uint64_t ratio_free = std::uint64_t{256} << 20;
};

/// What is left of the limits while an image is read.
class Budget {
public:
    explicit Budget(const Limits& limits) : limits_(limits) {}
    [[nodiscard]] const Limits& limits() const { return limits_; }
    /// Before a layer's bytes: how many it was packed into. A layer may swell for a while; all together may not.
    void add_packed(std::uint64_t count) { packed_ += count; }
    void spend_bytes(std::uint64_t count) {
        spend(bytes_, count, limits_.bytes, "unpacked bytes", "--max-bytes");
        const bool swollen =
            bytes_ > Limits::ratio_free && bytes_ / std::max<std::uint64_t>(limits_.ratio, 1) > packed_;
        if (swollen && guard::on(guard::Guard::budgets))
            throw Error::bad(text::cat("the image unpacks to more than ", limits_.ratio, " times its size"),
                             "--max-ratio allows more, if you trust it");
    }
    /// What a file is to have, holes and all: a hole of terabytes costs nothing here, but whoever copies it.
    void spend_size(std::uint64_t count) { spend(sizes_, count, limits_.bytes, "unpacked bytes", "--max-bytes"); }
    void spend_entries(std::uint64_t count = 1) { spend(entries_, count, limits_.entries, "entries", "--max-entries"); }

private:
    static void spend(std::uint64_t& spent, std::uint64_t count, std::uint64_t limit, std::string_view what,
                      std::string_view option) {
        if (count > limit - spent && guard::on(guard::Guard::budgets))
            throw Error::bad(text::cat("the image has more than ", limit, " ", what),
                             text::cat(option, " allows more, if you trust it"));
        spent += count;
    }

    Limits limits_;
    std::uint64_t packed_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t sizes_ = 0;
    std::uint64_t entries_ = 0;
};

}  // namespace bell::image
