// ring.hpp - buffers that go round between threads: one writes, two read.
//
//     writer            v             the slots hold bytes in the order they were written; who reads may be behind,
//     | . | . | 3 | 4 | 5 | . |       but never so far that the writer would overtake it: then the writer waits
//     reader 0      ^
//     reader 1          ^
//
// So bytes are made in one thread, hashed in a second and parsed in a third without being copied, and memory stays the
// same. A slot that says `ends` closes a layer; a failure takes its place in the same order, so what a reader is told
// doesn't depend on which thread was faster.
//
// pthread_cond_wait(3). Next: pipeline.hpp.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace bell::image {

class Ring {
public:
    // Large enough that handing over doesn't count; together they fit the caches of today's processors.
    static constexpr std::size_t slot_size = std::size_t{256} << 10;
    static constexpr std::size_t slots = 16;
    static constexpr std::size_t readers = 2;

    struct Slot {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;
        std::string packed;  ///< what was read to make them
        bool ends = false;
        std::exception_ptr failure;
        [[nodiscard]] std::span<char> room() { return {bytes.get(), slot_size}; }
    };

    /// A free slot to fill, then written(). Nothing once the ring is closed.
    [[nodiscard]] Slot* to_write();
    void written();
    /// The next slot for this reader, then read(). Nothing once the ring is closed.
    [[nodiscard]] Slot* to_read(std::size_t reader);
    void read(std::size_t reader);
    /// Waits until `other` is through with the slot that `reader` is at.
    void wait_for(std::size_t other, std::size_t reader);
    /// Ends all waiting; what isn't read yet is lost.
    void close();

private:
    [[nodiscard]] std::uint64_t slowest() const;
    void step(std::uint64_t& count);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::array<Slot, slots> slot_;
    std::uint64_t written_ = 0;
    std::array<std::uint64_t, readers> read_{};
    bool closed_ = false;
};

}  // namespace bell::image
