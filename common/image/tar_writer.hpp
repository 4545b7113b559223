// tar_writer.hpp - entries become a tar, always the same one.
//
// A tar is simple enough to be written by hand, and a layer's name is the digest of its bytes: one field that a library
// fills differently in its next version, and the same files have another name. So nothing is in it that isn't needed:
// no user names, no times of access, and a pax record only for what the old header can't hold: long names, large
// numbers, attributes, the part of a time that is below a second.
//
//     header, 512 bytes: name mode uid gid size mtime checksum type linkname "ustar" device prefix
//     content, filled up to 512       ... and two empty blocks at the end
//
// A record's text is UTF-8 by the standard, but names are any bytes; "hdrcharset=BINARY" says so where it is needed.
// Readers that don't know it take the bytes as they are, too; without it bsdtar complains. Times before 1970 are whole
// seconds: libarchive reads "-1.5" as -0.5.
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
    /// In a record "KEY=VALUE" the first '=' ends the key.
    [[nodiscard]] static bool can_hold_attribute(std::string_view name) {
        return name.find('=') == std::string_view::npos;
    }

private:
    void header(const Entry& entry, const std::string& name, char type);
    void pax(const Entry& entry, const std::string& records);
    void pad();

    Sink& sink_;
    std::uint64_t written_ = 0;
};

}  // namespace bell::image
