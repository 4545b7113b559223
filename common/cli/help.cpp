// help.cpp - see help.hpp.
#include "cli/help.hpp"

#include "base/text.hpp"

namespace bell::cli {
namespace {

constexpr std::size_t help_column = 30;
constexpr std::size_t help_width = 80;

// "-u,--user" and "NAME" as the help shows them: "-u, --user NAME"; "[=full]" belongs to the name.
std::string shown_names(std::string_view names, std::string_view value) {
    const std::string list = text::join(text::split(names, ','), ", ");
    return value.empty() ? list : text::cat(list, value.starts_with("[=") ? "" : " ", value);
}

// Breaks at blanks so that the right column stays right of `help_column`.
void append_wrapped(std::string& out, std::string_view words) {
    std::size_t used = help_column;
    for (const std::string& word : text::split(words, ' ')) {
        if (used + word.size() + 1 > help_width) {
            out += "\n" + std::string(help_column, ' ');
            used = help_column;
        } else if (used > help_column) {
            out += ' ';
            ++used;
        }
        out += word;
        used += word.size();
    }
    out += '\n';
}

void append_described(std::string& out, const std::string& names, std::string_view words) {
    std::string left = "  " + names;
    if (left.size() + 2 > help_column) {
        out += left + "\n" + std::string(help_column, ' ');
    } else {
        left.resize(help_column, ' ');
        out += left;
    }
    append_wrapped(out, words);
}

}  // namespace

std::string help_text(const About& about, const std::vector<Option>& options, bool all) {
    std::string out = text::cat(about.name, ": ", about.summary, "\n\n");
    for (const std::string_view line : about.usage) out += text::cat("  ", line, "\n");
    out += "\n";
    bool hidden = false;
    for (const Option& option : options) {
        if (option.help.empty()) continue;
        if (all || option.level == Help::shown)
            append_described(out, shown_names(option.names, option.value), option.help);
        else
            hidden = true;
    }
    if (hidden) append_described(out, "--help-all", "the other options");
    if (!about.examples.empty()) out += "\n";
    for (const std::string_view line : about.examples) out += text::cat("  $ ", line, "\n");
    if (!about.more.empty()) out += text::cat("\n", about.more, "\n");
    return out;
}

}  // namespace bell::cli
