// ring.cpp - see ring.hpp.
#include "image/ring.hpp"

#include <algorithm>

namespace bell::image {

std::uint64_t Ring::slowest() const { return *std::min_element(read_.begin(), read_.end()); }

void Ring::step(std::uint64_t& count) {
    {
        const std::lock_guard lock(mutex_);
        ++count;
    }
    changed_.notify_all();
}

Ring::Slot* Ring::to_write() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || written_ - slowest() < slots; });
    if (closed_) return nullptr;
    Slot& slot = slot_[written_ % slots];
    // Only now: a small image never touches most of the ring.
    if (!slot.bytes) slot.bytes.reset(new char[slot_size]);
    slot.size = 0;
    slot.packed.clear();
    slot.ends = false;
    slot.failure = nullptr;
    return &slot;
}

void Ring::written() { step(written_); }

Ring::Slot* Ring::to_read(std::size_t reader) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || read_[reader] < written_; });
    return closed_ ? nullptr : &slot_[read_[reader] % slots];
}

void Ring::read(std::size_t reader) { step(read_[reader]); }

void Ring::wait_for(std::size_t other, std::size_t reader) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || read_[other] > read_[reader]; });
}

void Ring::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

}  // namespace bell::image
