// tar_writer.hpp - entries become a tar, always the same one.
//
// A tar is simple enough to be written by hand, and a layer's name is the digest of its bytes: one field that a library
// fills differently in its next version, and the same files have another name. So nothing is in it that isn't needed:
// no user names, no times of access, whole seconds, and a pax record only for what the old header can't hold.
//
//     header, 512 bytes: name mode uid gid size mtime checksum type linkname "ustar" device prefix
//     content, filled up to 512       ... and two empty blocks at the end
//
// tar(5), POSIX pax "ustar Interchange Format". Next: diff.hpp.
#pragma once

#include <string>

#include "image/sink.hpp"
#include "image/tar.hpp"

namespace bell::image {

class TarWriter {
public:
    explicit TarWriter(Sink& sink) : sink_(sink) {}
    /// The header; `entry.size` bytes must follow by content().
    void entry(const Entry& entry);
    void content(std::string_view bytes);
    void finish();

private:
    void header(const Entry& entry, const std::string& name, char type);
    void pax(const Entry& entry, const std::string& records);
    void pad();

    Sink& sink_;
    std::uint64_t written_ = 0;
};

}  // namespace bell::image
