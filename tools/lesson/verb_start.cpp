// verb_start.cpp - a shell in the lesson's workspace, with the tools on PATH and a mark on all that it starts.
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "doctor.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

// The lessons' commands are bash's; who wants another shell says so.
std::string shell(const std::string& wanted) {
    const char* path = std::getenv("PATH");
    return sys::find_program(wanted.empty() ? "bash" : wanted, path ? path : sys::default_path);
}

}  // namespace

int verb_start(int argc, char** argv) {
    cli::Command command({
        .name = "lesson start",
        .summary = "a shell with all that a lesson needs",
        .usage = {"lesson start [OPTIONS] LESSON"},
        .examples = {"lesson start 1"},
        .more = "The shell is in a directory of the lesson's own, which 'lesson reset' removes.",
    });
    std::string word, other_shell;
    command.positional("LESSON", word, true);
    command.text("--shell", other_shell, "PROGRAM", "instead of bash, which the lessons are written for");
    if (!command.parse(argc, argv)) return 0;
    const std::string program = shell(other_shell);
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
    return run_program({program}, lesson_environment(lesson.number));
}

}  // namespace bell
