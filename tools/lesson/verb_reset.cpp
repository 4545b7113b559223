// verb_reset.cpp - everything that a lesson has started ends, everything it has made is removed.
#include <unistd.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "cue.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {

int verb_reset(int argc, char** argv) {
    cli::Command command({
        .name = "lesson reset",
        .summary = "end all that a lesson has left running, and start afresh",
        .usage = {"lesson reset LESSON"},
        .examples = {"lesson reset 1"},
    });
    std::string word;
    command.positional("LESSON", word, true);
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    std::size_t running = 0;
    for (const Use use : {Use::start, Use::play}) {
        running += marked_processes(mark_of(lesson, use)).size();
        clear(mark_of(lesson, use), workspace_of(lesson, use));
    }
    remove_cue(lesson);
    sys::write_all(STDOUT_FILENO,
                   text::cat("lesson ", lesson.number, ": ", running, running == 1 ? " process" : " processes",
                             " ended, nothing is left\n"),
                   "stdout");
    return 0;
}

}  // namespace bell
