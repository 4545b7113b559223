// page.hpp - Markdown, for a terminal.
//
// A lesson is a file that a forge shows well; here it becomes text of a terminal's width. What a reader shouldn't see
// at once (<details>: answers) is left out unless asked for; what only the machine reads, "(glob)" and "(re)" behind a
// line of output, is left out always.
//
// cmark-gfm parses (tables are an extension of it). Next: verb_read.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bell {

/// What switches a terminal's letters: ECMA-48, "Select Graphic Rendition".
namespace style {
inline constexpr std::string_view bold = "\033[1m", dim = "\033[2m", bright = "\033[36m", plain = "\033[0m";
}

struct PageLook {
    std::size_t width = 80;
    bool colour = false;
    bool answers = false;  ///< what stands in <details>, too
};

/// As wide as the terminal, up to what reads well; in colour on one, unless NO_COLOR is set. 80 plain columns
/// elsewhere.
[[nodiscard]] PageLook look_of_stdout();

[[nodiscard]] std::string draw_page(std::string_view markdown, const PageLook& look);

/// A line of a lesson's commands as a reader sees it: without the mark that says how its output is compared.
[[nodiscard]] std::string_view without_mark(std::string_view line);

}  // namespace bell
