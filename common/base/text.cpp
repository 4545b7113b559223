// text.cpp - see text.hpp.
#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bell::text {

std::vector<std::string> split(std::string_view whole, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = whole.find(separator);
        parts.emplace_back(whole.substr(0, end));
        if (end == std::string_view::npos) return parts;
        whole.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != parts.data()) out += separator;
        out += part;
    }
    return out;
}

std::string_view trim(std::string_view words) {
    constexpr std::string_view blank = " \t\r\n\v\f";
    const std::size_t first = words.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return words.substr(first, words.find_last_not_of(blank) - first + 1);
}

namespace {

void append_escaped(std::string& out, char byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (byte) {
        case '\n': out += "\\n"; return;
        case '\t': out += "\\t"; return;
        case '\r': out += "\\r"; return;
        case '\0': out += "\\0"; return;
        default: break;
    }
    const auto value = static_cast<unsigned char>(byte);
    out += "\\x";
    out += hex[value >> 4];
    out += hex[value & 15];
}

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 32 || byte == 127; }

}  // namespace

std::string quote(std::string_view bytes) {
    std::string out = "\"";
    for (const char byte : bytes) {
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += byte;
        } else if (is_control(byte) || static_cast<unsigned char>(byte) > 127) {
            append_escaped(out, byte);
        } else {
            out += byte;
        }
    }
    return out += '"';
}

std::string printable(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        // U+0080 to U+009F, C2 80 to C2 9F in UTF-8, are controls as well: C2 9B starts a command as ESC [ does.
        const bool second = bytes[at] == '\xC2' && at + 1 < bytes.size() && (bytes[at + 1] & '\xE0') == '\x80';
        if (is_control(bytes[at]) || second) append_escaped(out, bytes[at]);
        if (second) append_escaped(out, bytes[++at]);
        if (!second && !is_control(bytes[at])) out += bytes[at];
    }
    return out;
}

namespace {

// How many single-letter edits turn one word into the other; two letters swapped ("moutn") count as one, since that is
// how fingers slip (the optimal string alignment distance). Three rows of the table are enough.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::vector<std::size_t> above;
    std::vector<std::size_t> above_that;
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= from.size(); ++i) {
        above_that = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = std::min(row[j], above_that[j - 2] + 1);
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.size() > 64) return {};
    const std::string* best = nullptr;
    std::size_t best_distance = 1 + std::max<std::size_t>(1, word.size() / 3);
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = &candidate;
        }
    }
    return best ? *best : std::string{};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string guess = nearest(word, candidates);
    return guess.empty() ? guess : cat(" (did you mean '", guess, "'?)");
}

std::string clean_path(std::string_view path) {
    std::string out = path.starts_with('/') ? "/" : "";
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part.empty() || part == ".") continue;
        if (!out.empty() && out.back() != '/') out += '/';
        out += part;
    }
    return out.empty() ? "." : out;
}

}  // namespace bell::text
