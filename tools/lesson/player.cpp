// player.cpp - see player.hpp.
#include "player.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.hpp"

namespace bell {
namespace {

using Kind = Step::Kind;
using Phase = Cue::Phase;

constexpr std::array<unsigned, fastest_speed + 1> milliseconds_a_key = {160, 90, 60, 35, 15, 0};

constexpr std::string_view keys =
    "Space  on: the next step; types a command, then runs it     (Enter, Right, PageDown)\n"
    "b      back: all is undone and runs again, up to there      (Left, PageUp)\n"
    "r      run the last command again\n"
    "g      go to a section\n"
    "e      --explain in each command, or not\n"
    "+ -    type faster, slower\n"
    "!      a live shell, in place\n"
    "q      quit, and reset\n";

std::size_t words_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

}  // namespace

Player::Player(const Lesson& lesson, const PlayWishes& wishes)
    : lesson_(lesson),
      wishes_(wishes),
      steps_(steps_of(lesson.text)),
      records_(steps_.size()),
      performer_(lesson_, keyboard_, screen_) {
    cue_.pid = ::getpid();
    cue_.begun = std::time(nullptr);
}

Player::~Player() {
    try {
        performer_.finish();
        remove_cue(lesson_);
    } catch (const std::exception&) {
        // `lesson reset` does it, too.
    }
}

int Player::play() {
    performer_.restart();
    screen_.clear();
    show_next();
    screen_.gap();
    if (!wishes_.automatic) screen_.remark("Space: on   b: back   q: quit   ?: all keys");
    while (!quits_ && keyboard_.ending() == 0) {
        if (wishes_.automatic && cue_.shown == steps_.size() && !typed_) break;
        obey(next_key());
    }
    screen_.gap();
    return keyboard_.ending() == 0 ? 0 : 128 + keyboard_.ending();
}

// Where nobody presses one, time does.
char Player::next_key() {
    performer_.wait(wishes_.automatic ? reading_time() : -1);
    if (!keyboard_.has_key()) return wishes_.automatic && keyboard_.ending() == 0 ? ' ' : '\0';
    const char key = meaning_of(keyboard_.take());
    if (wishes_.automatic && key == ' ') {
        wishes_.automatic = false;
        return '\0';
    }
    return key;
}

// A slow reader's: 200 milliseconds a word.
int Player::reading_time() const {
    if (wishes_.speed == fastest_speed) return 0;
    const Step& last = steps_[cue_.shown > 0 ? cue_.shown - 1 : 0];
    std::size_t milliseconds = 200 * words_in(last.markdown);
    if (typed_) milliseconds = 1500;
    if (last.kind == Kind::command && !typed_) milliseconds = 1500 + 200 * last.expected.size();
    return static_cast<int>(std::clamp<std::size_t>(milliseconds, 1000, 10'000) * 3 / (wishes_.speed + 1));
}

void Player::obey(char key) {
    switch (key) {
        case ' ': return on();
        case 'b': return back();
        case 'r': return again();
        case 'g': return choose_heading();
        case 'e': return toggle_explain();
        case '+': return change_speed(1);
        case '-': return change_speed(-1);
        case '!': return open_live_shell();
        case '?': return show_keys();
        case ctrl_l: return redraw();
        case 'q':
        case ctrl_c: quits_ = true; return;
        default: return;
    }
}

void Player::on() {
    if (performer_.has_ended()) return go_to(cue_.shown);
    if (typed_) return run_typed();
    if (cue_.shown < steps_.size()) return show_next();
    screen_.gap();
    screen_.remark("The end of the lesson. b: back   g: to a section   q: quit");
}

void Player::show_next() {
    const Step& step = steps_[cue_.shown];
    if (step.kind == Kind::command) return type(cue_.shown, false);
    if (step.kind == Kind::heading) screen_.clear();
    screen_.draw(step);
    ++cue_.shown;
    tell(Phase::between);
}

void Player::type(std::size_t number, bool at_once) {
    if (number > 0 && steps_[number - 1].kind != Kind::command) screen_.gap();
    std::vector<std::string> lines = steps_[number].lines;
    if (wishes_.explain)
        for (std::string& line : lines) line = with_explain(line);
    (void)performer_.take_record();
    performer_.type(lines, at_once ? 0 : milliseconds_a_key[wishes_.speed]);
    typed_ = true;
    tell(Phase::typed);
}

void Player::run_typed() {
    tell(Phase::running);
    performer_.run();
    records_[cue_.shown] += performer_.take_record();
    typed_ = false;
    ++cue_.shown;
    tell(Phase::between);
}

void Player::back() {
    if (typed_) {
        performer_.untype();
        typed_ = false;
        redraw();
    } else if (cue_.shown > 1) {
        go_to(cue_.shown - 1);
    }
}

// The one that ran last, in what it has left.
void Player::again() {
    if (typed_ || cue_.shown == 0 || steps_[cue_.shown - 1].kind != Kind::command) return;
    --cue_.shown;
    type(cue_.shown, false);
    run_typed();
}

void Player::choose_heading() {
    const std::vector<std::size_t> headings = headings_of(steps_);
    screen_.gap();
    for (std::size_t i = 0; i < headings.size() && i < 9; ++i)
        screen_.remark(text::cat(i + 1, "  ", steps_[headings[i]].section));
    do performer_.wait(-1);
    while (!keyboard_.has_key() && keyboard_.ending() == 0);
    const std::string key = keyboard_.take();
    const auto number = text::number<std::size_t>(key);
    if (typed_) performer_.untype();
    typed_ = false;
    if (!number || *number == 0 || *number > headings.size()) return redraw();
    go_to(headings[*number - 1] + 1);
}

void Player::toggle_explain() {
    wishes_.explain = !wishes_.explain;
    if (!typed_) return screen_.remark(wishes_.explain ? "(--explain from here on)" : "(no --explain from here on)");
    performer_.untype();
    redraw();
    type(cue_.shown, true);
}

void Player::change_speed(int by) {
    const int wanted = static_cast<int>(wishes_.speed) + by;
    wishes_.speed = static_cast<unsigned>(std::clamp(wanted, 0, static_cast<int>(fastest_speed)));
}

void Player::open_live_shell() {
    if (typed_) performer_.untype();
    typed_ = false;
    tell(Phase::live);
    screen_.gap();
    performer_.live();
    tell(Phase::between);
}

void Player::show_keys() {
    screen_.gap();
    for (const std::string& line : text::split(text::trim(keys), '\n')) screen_.remark(line);
}

// What ran behind that place is undone; what lies before it, and hasn't run yet, runs.
void Player::go_to(std::size_t shown) {
    const auto is_command = [](const Step& step) { return step.kind == Kind::command; };
    const auto at = [&](std::size_t number) { return steps_.begin() + static_cast<std::ptrdiff_t>(number); };
    const bool undo =
        performer_.has_ended() || (shown < cue_.shown && std::any_of(at(shown), at(cue_.shown), is_command));
    if (undo) performer_.restart();
    replay(undo ? 0 : std::min(shown, cue_.shown), shown);
    cue_.shown = shown;
    redraw();
    tell(Phase::between);
}

void Player::replay(std::size_t from, std::size_t to) {
    performer_.be_silent(true);
    for (std::size_t i = from; i < to && keyboard_.ending() == 0; ++i) {
        if (steps_[i].kind != Kind::command) continue;
        (void)performer_.take_record();
        performer_.type(steps_[i].lines, 0);
        performer_.run();
        records_[i] = performer_.take_record();
    }
    performer_.be_silent(false);
    std::fill(records_.begin() + static_cast<std::ptrdiff_t>(to), records_.end(), "");
}

// The section that is on: what was shown, what came out.
void Player::redraw() {
    std::size_t first = cue_.shown > 0 ? cue_.shown - 1 : 0;
    while (first > 0 && steps_[first].kind != Kind::heading) --first;
    screen_.clear();
    for (std::size_t i = first; i < cue_.shown; ++i) {
        const bool command = steps_[i].kind == Kind::command;
        if (command && i > first && steps_[i - 1].kind != Kind::command) screen_.gap();
        if (command)
            screen_.print(records_[i]);
        else
            screen_.draw(steps_[i]);
    }
}

void Player::tell(Phase phase) {
    cue_.phase = phase;
    write_cue(lesson_, cue_);
}

}  // namespace bell
