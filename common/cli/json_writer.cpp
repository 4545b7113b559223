// json_writer.cpp - see json_writer.hpp.
#include "cli/json_writer.hpp"

namespace bell::cli {
namespace {

// How many bytes a letter that starts with `first` has; 0 if none starts so.
std::size_t letter_size(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

// The size of the letter the bytes start with, 0 if they don't start with one: RFC 3629, section 4.
std::size_t valid_letter(std::string_view bytes) {
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
    const std::size_t size = letter_size(at(0));
    if (size == 0 || size > bytes.size()) return 0;
    for (std::size_t index = 1; index < size; ++index)
        if ((at(index) & 0xC0) != 0x80) return 0;
    if (size < 3) return size;
    const bool overlong = (at(0) == 0xE0 && at(1) < 0xA0) || (at(0) == 0xF0 && at(1) < 0x90);
    const bool surrogate = at(0) == 0xED && at(1) >= 0xA0;
    const bool too_large = at(0) == 0xF4 && at(1) >= 0x90;
    return overlong || surrogate || too_large ? 0 : size;
}

}  // namespace

void JsonWriter::append_string(std::string_view words) {
    constexpr std::string_view hex = "0123456789abcdef";
    out_ += '"';
    while (!words.empty()) {
        const std::size_t size = valid_letter(words);
        const auto first = static_cast<unsigned char>(words.front());
        if (size == 0) {
            out_ += "\\ufffd";
        } else if (first == '"' || first == '\\') {
            out_ += '\\';
            out_ += words.front();
        } else if (first < 32 || first == 127) {
            out_ += text::cat("\\u00", hex[first >> 4], hex[first & 15]);
        } else {
            out_ += words.substr(0, size);
        }
        words.remove_prefix(size == 0 ? 1 : size);
    }
    out_ += '"';
}

}  // namespace bell::cli
