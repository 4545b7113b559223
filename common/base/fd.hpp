// fd.hpp - owning a file descriptor.
//
// A descriptor is an index into a per-process kernel table. Forgetting to close one is a leak in a server but an
// escape in a container runtime: the contained process would inherit a handle on the host's files (runc's
// CVE-2024-21626 was exactly that). So every descriptor here has one owner and is born O_CLOEXEC: it vanishes at
// exec unless somebody hands it on by name.
//
// open(2), close_range(2), fcntl(2). Next: error.hpp, then sys/file.hpp.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace bell {

/// The one owner of a descriptor; closes it when it goes. Movable, not copyable: there is never a second owner.
class Fd {
public:
    Fd() = default;
    explicit Fd(int number) noexcept : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    /// The number, for a system call; -1 when nothing is owned.
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

    /// Gives up ownership: the caller closes.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

    void reset() noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

    /// `/proc/self/fd/N`: a name for what the descriptor refers to, for calls that know only names.
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

private:
    int number_ = -1;
};

}  // namespace bell
