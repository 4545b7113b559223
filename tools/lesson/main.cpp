// lesson: the course. Read a lesson, run it, do it by hand, be checked, and start again.
//
// The lessons themselves are in lessons/; what one is made of stands in course.hpp.
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "verbs.hpp"

using namespace bell;

namespace {

constexpr std::array verbs = {
    LessonVerb{"list", "the lessons, and which of them can run here", verb_list},
    LessonVerb{"read", "a lesson's text, for the terminal", verb_read},
    LessonVerb{"start", "a shell with all that a lesson needs", verb_start},
    LessonVerb{"check", "did it work? Looks at your own system", verb_check},
    LessonVerb{"hint", "a hint for the exercise; then the next one", verb_hint},
    LessonVerb{"reset", "end all that a lesson has left running, and start afresh", verb_reset},
    LessonVerb{"run", "all commands of a lesson, and what should come out", verb_run},
    LessonVerb{"play", "a lesson in front of a class, step by step", verb_play},
    LessonVerb{"notes", "for who plays it: what comes next, minutes, questions", verb_notes},
    LessonVerb{"workspace", "make a lesson's directory without starting a shell", verb_workspace},
};

std::vector<std::string> usage_lines() {
    std::vector<std::string> lines;
    for (const LessonVerb& verb : verbs) {
        std::string line = text::cat("lesson ", verb.name);
        line.resize(18, ' ');
        lines.push_back(line + verb.summary);
    }
    return lines;
}

const LessonVerb& find(const std::string& name) {
    std::vector<std::string> names;
    for (const LessonVerb& verb : verbs) {
        if (verb.name == name) return verb;
        names.emplace_back(verb.name);
    }
    throw Error::bad(text::cat("unknown verb '", text::printable(name), "'", text::did_you_mean(name, names)),
                     text::cat("there are: ", text::join(names, " ")));
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> lines = usage_lines();
    return cli::guarded("lesson", [&] {
        cli::Command command({
            .name = "lesson",
            .summary = "learn how containers work, by making one",
            .usage = {lines.begin(), lines.end()},
            .examples = {"lesson list", "lesson read 1", "lesson start 1"},
            .more = "A lesson is a file to read as well: lessons/NN-TITLE/README.md",
        });
        command.stop_at_first_word();
        if (!command.parse(argc, argv)) return 0;
        if (command.rest().empty()) throw Error::bad("a verb is missing", "lesson list; lesson --help");
        const int skipped = argc - static_cast<int>(command.rest().size());
        return find(command.rest().front()).run(argc - skipped, argv + skipped);
    });
}
