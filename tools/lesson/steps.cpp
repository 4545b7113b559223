// steps.cpp - see steps.hpp.
#include "steps.hpp"

#include <cmark-gfm.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "page.hpp"

namespace bell {
namespace {

using Kind = Step::Kind;

constexpr std::string_view command_mark = "  $ ", more_mark = "  > ";

class Cutter {
public:
    explicit Cutter(std::string_view lesson) : lines_(text::split(lesson, '\n')) {}
    void block(cmark_node* node);
    [[nodiscard]] std::vector<Step> take() { return std::move(steps_); }

private:
    void add(Kind kind, std::string markdown) { steps_.push_back({kind, section_, std::move(markdown), {}, {}}); }
    void html(cmark_node* node);
    void commands(cmark_node* node);
    [[nodiscard]] std::string source_of(cmark_node* node) const;

    std::vector<std::string> lines_;
    std::vector<Step> steps_;
    std::string section_;
    bool in_answer_ = false;
};

// As it was written: a parser that can draw it comes later.
std::string Cutter::source_of(cmark_node* node) const {
    std::string out;
    const auto first = static_cast<std::size_t>(cmark_node_get_start_line(node));
    const auto last = static_cast<std::size_t>(cmark_node_get_end_line(node));
    for (std::size_t i = first; i <= last && i <= lines_.size(); ++i) out += lines_[i - 1] + "\n";
    return out;
}

std::string heading_text(const std::string& source) {
    const std::size_t begin = source.find_first_not_of("# ");
    return begin == std::string::npos ? "" : std::string(text::trim(source.substr(begin)));
}

// <details><summary>QUESTION</summary> ... </details>
void Cutter::html(cmark_node* node) {
    const char* literal = cmark_node_get_literal(node);
    const std::string_view words = literal ? literal : "";
    if (words.starts_with("</details")) in_answer_ = false;
    if (!words.starts_with("<details")) return;
    in_answer_ = words.find("</details") == std::string_view::npos;
    const std::size_t begin = words.find("<summary>"), end = words.find("</summary>");
    if (begin == std::string_view::npos || end == std::string_view::npos) return;
    add(Kind::question, std::string(words.substr(begin + 9, end - begin - 9)));
}

// A block of commands, each with what should come out.
void Cutter::commands(cmark_node* node) {
    const char* literal = cmark_node_get_literal(node);
    for (const std::string& line : text::split(literal ? literal : "", '\n')) {
        if (line.starts_with(command_mark)) {
            add(Kind::command, "");
            steps_.back().lines.push_back(line.substr(command_mark.size()));
        } else if (steps_.empty() || steps_.back().kind != Kind::command || line.empty()) {
            continue;
        } else if (line.starts_with(more_mark) && steps_.back().expected.empty()) {
            steps_.back().lines.push_back(line.substr(more_mark.size()));
        } else {
            const std::string_view shown = without_mark(line);
            steps_.back().expected.emplace_back(shown.substr(shown.starts_with("  ") ? 2 : 0));
        }
    }
}

void Cutter::block(cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_BLOCK) return html(node);
    if (type == CMARK_NODE_CODE_BLOCK && std::string_view(cmark_node_get_fence_info(node)) == "console")
        return commands(node);
    if (type == CMARK_NODE_HEADING) {
        section_ = heading_text(source_of(node));
        return add(Kind::heading, source_of(node));
    }
    // An answer of several paragraphs is one step.
    if (in_answer_ && !steps_.empty() && steps_.back().kind == Kind::answer) {
        steps_.back().markdown += "\n" + source_of(node);
        return;
    }
    add(in_answer_ ? Kind::answer : Kind::text, source_of(node));
}

bool is_word(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_';
}

// Whether a command begins there: at the start, or behind one of "| & ; ( `" and blanks.
bool begins_command(std::string_view line, std::size_t at) {
    const std::size_t before = at == 0 ? std::string_view::npos : line.find_last_not_of(' ', at - 1);
    return before == std::string_view::npos || std::string_view("|&;(`").find(line[before]) != std::string_view::npos;
}

}  // namespace

std::vector<Step> steps_of(std::string_view lesson) {
    const std::unique_ptr<cmark_node, void (*)(cmark_node*)> document(
        cmark_parse_document(lesson.data(), lesson.size(), CMARK_OPT_DEFAULT), cmark_node_free);
    Cutter cutter(lesson);
    for (cmark_node* each = cmark_node_first_child(document.get()); each; each = cmark_node_next(each))
        cutter.block(each);
    return cutter.take();
}

std::vector<std::size_t> headings_of(const std::vector<Step>& steps) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].kind == Kind::heading) out.push_back(i);
    return out;
}

std::string with_explain(std::string_view line) {
    std::string out;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i;
        while (end < line.size() && is_word(line[end])) ++end;
        const std::string_view word = line.substr(i, end - i);
        out += line.substr(i, std::max<std::size_t>(end - i, 1));
        if (toolkit::contains(word) && begins_command(line, i) && line.substr(end).starts_with(' '))
            out += " --explain";
        i = std::max(end, i + 1);
    }
    return out;
}

}  // namespace bell
