// verb_read.cpp - a lesson's text, a page at a time on a terminal.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "page.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

// On a terminal by $PAGER, as man(1) does it.
void show(const std::string& page) {
    if (!::isatty(STDOUT_FILENO)) return sys::write_all(STDOUT_FILENO, page, "stdout");
    const char* chosen = std::getenv("PAGER");
    const std::string pager = chosen && *chosen != '\0' ? chosen : "less -R -F -X";
    std::FILE* pipe = ::popen(pager.c_str(), "w");
    if (!pipe) throw Error::os("popen", pager, errno);
    (void)std::fwrite(page.data(), 1, page.size(), pipe);  // who leaves the pager early has read enough
    ::pclose(pipe);
}

}  // namespace

int verb_read(int argc, char** argv) {
    cli::Command command({
        .name = "lesson read",
        .summary = "a lesson's text, for the terminal",
        .usage = {"lesson read [OPTIONS] LESSON"},
        .examples = {"lesson read 1"},
        .more = "$PAGER shows it; NO_COLOR is obeyed.",
    });
    std::string word;
    bool answers = false;
    command.positional("LESSON", word, true);
    command.flag("--answers", answers, "what stands behind 'answer', too");
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    PageLook look = look_of_stdout();
    look.answers = answers;
    show(draw_page(lesson.text, look));
    return 0;
}

}  // namespace bell
