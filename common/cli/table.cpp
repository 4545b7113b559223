// table.cpp - see table.hpp.
#include "cli/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"

namespace bell::cli {
namespace {

constexpr std::size_t label_width = 14;
constexpr std::size_t fact_width = 80;
constexpr std::size_t gap = 2;
constexpr std::size_t widest_column = 100;  // a longer cell pushes only its own row to the right

bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = std::getenv(name);
        if (!value || !*value) continue;
        const std::string_view words = value;
        return words.find("UTF-8") != std::string_view::npos || words.find("utf8") != std::string_view::npos;
    }
    return false;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The first `columns` columns of the text, whole letters only.
std::string_view cut(std::string_view words, std::size_t columns) {
    std::size_t at = 0;
    for (; at < words.size(); ++at) {
        if (is_continuation(words[at])) continue;
        if (columns == 0) break;
        --columns;
    }
    return words.substr(0, at);
}

void append_line(std::string& out, std::string_view line, const Paper& paper) {
    const std::size_t end = line.find_last_not_of(' ');
    line = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    out += paper.width == 0 ? line : cut(line, paper.width);
    out += '\n';
}

}  // namespace

Paper Paper::of_stdout(bool ascii) {
    if (!isatty(STDOUT_FILENO)) return {};
    Paper paper{!ascii && locale_is_utf8(), 0};
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) paper.width = size.ws_col;
    return paper;
}

std::string draw_columns(const std::vector<Cells>& lines, const Paper& paper, std::size_t indent) {
    std::vector<std::size_t> widths;
    for (const Cells& cells : lines) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (std::size_t at = 0; at < cells.size(); ++at)
            widths[at] = std::min(widest_column, std::max(widths[at], columns_of(cells[at])));
    }
    std::string out;
    for (const Cells& cells : lines) {
        std::string line(indent, ' ');
        for (std::size_t at = 0; at < cells.size(); ++at) {
            line += cells[at];
            const std::size_t columns = columns_of(cells[at]);
            if (at + 1 < cells.size()) line.append(std::max(widths[at], columns) - columns + gap, ' ');
        }
        append_line(out, line, paper);
    }
    return out;
}

std::string draw_table(const Cells& head, const std::vector<Cells>& rows, const Paper& paper, std::size_t indent) {
    std::vector<Cells> lines;
    if (!head.empty()) lines.push_back(head);
    for (const Cells& row : rows) {
        Cells& line = lines.emplace_back();
        for (const std::string& cell : row) line.push_back(printable_on(paper, cell));
    }
    return draw_columns(lines, paper, indent);
}

std::string draw_fact(std::string_view label, std::string_view words, const Paper& paper) {
    const std::size_t width = paper.width == 0 ? fact_width : std::max(paper.width, label_width * 2);
    std::string out;
    std::string line(label);
    line.resize(label_width, ' ');
    std::size_t used = label_width;
    for (const std::string& word : text::split(printable_on(paper, words), ' ')) {
        if (used > label_width && used + 1 + columns_of(word) > width) {
            append_line(out, line, {});
            line.assign(label_width, ' ');
            used = label_width;
        } else if (used > label_width) {
            line += ' ';
            ++used;
        }
        line += word;
        used += columns_of(word);
    }
    append_line(out, line, {});
    return out;
}

std::size_t columns_of(std::string_view words) {
    return words.size() - static_cast<std::size_t>(std::count_if(words.begin(), words.end(), is_continuation));
}

std::string printable_on(const Paper& paper, std::string_view words) {
    if (paper.unicode) return text::printable(words);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (const char byte : words) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 128)
            out += text::printable({&byte, 1});
        else
            out += text::cat("\\x", hex[value >> 4], hex[value & 15]);
    }
    return out;
}

}  // namespace bell::cli
