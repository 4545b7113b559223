// steps.hpp - a lesson as a presenter goes through it: one thing after the other.
//
// A page shows everything at once, and so gives the answers away. In front of a class a paragraph comes, then a command
// is typed, everybody guesses, and only then does it run. So the lesson is cut into steps: a heading, a paragraph (or
// list, table, picture), a command with what should come out, a question of the quiz, its answer.
//
// Next: stage.hpp, where commands run; player.hpp, which goes from step to step.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bell {

struct Step {
    enum class Kind : unsigned char { heading, text, command, question, answer };
    Kind kind = Kind::text;
    std::string section;                ///< the heading that it stands under; of a heading, itself
    std::string markdown;               ///< what is shown; of a command, nothing
    std::vector<std::string> lines;     ///< of a command: as it is typed, line by line
    std::vector<std::string> expected;  ///< of a command: what should come out, marks of comparing left out
};

/// Pure: cuts a lesson's text (without front matter).
[[nodiscard]] std::vector<Step> steps_of(std::string_view lesson);

/// Which steps are headings, in their order: the places one can go to.
[[nodiscard]] std::vector<std::size_t> headings_of(const std::vector<Step>& steps);

/// Pure: the same command, with --explain behind each of the toolkit's programs that begins a command in it.
[[nodiscard]] std::string with_explain(std::string_view line);

}  // namespace bell
