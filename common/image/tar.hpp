// tar.hpp - a layer's entries, one after the other.
//
// A layer is a tar: for each file a header of 512 bytes with its name and metadata, then its content. Names longer than
// a header holds, extended attributes and times with nanoseconds stand in front as "pax" records. libarchive knows all
// the dialects of fifty years; here it is given the tar format only, no compression, and bytes through a callback.
//
// Names are bytes. They stay as they are whatever the locale: this program never calls setlocale, so libarchive finds
// the "C" locale, can't convert what is not ASCII, and hands out the name as it stood.
//
// tar(5), image-spec layer.md. Next: entry paths are judged in whiteout.hpp, and applied by layer.hpp.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "image/limits.hpp"
#include "image/stream.hpp"

namespace bell::image {

inline constexpr std::size_t tar_block = 512;  ///< what headers and content are filled up to, in bytes

enum class Type : unsigned char { file, directory, symlink, hardlink, character, block, fifo };

struct Entry {
    std::string path;  ///< as it stands in the tar
    Type type = Type::file;
    std::string link;  ///< target of a symlink or hardlink
    mode_t permissions = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    std::uint64_t size = 0;
    timespec mtime{};
    dev_t device = 0;
    std::vector<std::pair<std::string, std::string>> xattrs;
    /// What the tar tells in a way that nobody can know here: names of those whose value it would be.
    std::vector<std::string> lost_xattrs;
    std::uint64_t cost = 1;  ///< for the budget of entries: more than one if it took long to read
};

/// A piece of a file's content; what no piece covers is a hole.
struct Piece {
    std::uint64_t offset = 0;
    std::string_view bytes;
};

/// A member of a tar that lies in a file: where its content is.
struct TarMember {
    std::string name;  ///< as it stands there
    Type type = Type::file;
    std::string link;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// All members of the uncompressed tar in a file, contents skipped. `shown`: what errors call it.
[[nodiscard]] std::vector<TarMember> tar_members(int file, const Limits& limits, const std::string& shown);

class TarReader {
public:
    TarReader(Stream& source, const Limits& limits);
    ~TarReader();
    TarReader(const TarReader&) = delete;
    TarReader& operator=(const TarReader&) = delete;

    /// False at the end; the source has been read to its end then.
    [[nodiscard]] bool next(Entry& entry);
    /// The next piece of the current entry's content; false when there is no more.
    [[nodiscard]] bool next_piece(Piece& piece);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace bell::image
