// verb_start.cpp - a shell in the lesson's workspace, with the tools on PATH and a mark on all that it starts.
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "doctor.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

std::string shell() {
    const char* chosen = std::getenv("SHELL");
    return chosen && *chosen == '/' ? chosen : "/bin/sh";
}

}  // namespace

int verb_start(int argc, char** argv) {
    cli::Command command({
        .name = "lesson start",
        .summary = "a shell with all that a lesson needs",
        .usage = {"lesson start LESSON"},
        .examples = {"lesson start 1"},
        .more = "The shell is in a directory of the lesson's own, which 'lesson reset' removes.",
    });
    std::string word;
    command.positional("LESSON", word, true);
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    require_all(lesson);
    const std::string place = workspace_of(lesson);
    fill_workspace(place);
    if (::chdir(place.c_str()) < 0) throw Error::os("chdir", place, errno);
    sys::write_all(STDOUT_FILENO,
                   text::cat("Lesson ", lesson.number, ": ", lesson.title, "\n  lesson read ", lesson.number,
                             "     in another terminal; then here\n  lesson check ", lesson.number,
                             "    whether it worked;  exit  leaves\n"),
                   "stdout");
    return run_program({shell()}, lesson_environment(lesson.number));
}

}  // namespace bell
