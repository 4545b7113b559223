// tar - a layer's tar: headers, pax records, long names, maps of holes; and where each entry would go.
#include "image/tar.hpp"

#include "../support/pieces.hpp"
#include "fuzz.hpp"
#include "image/whiteout.hpp"

namespace {

using namespace bell;

constexpr std::uint64_t enough = std::uint64_t{1} << 20;  // bytes of content, read per input

bool has_part(const std::string& path, std::string_view part) {
    return text::cat("/", path, "/").find(text::cat("/", part, "/")) != std::string::npos;
}

// Rules 15 and 16: whatever the name, it is a place below the root, or the root.
void check_name(const std::string& raw) {
    const std::string path = image::entry_path(raw);
    fuzz::must(!path.starts_with('/') && !path.ends_with('/') && path.find("//") == std::string::npos);
    fuzz::must(!has_part(path, "..") && !has_part(path, "."));
    const image::Whiteout gone = image::whiteout(path);
    if (gone.kind == image::Whiteout::Kind::none) return;
    fuzz::must(!has_part(gone.directory, ".."));
    if (gone.kind != image::Whiteout::Kind::remove) return;
    fuzz::must(!gone.name.empty() && gone.name != "." && gone.name != ".." && gone.name.find('/') == std::string::npos);
}

void check_entry(const image::Entry& entry, const image::Limits& limits) {
    fuzz::must(entry.path.size() <= limits.path && entry.link.size() <= limits.path);
    fuzz::must((entry.permissions & ~07777u) == 0);
    for (const auto& [name, value] : entry.xattrs) fuzz::must(value.size() <= limits.xattr);
    fuzz::read_or_refuse([&] { check_name(entry.path); });
    fuzz::read_or_refuse([&] { check_name(entry.link); });
}

}  // namespace

// The first byte says in which pieces the rest comes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, 256);
    fuzz::read_or_refuse([&] {
        const image::Limits limits;
        pieces::Stream bytes(input.bytes, input.which * 64);
        image::TarReader reader(bytes, limits);
        std::uint64_t read = 0;
        for (image::Entry entry; reader.next(entry);) {
            check_entry(entry, limits);
            for (image::Piece piece; read < enough && reader.next_piece(piece);) {
                read += piece.bytes.size() + 1;
                for (const char each : piece.bytes) asm volatile("" : : "r"(each));  // all of it can be read
            }
        }
    });
    return 0;
}
