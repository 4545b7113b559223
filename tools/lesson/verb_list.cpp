// verb_list.cpp - the lessons, how long they take, and which of them can run here.
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/table.hpp"
#include "course.hpp"
#include "doctor.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

std::string minutes(const Lesson& lesson) { return text::cat(lesson.teaching + lesson.exercises, " min"); }

}  // namespace

int verb_list(int argc, char** argv) {
    cli::Command command({
        .name = "lesson list",
        .summary = "the lessons, and which of them can run here",
        .usage = {"lesson list"},
        .examples = {"lesson list"},
    });
    if (!command.parse(argc, argv)) return 0;
    std::vector<cli::Cells> rows;
    std::vector<std::pair<std::string, Lack>> lacks;
    for (const Lesson& lesson : read_course()) {
        const Lack lack = first_lack(lesson.needs);
        rows.push_back({lesson.number, lesson.title, minutes(lesson), lack ? lack.reason : "ready"});
        const bool is_new = std::none_of(lacks.begin(), lacks.end(),
                                         [&](const auto& each) { return each.second.reason == lack.reason; });
        if (lack && is_new) lacks.emplace_back(lesson.number, lack);
    }
    std::string out = cli::draw_table({"", "question", "time", "here"}, rows, cli::Paper::of_stdout(false));
    for (const auto& [number, lack] : lacks) out += text::cat("\n", lack.reason, ":\n  ", lack.way_out, "\n");
    sys::write_all(STDOUT_FILENO, out, "stdout");
    return 0;
}

}  // namespace bell
