// verb_read.cpp - a lesson's text, a page at a time on a terminal.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
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

constexpr std::size_t most_columns = 100;  // longer lines are hard to read

PageLook look_of_stdout(bool answers) {
    PageLook look;
    look.answers = answers;
    if (!::isatty(STDOUT_FILENO)) return look;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        look.width = std::min<std::size_t>(size.ws_col, most_columns);
    const char* no_colour = std::getenv("NO_COLOR");
    look.colour = !no_colour || *no_colour == '\0';
    return look;
}

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
    show(draw_page(lesson.text, look_of_stdout(answers)));
    return 0;
}

}  // namespace bell
