// verb_play.cpp - a lesson in front of a class: step by step, its commands typed and run as somebody would.
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "cue.hpp"
#include "doctor.hpp"
#include "player.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

unsigned speed_of(const std::string& word) {
    const auto speed = text::number<unsigned>(word);
    if (!speed || *speed > fastest_speed)
        throw Error::bad(text::cat("--speed ", text::printable(word), ": must be 0 to ", fastest_speed),
                         text::cat(fastest_speed, " doesn't wait at all"));
    return *speed;
}

}  // namespace

int verb_play(int argc, char** argv) {
    cli::Command command({
        .name = "lesson play",
        .summary = "a lesson in front of a class, step by step",
        .usage = {"lesson play [OPTIONS] LESSON"},
        .examples = {"lesson play 1", "lesson notes 1       # in another terminal, for your eyes only"},
        .more = "Space: on (types a command, then runs it)  b: back  r: again  g: to a section\n"
                "e: --explain  + -: speed  !: a live shell  q: quit and reset  ?: all of them",
    });
    std::string word, speed;
    PlayWishes wishes;
    command.positional("LESSON", word, true);
    command.flag("--auto", wishes.automatic, "by itself, to the end; Space stops that");
    command.text("--speed", speed, "N", "of typing: 0 to 5; 3 if not given");
    if (!command.parse(argc, argv)) return 0;
    wishes.explain = narrate::on();  // of the lesson's commands: we do nothing to the kernel ourselves
    if (!speed.empty()) wishes.speed = speed_of(speed);
    const Lesson lesson = find_lesson(word);
    if (!wishes.automatic && !(::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO)))
        throw Error::bad("this is no terminal",
                         text::cat("lesson play --auto ", lesson.number, " needs none; lesson run ", lesson.number,
                                   " compares what comes out"));
    require_all(lesson);
    if (const auto cue = read_cue(lesson))
        throw Error::bad(text::cat("lesson ", lesson.number, " is being played already, by process ", cue->pid),
                         "end that one, or: lesson reset " + lesson.number);
    return Player(lesson, wishes).play();
}

}  // namespace bell
