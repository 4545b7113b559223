// text.hpp - the few things about strings that every tool needs.
//
// One strict number parser (the whole string, the range checked: "1000x" is not 1000, and a number is never a user
// name), quoting for messages, and the nearest word for a typing mistake.                    Next: hints.hpp.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bell::text {

namespace detail {
inline void append(std::string& out, std::string_view piece) { out += piece; }
inline void append(std::string& out, char piece) { out += piece; }
template <std::integral Number>
requires(!std::same_as<Number, char>) void append(std::string& out, Number number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}
}  // namespace detail

/// The pieces, strings and whole numbers, one after the other.
template <class... Pieces>
[[nodiscard]] std::string cat(const Pieces&... pieces) {
    std::string out;
    (detail::append(out, pieces), ...);
    return out;
}

/// The whole of `digits` as a decimal number of this type, or nothing. No sign for unsigned types, no blanks.
template <std::integral Number>
[[nodiscard]] std::optional<Number> number(std::string_view digits, int base = 10) {
    Number value{};
    const char* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value, base);
    if (problem != std::errc{} || stop != end || digits.empty()) return std::nullopt;
    return value;
}

/// The parts between the separators, empty ones included; an empty string has one empty part.
[[nodiscard]] std::vector<std::string> split(std::string_view whole, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Without blanks and line ends at both ends.
[[nodiscard]] std::string_view trim(std::string_view words);

/// "as C would write it": control characters and bytes above 126 escaped, so that a message can't drive the terminal.
[[nodiscard]] std::string quote(std::string_view bytes);

/// As quote, but without the quotes, and UTF-8 left as it is: for names shown to people.
[[nodiscard]] std::string printable(std::string_view bytes);

/// The candidate with the smallest edit distance to `word`, if it is near enough to be meant; else empty.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean 'uts'?)" or nothing: to be put behind a message about an unknown word.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// A path without `.`, empty parts and a trailing slash; `..` is kept, since only the kernel knows where it leads.
[[nodiscard]] std::string clean_path(std::string_view path);

}  // namespace bell::text
