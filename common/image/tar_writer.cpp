// tar_writer.cpp - see tar_writer.hpp.
#include "image/tar_writer.hpp"

#include <sys/sysmacros.h>

#include <array>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

struct Header {
    std::array<char, 100> name;
    std::array<char, 8> mode, uid, gid;
    std::array<char, 12> size, mtime;
    std::array<char, 8> checksum;
    char type;
    std::array<char, 100> link;
    std::array<char, 8> magic;  // "ustar", NUL, "00"
    std::array<char, 32> user, group;
    std::array<char, 8> major, minor;
    std::array<char, 155> prefix;
    std::array<char, 12> unused;
};
static_assert(sizeof(Header) == tar_block);

// Octal digits and a NUL; what doesn't fit is left 0 and stands in a pax record.
template <std::size_t Size>
bool fits(const std::array<char, Size>&, std::uint64_t number) {
    return number < std::uint64_t{1} << (3 * (Size - 1));
}

template <std::size_t Size>
void put(std::array<char, Size>& field, std::uint64_t number) {
    if (!fits(field, number)) number = 0;
    field.fill('0');
    field[Size - 1] = '\0';
    for (std::size_t i = Size - 1; i > 0; number >>= 3) field[--i] = static_cast<char>('0' + (number & 7));
}

template <std::size_t Size>
void put(std::array<char, Size>& field, std::string_view words) {
    std::memcpy(field.data(), words.data(), std::min(Size, words.size()));
}

// Where a long name is cut into prefix and name, at a slash; npos if there is no such place.
std::size_t cut(const std::string& name) {
    if (name.size() <= 100) return 0;
    const std::size_t slash = name.find('/', name.size() - 101);
    return slash <= 155 && slash > 0 && slash + 1 < name.size() ? slash : std::string::npos;
}

char type_flag(Type type) { return "0521346"[static_cast<std::size_t>(type)]; }

// "LENGTH KEY=VALUE\n", where LENGTH counts its own digits too.
std::string record(std::string_view key, std::string_view value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (length != rest + std::to_string(length).size()) ++length;
    return text::cat(length, " ", key, "=", value, "\n");
}

// How many bytes follow the first one of a character; -1 if no character starts so.
int continuation_bytes(unsigned char first) {
    if (first < 0x80) return 0;
    if (first < 0xc2) return -1;
    if (first < 0xe0) return 1;
    if (first < 0xf0) return 2;
    return first < 0xf5 ? 3 : -1;
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const int more = continuation_bytes(static_cast<unsigned char>(bytes.front()));
        if (more < 0 || bytes.size() <= static_cast<std::size_t>(more)) return false;
        for (int i = 1; i <= more; ++i)
            if ((static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]) & 0xc0u) != 0x80) return false;
        bytes.remove_prefix(static_cast<std::size_t>(more) + 1);
    }
    return true;
}

// Whole seconds in the header's octal digits, or a decimal number in a record.
std::string time_record(timespec time) {
    const Header header{};
    const bool is_old = time.tv_sec < 0;
    const bool is_whole = is_old || time.tv_nsec == 0;
    if (is_whole && !is_old && fits(header.mtime, static_cast<std::uint64_t>(time.tv_sec))) return "";
    std::string digits = text::cat(time.tv_sec);
    if (!is_whole) {
        const std::string fraction = text::cat(time.tv_nsec);
        digits += "." + std::string(9 - fraction.size(), '0') + fraction;
        digits.erase(digits.find_last_not_of('0') + 1);
    }
    return record("mtime", digits);
}

std::string records(const Entry& entry, const std::string& name) {
    const Header header{};
    std::string out;
    const bool long_name = cut(name) == std::string::npos;
    const bool long_link = entry.link.size() > header.link.size();
    if ((long_name && !is_utf8(name)) || (long_link && !is_utf8(entry.link))) out += record("hdrcharset", "BINARY");
    if (long_name) out += record("path", name);
    if (long_link) out += record("linkpath", entry.link);
    if (!fits(header.size, entry.size)) out += record("size", text::cat(entry.size));
    if (!fits(header.uid, entry.uid)) out += record("uid", text::cat(entry.uid));
    if (!fits(header.gid, entry.gid)) out += record("gid", text::cat(entry.gid));
    out += time_record(entry.mtime);
    for (const auto& [key, value] : entry.xattrs) out += record("SCHILY.xattr." + key, value);
    return out;
}

}  // namespace

void TarWriter::entry(const Entry& entry) {
    const std::string name = entry.type == Type::directory ? entry.path + "/" : entry.path;
    const std::string extra = records(entry, name);
    if (!extra.empty()) pax(entry, extra);
    header(entry, name, type_flag(entry.type));
}

void TarWriter::pax(const Entry& entry, const std::string& records) {
    Entry extension;
    extension.path = "PaxHeaders/" + entry.path.substr(entry.path.rfind('/') + 1).substr(0, 80);
    extension.permissions = 0644;
    extension.size = records.size();
    header(extension, extension.path, 'x');
    content(records);
}

void TarWriter::header(const Entry& entry, const std::string& name, char type) {
    pad();
    Header header{};
    const std::size_t at = cut(name);
    if (at == std::string::npos || at == 0) {
        put(header.name, name);
    } else {
        put(header.prefix, std::string_view(name).substr(0, at));
        put(header.name, std::string_view(name).substr(at + 1));
    }
    put(header.mode, std::uint64_t{entry.permissions});
    put(header.uid, std::uint64_t{entry.uid});
    put(header.gid, std::uint64_t{entry.gid});
    put(header.size, entry.size);
    put(header.mtime, entry.mtime.tv_sec < 0 ? 0 : static_cast<std::uint64_t>(entry.mtime.tv_sec));
    header.type = type;
    put(header.link, entry.link);
    put(header.magic, std::string_view("ustar\0"
                                       "00",
                                       8));
    put(header.major, std::uint64_t{major(entry.device)});
    put(header.minor, std::uint64_t{minor(entry.device)});
    // The checksum counts its own field as blanks; then six digits, a NUL and a blank.
    header.checksum.fill(' ');
    std::array<unsigned char, tar_block> bytes{};
    std::memcpy(bytes.data(), &header, tar_block);
    std::uint64_t sum = 0;
    for (const unsigned char byte : bytes) sum += byte;
    std::array<char, 7> digits{};
    put(digits, sum);
    std::memcpy(header.checksum.data(), digits.data(), digits.size());
    sink_.write({reinterpret_cast<const char*>(&header), tar_block});
    written_ += tar_block;
}

void TarWriter::content(std::string_view bytes) {
    sink_.write(bytes);
    written_ += bytes.size();
}

void TarWriter::pad() {
    static constexpr std::array<char, tar_block> zeros{};
    const std::size_t over = written_ % tar_block;
    if (over != 0) content({zeros.data(), tar_block - over});
}

void TarWriter::finish() {
    pad();
    constexpr std::array<char, 2 * tar_block> zeros{};
    content({zeros.data(), zeros.size()});
}

}  // namespace bell::image
