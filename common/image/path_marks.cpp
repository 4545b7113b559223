// path_marks.cpp - see path_marks.hpp.
#include "image/path_marks.hpp"

#include <algorithm>

namespace bell::image {
namespace {

constexpr std::uint64_t mark_bits = 3;
constexpr std::size_t fewest_slots = 1024;

}  // namespace

// Never 0, which is a free slot.
std::uint64_t PathMarks::fingerprint(std::string_view path) const {
    return std::max<std::uint64_t>(siphash(key_, path) & ~mark_bits, mark_bits + 1);
}

// Where it is, or where it would go. There is always a free slot.
std::size_t PathMarks::slot_of(std::uint64_t fingerprint) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(fingerprint >> 2) & mask;
    while (slots_[slot] != 0 && (slots_[slot] & ~mark_bits) != fingerprint) slot = (slot + 1) & mask;
    return slot;
}

// Three quarters full is as full as it gets.
void PathMarks::grow() {
    if (used_ + 1 <= slots_.size() / 4 * 3) return;
    std::vector<std::uint64_t> old(std::max(fewest_slots, slots_.size() * 2));
    old.swap(slots_);
    for (const std::uint64_t each : old)
        if (each != 0) slots_[slot_of(each & ~mark_bits)] = each;
}

bool PathMarks::set(std::string_view path, Mark mark) {
    grow();
    const std::uint64_t wanted = fingerprint(path);
    std::uint64_t& slot = slots_[slot_of(wanted)];
    if ((slot & mark) != 0) return false;
    if (slot == 0) ++used_;
    slot |= wanted | mark;
    return true;
}

bool PathMarks::has(std::string_view path, Mark mark) const {
    return !slots_.empty() && (slots_[slot_of(fingerprint(path))] & mark) != 0;
}

void PathMarks::set_upwards(const std::string& path, Mark mark) {
    std::string_view rest = path;
    while (set(rest, mark) && !rest.empty()) {
        const std::size_t slash = rest.rfind('/');
        rest = rest.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
}

void PathMarks::clear() {
    slots_.clear();
    slots_.shrink_to_fit();
    used_ = 0;
}

}  // namespace bell::image
