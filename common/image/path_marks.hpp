// path_marks.hpp - marks on paths, in eight bytes each, however long the path.
//
// A layer may name a million paths, and which of them it has named must be known while it is applied. The paths
// themselves would take a hundred bytes each and more; so only a fingerprint is kept, 62 bits of a keyed hash, with two
// marks beside it in one word. Two paths of a million have the same fingerprint once in ten million images; a whiteout
// would then leave what it should take away.
//
//     slots_    | 0 | 5be1...01 | 0 | 0 | 93f0...11 | ...      where a fingerprint is, or the next free slot behind
//
// Next: layer.hpp, which says what the marks mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/siphash.hpp"

namespace bell::image {

class PathMarks {
public:
    enum Mark : std::uint64_t { touched = 1, clean = 2 };

    /// False if the path had the mark.
    bool set(std::string_view path, Mark mark);
    [[nodiscard]] bool has(std::string_view path, Mark mark) const;
    /// A path and all above it, up to "". Once one has the mark, so have those above.
    void set_upwards(const std::string& path, Mark mark);
    void clear();

private:
    [[nodiscard]] std::uint64_t fingerprint(std::string_view path) const;
    [[nodiscard]] std::size_t slot_of(std::uint64_t fingerprint) const;
    void grow();

    SipKey key_ = random_sip_key();
    std::vector<std::uint64_t> slots_;  // a power of two of them, or none; 0: free
    std::size_t used_ = 0;
};

}  // namespace bell::image
