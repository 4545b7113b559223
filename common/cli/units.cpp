// units.cpp - see units.hpp.
#include "cli/units.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::cli {
namespace {

[[noreturn]] void refuse(std::string_view option, std::string_view words, std::string_view wanted) {
    throw Error::bad(text::cat(option, " ", text::printable(words), ": must be ", wanted));
}

// "M", "MB", "Mi" and "MiB" are 20: powers of two, whatever is written behind the letter.
std::optional<unsigned> unit_shift(std::string_view unit) {
    if (unit.empty() || unit == "B") return 0;
    constexpr std::string_view letters = "kmgt";
    const std::size_t index = letters.find(static_cast<char>(unit.front() | 0x20));
    const std::string_view rest = unit.substr(1);
    if (index == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "i" || rest == "iB"))
        return std::nullopt;
    return 10 * (static_cast<unsigned>(index) + 1);
}

// "1.5" as thousandths, so that no floating point is needed.
std::optional<std::int64_t> thousandths(std::string_view digits) {
    const std::size_t dot = digits.find('.');
    const auto whole = text::number<std::int64_t>(digits.substr(0, dot));
    if (!whole || digits.front() == '-' || *whole > std::numeric_limits<std::int64_t>::max() / 1000)
        return std::nullopt;
    if (dot == std::string_view::npos) return *whole * 1000;
    std::string fraction(digits.substr(dot + 1));
    if (fraction.empty() || fraction.size() > 3) return std::nullopt;
    fraction.resize(3, '0');
    const auto part = text::number<std::uint16_t>(fraction);
    if (!part) return std::nullopt;
    return *whole * 1000 + *part;
}

}  // namespace

std::int64_t bytes(std::string_view option, std::string_view words) {
    constexpr std::string_view wanted = "bytes, as in 64M or 1G (or max)";
    if (words == "max" || words == "-1") return -1;
    const std::size_t end = std::min(words.find_first_not_of("0123456789"), words.size());
    const auto amount = text::number<std::int64_t>(words.substr(0, end));
    const std::optional<unsigned> shift = unit_shift(words.substr(end));
    if (!amount || !shift || *amount > (std::numeric_limits<std::int64_t>::max() >> *shift))
        refuse(option, words, wanted);
    return *amount << *shift;
}

std::int64_t integer(std::string_view option, std::string_view words, std::int64_t minimum, std::int64_t maximum) {
    const auto value = text::number<std::int64_t>(words);
    if (!value || *value < minimum || *value > maximum)
        refuse(option, words, text::cat("a whole number from ", minimum, " to ", maximum));
    return *value;
}

std::int64_t microseconds(std::string_view option, std::string_view words) {
    struct Unit {
        std::string_view name;
        std::int64_t factor;
    };
    constexpr std::array units = {Unit{"us", 1}, Unit{"ms", 1000}, Unit{"s", 1'000'000}};
    for (const Unit& unit : units) {
        if (!words.ends_with(unit.name)) continue;
        const auto amount = thousandths(words.substr(0, words.size() - unit.name.size()));
        if (amount && *amount <= std::numeric_limits<std::int64_t>::max() / unit.factor)
            return *amount * unit.factor / 1000;
        break;
    }
    const auto plain = text::number<std::int64_t>(words);
    if (!plain || *plain < 0) refuse(option, words, "a time, as in 100ms, 0.5s or 50000 (microseconds)");
    return *plain;
}

std::uint32_t mode(std::string_view option, std::string_view words) {
    const auto value = text::number<std::uint32_t>(words, 8);
    if (!value || *value > 07777) refuse(option, words, "an octal mode, as in 0755");
    return *value;
}

std::string human_bytes(std::uint64_t bytes) {
    if (bytes >= std::uint64_t{1} << 62) return "unlimited";
    constexpr std::string_view units = "BKMGTP";
    std::size_t unit = 0;
    std::uint64_t rest = 0;
    while (bytes >= 1024 && unit + 1 < units.size()) {
        rest = bytes % 1024;
        bytes /= 1024;
        ++unit;
    }
    std::string out = text::cat(bytes);
    if (unit > 0 && rest != 0 && bytes < 100) out += text::cat(".", rest * 10 / 1024);
    return unit == 0 ? out + "B" : out + units[unit];
}

}  // namespace bell::cli
