// page.cpp - see page.hpp.
#include "page.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table.hpp"
#include "sys/terminal.hpp"

namespace bell {
namespace {

constexpr std::size_t most_columns = 100;  // longer lines are hard to read
using style::bold, style::bright, style::dim, style::plain;

class Page {
public:
    explicit Page(const PageLook& look) : look_(look) {}
    void block(cmark_node* node, std::size_t indent);
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    // A run of letters of one style; blanks between words are ends of words.
    struct Piece {
        std::string text;
        std::string_view style;
    };
    using Pieces = std::vector<Piece>;

    void children(cmark_node* node, std::size_t indent);
    void inlines(cmark_node* node, Pieces& out, std::string_view style) const;
    void inline_one(cmark_node* node, Pieces& out, std::string_view style) const;
    void wrap(const Pieces& pieces, std::size_t indent, std::string_view first);
    void heading(cmark_node* node);
    void list(cmark_node* node, std::size_t indent);
    void code(cmark_node* node, std::size_t indent);
    void table(cmark_node* node, std::size_t indent);
    void row_by_row(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                    std::size_t indent);
    void html(cmark_node* node);
    [[nodiscard]] std::string styled(std::string_view words, std::string_view style) const {
        return look_.colour && !style.empty() ? text::cat(style, words, plain) : std::string(words);
    }
    void gap() {
        if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    }

    PageLook look_;
    std::string out_;
    bool hidden_ = false;
};

std::string_view literal(cmark_node* node) {
    const char* words = cmark_node_get_literal(node);
    return words ? words : "";
}

void Page::inlines(cmark_node* node, Pieces& out, std::string_view style) const {
    for (cmark_node* each = cmark_node_first_child(node); each; each = cmark_node_next(each))
        inline_one(each, out, style);
}

void Page::inline_one(cmark_node* node, Pieces& out, std::string_view style) const {
    switch (cmark_node_get_type(node)) {
        case CMARK_NODE_TEXT: out.push_back({std::string(literal(node)), style}); return;
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK: out.push_back({" ", style}); return;
        case CMARK_NODE_CODE:
            // Where there is no colour the quotes stay, or nobody could tell.
            out.push_back({look_.colour ? std::string(literal(node)) : text::cat("`", literal(node), "`"), bright});
            return;
        case CMARK_NODE_STRONG: return inlines(node, out, bold);
        case CMARK_NODE_HTML_INLINE: return;
        default: return inlines(node, out, style);
    }
}

// Words, broken at blanks; `first` stands in front of the first line, in the room that `indent` gives.
void Page::wrap(const Pieces& pieces, std::size_t indent, std::string_view first) {
    std::string line(indent, ' ');
    line.replace(line.size() - std::min(first.size(), line.size()), first.size(), first);
    std::size_t column = indent;
    std::string word;
    std::size_t width = 0;
    const auto put_word = [&] {
        if (width == 0) return;
        if (column > indent && column + 1 + width > look_.width) {
            out_ += line + "\n";
            line.assign(indent, ' ');
            column = indent;
        } else if (column > indent) {
            line += ' ';
            ++column;
        }
        line += word;
        column += width;
        word.clear();
        width = 0;
    };
    for (const Piece& piece : pieces) {
        std::vector<std::string> parts = text::split(piece.text, ' ');
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (i > 0) put_word();
            word += styled(parts[i], parts[i].empty() ? "" : piece.style);
            width += cli::columns_of(parts[i]);
        }
    }
    put_word();
    out_ += line + "\n";
}

void Page::heading(cmark_node* node) {
    gap();
    Pieces pieces;
    inlines(node, pieces, bold);
    wrap(pieces, 0, "");
    if (cmark_node_get_heading_level(node) > 1) return;
    out_ += std::string(look_.width < 60 ? look_.width : 60, '=') + "\n";
}

void Page::list(cmark_node* node, std::size_t indent) {
    const bool numbered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    int number = cmark_node_get_list_start(node);
    gap();
    for (cmark_node* item = cmark_node_first_child(node); item; item = cmark_node_next(item)) {
        const std::string mark = numbered ? text::cat(number++, ". ") : "- ";
        const std::size_t inner = indent + (numbered ? 3 : 2);
        cmark_node* first = cmark_node_first_child(item);
        if (!first || cmark_node_get_type(first) != CMARK_NODE_PARAGRAPH) continue;
        Pieces pieces;
        inlines(first, pieces, "");
        wrap(pieces, inner, mark);
        for (cmark_node* more = cmark_node_next(first); more; more = cmark_node_next(more)) block(more, inner);
    }
    gap();
}

void Page::code(cmark_node* node, std::size_t indent) {
    gap();
    std::string_view words = literal(node);
    while (words.ends_with('\n')) words.remove_suffix(1);
    for (const std::string& line : text::split(words, '\n')) {
        const std::string_view shown = without_mark(line);
        const bool command = shown.starts_with("  $ ") || shown.starts_with("  > ");
        out_ +=
            std::string(indent + (shown.starts_with("  ") ? 0 : 2), ' ') + styled(shown, command ? bold : dim) + "\n";
    }
    gap();
}

void Page::table(cmark_node* node, std::size_t indent) {
    std::vector<cli::Cells> lines;
    for (cmark_node* row = cmark_node_first_child(node); row; row = cmark_node_next(row)) {
        lines.emplace_back();
        for (cmark_node* cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell)) {
            Pieces pieces;
            inlines(cell, pieces, "");
            std::string words;
            for (const Piece& piece : pieces) words += piece.text;
            lines.back().push_back(std::move(words));
        }
    }
    if (lines.empty()) return;
    gap();
    const cli::Cells head = lines.front();
    lines.erase(lines.begin());
    const std::string drawn = cli::draw_table(head, lines, {true, 0}, indent + 2);
    const std::vector<std::string> rows = text::split(drawn, '\n');
    const bool fits = std::all_of(rows.begin(), rows.end(),
                                  [&](const std::string& row) { return cli::columns_of(row) <= look_.width; });
    if (fits)
        out_ += drawn;
    else
        row_by_row(head, lines, indent + 2);
    gap();
}

// For a narrow page: the cells of a row below each other, each with its column's name.
void Page::row_by_row(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                      std::size_t indent) {
    std::size_t widest = 0;
    for (const std::string& name : head) widest = std::max(widest, cli::columns_of(name));
    for (const std::vector<std::string>& row : rows) {
        for (std::size_t i = 0; i < row.size() && i < head.size(); ++i) {
            std::string name = head[i];
            name.resize(widest, ' ');
            wrap({{row[i], ""}}, indent + widest + 2, name + "  ");
        }
        out_ += "\n";
    }
}

// <details> ... </details> hold answers; comments are for tools.
void Page::html(cmark_node* node) {
    const std::string_view words = literal(node);
    if (words.starts_with("</details")) hidden_ = false;
    if (!words.starts_with("<details") || look_.answers) return;
    hidden_ = words.find("</details") == std::string_view::npos;
    const std::size_t begin = words.find("<summary>"), end = words.find("</summary>");
    gap();
    if (begin != std::string_view::npos && end != std::string_view::npos)
        wrap({{std::string(words.substr(begin + 9, end - begin - 9)), bold}, {" (lesson read --answers)", dim}}, 0, "");
}

void Page::children(cmark_node* node, std::size_t indent) {
    for (cmark_node* each = cmark_node_first_child(node); each; each = cmark_node_next(each)) block(each, indent);
}

void Page::block(cmark_node* node, std::size_t indent) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_BLOCK) return html(node);
    if (hidden_) return;
    if (type == CMARK_NODE_HEADING) return heading(node);
    if (type == CMARK_NODE_LIST) return list(node, indent);
    if (type == CMARK_NODE_CODE_BLOCK) return code(node, indent);
    if (std::string_view(cmark_node_get_type_string(node)) == "table") return table(node, indent);
    if (type != CMARK_NODE_PARAGRAPH) return children(node, indent);
    gap();
    Pieces pieces;
    inlines(node, pieces, "");
    wrap(pieces, indent, "");
}

}  // namespace

std::string_view without_mark(std::string_view line) {
    for (const std::string_view mark : {" (glob)", " (re)", " (esc)", " (no-eol)"})
        if (line.ends_with(mark)) return line.substr(0, line.size() - mark.size());
    return line;
}

PageLook look_of_stdout() {
    PageLook look;
    if (!::isatty(STDOUT_FILENO)) return look;
    if (const auto size = sys::window_of(STDOUT_FILENO); size && size->ws_col > 20)
        look.width = std::min<std::size_t>(size->ws_col, most_columns);
    const char* no_colour = std::getenv("NO_COLOR");
    look.colour = !no_colour || *no_colour == '\0';
    return look;
}

std::string draw_page(std::string_view markdown, const PageLook& look) {
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, void (*)(cmark_parser*)> parser(cmark_parser_new(CMARK_OPT_DEFAULT),
                                                                        cmark_parser_free);
    if (cmark_syntax_extension* tables = cmark_find_syntax_extension("table"))
        cmark_parser_attach_syntax_extension(parser.get(), tables);
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    const std::unique_ptr<cmark_node, void (*)(cmark_node*)> document(cmark_parser_finish(parser.get()),
                                                                      cmark_node_free);
    Page page(look);
    page.block(document.get(), 0);
    return page.take();
}

}  // namespace bell
