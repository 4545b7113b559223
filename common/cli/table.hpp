// table.hpp - words in columns, for people.
//
// Each column is as wide as its widest cell. Plain ASCII unless the terminal is known to take more: lessons and logs
// hold ASCII. What is shown comes from processes that may wish the reader ill, so every cell is made printable: a
// process's name can't drive the terminal.
//
// Next: tree.hpp, the same with lines in front.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bell::cli {

/// How to draw: which letters, and after how many columns a line is cut (0: never).
struct Paper {
    bool unicode = false;
    std::size_t width = 0;

    /// Unicode on a UTF-8 terminal unless `ascii`; cut at the terminal's width, never in a pipe or a file.
    static Paper of_stdout(bool ascii);
};

using Cells = std::vector<std::string>;

/// Draws rows in columns, with `head` above if it isn't empty, and `indent` blanks in front.
[[nodiscard]] std::string draw_table(const Cells& head, const std::vector<Cells>& rows, const Paper& paper,
                                     std::size_t indent = 0);

/// "label         words words words", the words broken at blanks so that lines fit 80 columns; those that follow stand
/// below the first.
[[nodiscard]] std::string draw_fact(std::string_view label, std::string_view words, const Paper& paper);

/// As many columns as the text takes: UTF-8 letters count one.
[[nodiscard]] std::size_t columns_of(std::string_view words);

/// Control characters escaped; on paper without unicode everything that isn't ASCII, too.
[[nodiscard]] std::string printable_on(const Paper& paper, std::string_view words);

/// Draws cells that are printable already.
[[nodiscard]] std::string draw_columns(const std::vector<Cells>& lines, const Paper& paper, std::size_t indent);

}  // namespace bell::cli
