// chain_words.cpp - words as a shell reads them. See chain.hpp.
#include "base/text.hpp"
#include "chain.hpp"

namespace bell::chain {

std::string quoted(std::string_view word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
    // Single quotes where they say it all; where the word has one, or something that looks like a mistake in them,
    // double ones.
    const bool in_double = word.find_first_of("'$`") != std::string_view::npos;
    std::string out = in_double ? "\"" : "'";
    for (const char letter : word) {
        if (in_double && std::string_view("\"$`\\").find(letter) != std::string_view::npos) out += '\\';
        out += letter;
    }
    return out + (in_double ? "\"" : "'");
}

Line& Line::add(std::string_view option) { return raw(quoted(option)); }

Line& Line::add(std::string_view option, std::string_view value) {
    // A value that looks like an option is one word with its name.
    if (value.starts_with('-')) return raw(text::cat(quoted(option), "=", quoted(value)));
    return raw(text::cat(quoted(option), " ", quoted(value)));
}

Line& Line::raw(std::string_view words) {
    if (!text_.empty()) text_ += ' ';
    text_ += words;
    return *this;
}

std::string octal(std::uint32_t mode) {
    std::string out;
    for (; mode != 0; mode >>= 3) out.insert(out.begin(), static_cast<char>('0' + (mode & 7)));
    return "0" + out;
}

void add_wrapped(Link& link, const std::vector<std::string>& options) {
    constexpr std::size_t width = 76;  // between two blanks and a backslash
    std::string line;
    for (const std::string& each : options) {
        if (!line.empty() && line.size() + 1 + each.size() > width) {
            link.lines.push_back(std::move(line));
            line.clear();
        }
        line += text::cat(line.empty() ? "" : " ", each);
    }
    if (!line.empty()) link.lines.push_back(std::move(line));
}

}  // namespace bell::chain
