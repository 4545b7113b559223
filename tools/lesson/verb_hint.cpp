// verb_hint.cpp - hints for a lesson's exercise, one after the other.
//
// lessons/NN-TITLE/hints.md has them under headings ("## 1"), from a nudge to the solution. Which comes next is noted
// in the workspace.
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "page.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

std::vector<std::string> hints_of(const Lesson& lesson) {
    const auto text = sys::read_file_if_there(lesson.directory + "/hints.md");
    if (!text) throw Error::bad(text::cat("lesson ", lesson.number, " has no exercise"));
    std::vector<std::string> out;
    for (const std::string& line : text::split(*text, '\n')) {
        if (line.starts_with("## "))
            out.emplace_back();
        else if (!out.empty())
            out.back() += line + "\n";
    }
    return out;
}

}  // namespace

int verb_hint(int argc, char** argv) {
    cli::Command command({
        .name = "lesson hint",
        .summary = "a hint for the exercise; then the next one",
        .usage = {"lesson hint LESSON"},
        .examples = {"lesson hint 1"},
    });
    std::string word;
    command.positional("LESSON", word, true);
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    const std::vector<std::string> hints = hints_of(lesson);
    const std::string place = workspace_of(lesson, use_here(lesson)), note = place + "/.hint";
    const auto given = text::number<std::size_t>(text::trim(sys::try_read_file(note).value_or("0"))).value_or(0);
    const std::size_t now = std::min(given, hints.size() - 1);
    fill_workspace(place);
    sys::replace_file(note, text::cat(now + 1, "\n"), 0600, false);
    sys::write_all(STDOUT_FILENO,
                   text::cat("Hint ", now + 1, " of ", hints.size(), "\n\n", draw_page(hints[now], PageLook{})),
                   "stdout");
    return 0;
}

}  // namespace bell
