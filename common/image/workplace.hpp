// workplace.hpp - a private directory for what is needed while an image is packed or unpacked, and no longer.
//
// An archive is written where it is to be, on the same file system, and gets its name by a rename; its parts are made
// first, because a tar says a member's size and name before its content. The image below may have to be unpacked. All
// of that is in `.layer-pack.XXXXXX`, which goes with the object; what a killed run has left goes with the next run
// beside it. A lock, which ends with its process, tells the one from the other: whoever makes such a directory locks
// it, and whoever removes one locks it first, so neither can take a live one.
//
// mkdtemp(3), flock(2). Next: pack.hpp.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace bell::image {

/// How all names begin that are gone when the packing is done.
inline constexpr const char* temporary_prefix = ".layer-pack.";

class Workplace {
public:
    /// In the directory `beside`; its name begins with `prefix`.
    explicit Workplace(std::string beside, std::string prefix = temporary_prefix);
    ~Workplace();
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Fd& directory() const { return lock_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

private:
    void make();
    void clear_leftovers() const;

    std::string beside_;
    std::string prefix_;
    Fd parent_;
    std::string path_;
    Fd lock_;
};

/// Where to put what has no place of its own: $TMPDIR, else /var/tmp, which is on a disk where /tmp may be in memory.
[[nodiscard]] std::string temporary_directory();

}  // namespace bell::image
