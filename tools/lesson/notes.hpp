// notes.hpp - the presenter's own page: what is on the projector, what comes next and what will come out, what they
// ask.
//
// Next: verb_notes.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "course.hpp"
#include "cue.hpp"
#include "page.hpp"
#include "steps.hpp"
#include "teaching.hpp"

namespace bell {

struct Notes {
    const Lesson& lesson;
    std::vector<Step> steps;
    Teaching teaching;
};

/// All of it, one below the other: to print, or to read before.
[[nodiscard]] std::string draw_notes(const Notes& notes, const PageLook& look);

/// What fits on a screen of that many rows: from the step that was shown last. `minutes`: since the beginning.
[[nodiscard]] std::vector<std::string> draw_notes_at(const Notes& notes, const Cue& cue, std::size_t minutes,
                                                     const PageLook& look, std::size_t rows);
/// The same for what a class asks.
[[nodiscard]] std::vector<std::string> draw_questions(const Notes& notes, const PageLook& look, std::size_t rows);

}  // namespace bell
