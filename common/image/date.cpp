// date.cpp - see date.hpp.
#include "image/date.hpp"

#include <array>
#include <cstdlib>
#include <ctime>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

// "2024-05-06T07:08:09" where `pattern` has its digits as '0'.
bool looks_like(std::string_view words, std::string_view pattern) {
    if (words.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool is_digit = words[i] >= '0' && words[i] <= '9';
        if (pattern[i] == '0' ? !is_digit : words[i] != pattern[i]) return false;
    }
    return true;
}

int digits(std::string_view words, std::size_t at, std::size_t count) {
    return text::number<int>(words.substr(at, count)).value_or(-1);
}

// The seconds that a clock in that zone is ahead; nothing if it is no zone.
std::optional<int> zone(std::string_view words) {
    if (words == "Z") return 0;
    const bool known = looks_like(words, "+00:00") || looks_like(words, "-00:00");
    if (!known || digits(words, 1, 2) > 23 || digits(words, 4, 2) > 59) return std::nullopt;
    const int ahead = digits(words, 1, 2) * 3600 + digits(words, 4, 2) * 60;
    return words.front() == '-' ? -ahead : ahead;
}

// timegm makes March 2 of February 30: what comes back as another day was none.
std::optional<std::int64_t> day(std::string_view words) {
    if (!looks_like(words, "0000-00-00")) return std::nullopt;
    std::tm parts{};
    parts.tm_year = digits(words, 0, 4) - 1900;
    parts.tm_mon = digits(words, 5, 2) - 1;
    parts.tm_mday = digits(words, 8, 2);
    const std::int64_t seconds = timegm(&parts);
    if (date(seconds).substr(0, 10) != words) return std::nullopt;
    return seconds;
}

std::optional<std::int64_t> time_of_day(std::string_view words) {
    if (words.empty()) return 0;
    if (words.size() < 10 || !looks_like(words.substr(0, 9), "T00:00:00")) return std::nullopt;
    const int hour = digits(words, 1, 2);
    const int minute = digits(words, 4, 2);
    const int second = digits(words, 7, 2);
    const std::optional<int> ahead = zone(words.substr(9));
    if (!ahead || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return hour * 3600 + minute * 60 + second - *ahead;
}

}  // namespace

std::string date(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> out{};
    return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::int64_t parse_date(std::string_view option, std::string_view words) {
    const auto seconds = text::number<std::int64_t>(words.substr(words.starts_with('@') ? 1 : 0));
    if (seconds) return *seconds;
    const std::optional<std::int64_t> at_midnight = day(words.substr(0, 10));
    const auto since = words.size() < 10 ? std::nullopt : time_of_day(words.substr(10));
    if (at_midnight && since) return *at_midnight + *since;
    throw Error::bad(text::cat(option, " ", text::printable(words), ": is not a date"),
                     "as 2024-05-06, 2024-05-06T07:08:09Z, or a number of seconds since 1970");
}

std::optional<std::int64_t> source_date_epoch() {
    const char* words = std::getenv("SOURCE_DATE_EPOCH");
    if (!words) return std::nullopt;
    const auto seconds = text::number<std::int64_t>(words);
    if (!seconds) throw Error::bad("SOURCE_DATE_EPOCH is not a number of seconds");
    return seconds;
}

}  // namespace bell::image
