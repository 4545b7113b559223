// performer.cpp - see performer.hpp.
#include "performer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int patience = 10'000;                 // for a shell that starts, or asks for more of a command
constexpr int silent_patience = 60'000;          // for a command that runs unseen
constexpr std::string_view clear_line = "\025";  // Ctrl-U: what was typed too late for the last command
constexpr std::size_t longest_record = std::size_t{256} << 10;

int milliseconds_until(Clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
}

}  // namespace

Performer::Performer(const Lesson& lesson, Keyboard& keyboard, Screen& screen)
    : lesson_(lesson), keyboard_(keyboard), screen_(screen) {}

void Performer::restart() {
    finish();
    const std::string place = workspace_of(lesson_, Use::play);
    fill_workspace(place);
    std::vector<std::string> environment = lesson_environment(mark_of(lesson_, Use::play));
    std::erase_if(environment,
                  [](const std::string& each) { return each.starts_with("LC_") || each.starts_with("LANG"); });
    environment.emplace_back("LC_ALL=C.UTF-8");  // the lesson's words are English, so its commands' are
    stage_ = std::make_unique<Stage>(place, environment, STDIN_FILENO);
}

void Performer::finish() {
    stage_.reset();
    bell::clear(mark_of(lesson_, Use::play), workspace_of(lesson_, Use::play));
}

void Performer::show(const std::string& words) {
    if (words.empty()) return;
    if (record_.size() < longest_record) record_ += words;
    if (!silent_) screen_.print(words);
}

// One look at all there is to hear.
void Performer::listen(int milliseconds, bool keys) {
    std::array<pollfd, 3> waiting = {{{has_ended() ? -1 : stage_->descriptor(), POLLIN, 0},
                                      {keys ? keyboard_.descriptor() : -1, POLLIN, 0},
                                      {keyboard_.signals(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), milliseconds) < 0 && errno != EINTR)
        throw Error::os("poll", "the terminal", errno);
    if (waiting[0].revents != 0) show(stage_->hear());
    if (waiting[1].revents != 0) keyboard_.read_keys();
    if (waiting[2].revents == 0 || !keyboard_.read_signal()) return;
    screen_.measure();
    if (stage_) stage_->pass_window_on(STDIN_FILENO);
}

void Performer::wait(int milliseconds) {
    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(milliseconds);
    while (!keyboard_.has_key() && keyboard_.ending() == 0) {
        const int left = milliseconds < 0 ? -1 : milliseconds_until(end);
        if (left == 0) return;
        listen(left, true);
    }
}

bool Performer::wait_until(const std::function<bool()>& done, int milliseconds) {
    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(milliseconds);
    while (!done()) {
        const int left = milliseconds_until(end);
        if (left == 0 || has_ended() || keyboard_.ending() != 0) return false;
        listen(left, false);
    }
    return true;
}

// A letter at a time; one of several bytes in one piece.
void Performer::type_line(std::string_view line, unsigned milliseconds) {
    if (milliseconds == 0) return stage_->type(line);
    while (!line.empty()) {
        std::size_t length = 1;
        while (length < line.size() && (static_cast<unsigned char>(line[length]) & 0xc0U) == 0x80U) ++length;
        if (keyboard_.has_key()) length = line.size();
        stage_->type(line.substr(0, length));
        line.remove_prefix(length);
        wait(static_cast<int>(milliseconds));
    }
}

void Performer::type(const std::vector<std::string>& lines, unsigned milliseconds_a_key) {
    if (!wait_until([&] { return stage_->is_ready(); }, patience)) return;
    show(stage_->take_prompt());
    stage_->type(clear_line);
    for (std::size_t i = 0; i < lines.size() && !has_ended(); ++i) {
        if (i > 0) {
            stage_->type("\r");
            if (!wait_until([&] { return stage_->wants_more(); }, patience)) return;
        }
        type_line(lines[i], milliseconds_a_key);
    }
    if (milliseconds_a_key > 0 && keyboard_.has_key()) (void)keyboard_.take();  // it has finished the typing
}

void Performer::untype() {
    silent_ = true;
    stage_->forget_ready();
    stage_->type("\003");
    (void)wait_until([&] { return stage_->is_ready(); }, patience);
    silent_ = false;
    record_.clear();
}

void Performer::pass_keys_on() {
    for (std::string key = keyboard_.take_for_program(); !key.empty(); key = keyboard_.take_for_program())
        stage_->type(key);
}

void Performer::run() {
    stage_->type("\r");
    if (silent_) {
        if (!wait_until([&] { return stage_->is_ready(); }, silent_patience)) stage_->type("\003");
        (void)wait_until([&] { return stage_->is_ready(); }, patience);
    }
    // What was typed before it ran is no answer to it.
    std::deque<std::string> earlier = keyboard_.set_aside();
    while (!stage_->is_ready() && !has_ended() && keyboard_.ending() == 0) {
        pass_keys_on();
        listen(-1, true);
    }
    keyboard_.put_back(std::move(earlier));
    if (stage_->status() != 0) show(text::cat("[", stage_->status(), "]\r\n"));
}

void Performer::live() {
    screen_.remark("(a live shell: exit, or Ctrl-], comes back)");
    stage_->keep_prompt_back(false);
    show(stage_->take_prompt());
    stage_->type(clear_line);
    bool by_key = false;
    while (!by_key && !stage_->was_left() && !has_ended() && keyboard_.ending() == 0) {
        listen(-1, true);
        while (!by_key && keyboard_.has_key()) {
            const std::string key = keyboard_.take();
            by_key = key == std::string(1, ctrl_right_bracket) && stage_->is_ready();
            if (!by_key) stage_->type(key);
        }
    }
    stage_->keep_prompt_back(true);
    screen_.gap();
    if (by_key && !has_ended()) untype();
    (void)wait_until([&] { return stage_->is_ready(); }, patience);
    record_.clear();
}

std::string Performer::take_record() {
    std::string out;
    out.swap(record_);
    return out;
}

}  // namespace bell
