// teaching.hpp - what lessons/TEACHING.md says of one lesson: minutes for each section, and what a class asks.
//
//     | lesson | Question | Predict & run | ... | all |         a table with a line for each lesson
//     | 03 | 1 | 3 | ... | 15 |
//
//     **03 Who is root here?**                                  and a paragraph, with the questions below it
//
// Next: verb_notes.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bell {

struct Teaching {
    std::vector<std::pair<std::string, unsigned>> minutes;  ///< of each section, in the table's order
    std::string questions;                                  ///< Markdown; empty: none are written down
    [[nodiscard]] std::optional<unsigned> minutes_of(std::string_view section) const;
};

/// Pure. `number`: the lesson's, "03".
[[nodiscard]] Teaching parse_teaching(std::string_view markdown, const std::string& number);

/// From the course's TEACHING.md; empty where there is none.
[[nodiscard]] Teaching read_teaching(const std::string& number);

}  // namespace bell
