// verb_notes.cpp - for who plays a lesson: its own page in a second terminal, which follows what is on the projector.
//
// On a terminal the page is drawn anew whenever `lesson play` has gone on (cue.hpp), on the second screen that
// terminals have, so that nothing of it stays. Elsewhere all of it is printed.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "cue.hpp"
#include "keyboard.hpp"
#include "notes.hpp"
#include "sys/file.hpp"
#include "sys/terminal.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

constexpr int look_again = 250;  // milliseconds

// The terminal's other screen, while this lives: without a cursor, and with long lines cut off, for pictures.
class OtherScreen {
public:
    OtherScreen() { sys::write_all(STDOUT_FILENO, "\033[?1049h\033[?25l\033[?7l", "stdout"); }
    ~OtherScreen() {
        constexpr std::string_view back = "\033[?7h\033[?25h\033[?1049l";
        [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, back.data(), back.size());
    }
    OtherScreen(const OtherScreen&) = delete;
    OtherScreen& operator=(const OtherScreen&) = delete;
};

class NotesView {
public:
    explicit NotesView(const Notes& notes) : notes_(notes) {}
    int show();

private:
    void draw(const Cue& cue);
    void obey(char key);
    [[nodiscard]] bool wait();

    const Notes& notes_;
    Keyboard keyboard_;
    OtherScreen screen_;
    std::string drawn_;
    std::size_t place_ = 1;  ///< where nobody plays: turned by hand
    bool questions_ = false, follows_ = false, quits_ = false;
};

std::size_t minutes_since(std::int64_t begun) {
    return begun == 0 ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(std::time(nullptr) - begun, 0)) / 60;
}

void NotesView::draw(const Cue& cue) {
    PageLook look = look_of_stdout();
    const auto window = sys::window_of(STDOUT_FILENO);
    const std::size_t rows = window ? window->ws_row : 24;
    std::vector<std::string> lines = questions_ ? draw_questions(notes_, look, rows - 1)
                                                : draw_notes_at(notes_, cue, minutes_since(cue.begun), look, rows - 1);
    lines.resize(rows - 1);
    const std::string_view turn = follows_ ? "" : "nobody plays it: Space, b turn the page   ";
    lines.push_back(text::cat(turn, questions_ ? "Tab: what comes next" : "Tab: what they ask", "   q: quit"));
    std::string out = "\033[H";
    for (const std::string& line : lines) out += text::cat("\033[2K", line, "\r\n");
    out.resize(out.size() - 2);
    if (out != drawn_) sys::write_all(STDOUT_FILENO, out, "stdout");
    drawn_ = std::move(out);
}

void NotesView::obey(char key) {
    if (key == 'q' || key == ctrl_c) quits_ = true;
    if (key == '\t' || key == '?') questions_ = !questions_;
    if (key == ' ' && place_ < notes_.steps.size()) ++place_;
    if (key == 'b' && place_ > 1) --place_;
    if (key == ctrl_l) drawn_.clear();
}

// False when somebody wants us to end.
bool NotesView::wait() {
    pollfd waiting[2] = {{keyboard_.descriptor(), POLLIN, 0}, {keyboard_.signals(), POLLIN, 0}};
    if (::poll(waiting, 2, look_again) < 0 && errno != EINTR) throw Error::os("poll", "the terminal", errno);
    if (waiting[0].revents != 0) keyboard_.read_keys();
    if (waiting[1].revents != 0 && keyboard_.read_signal()) drawn_.clear();
    while (keyboard_.has_key()) obey(meaning_of(keyboard_.take()));
    return !quits_ && keyboard_.ending() == 0;
}

int NotesView::show() {
    do {
        const std::optional<Cue> cue = read_cue(notes_.lesson);
        follows_ = cue.has_value();
        if (cue) place_ = std::max<std::size_t>(cue->shown, 1);
        Cue by_hand;
        by_hand.shown = place_;
        draw(cue.value_or(by_hand));
    } while (wait());
    return keyboard_.ending() == 0 ? 0 : 128 + keyboard_.ending();
}

}  // namespace

int verb_notes(int argc, char** argv) {
    cli::Command command({
        .name = "lesson notes",
        .summary = "for who plays it: what comes next, minutes, questions",
        .usage = {"lesson notes LESSON"},
        .examples = {"lesson notes 1                  # beside 'lesson play 1', which it follows",
                     "lesson notes 1 | less"},
    });
    std::string word;
    command.positional("LESSON", word, true);
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    const Notes notes{lesson, steps_of(lesson.text), read_teaching(lesson.number)};
    if (::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO)) return NotesView(notes).show();
    sys::write_all(STDOUT_FILENO, draw_notes(notes, look_of_stdout()), "stdout");
    return 0;
}

}  // namespace bell
