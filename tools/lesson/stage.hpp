// stage.hpp - where a lesson is played: a shell on a terminal of its own.
//
// What is shown in front of a class is no imitation: a real shell, on a pseudo-terminal as large as the window, gets
// the keys one by one and runs what was typed, so it looks as if somebody sat there. When a command has ended is told
// by marks that the shell prints for us (lessons/play.bashrc); they are cut out here, and the prompt is kept back until
// the next command is typed, for a lesson's sentences stand between them.
//
// pty(7). Next: player.hpp.
#pragma once

#include <sys/ioctl.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "sys/process.hpp"

namespace bell {

class Stage {
public:
    /// Starts the shell. The window is that of `like_terminal`, or 80 by 24.
    Stage(const std::string& directory, const std::vector<std::string>& environment, int like_terminal);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// To wait for: it can be read.
    [[nodiscard]] int descriptor() const { return outer_.get(); }
    /// What the shell and its programs have printed, without the marks and the prompt. Reads once.
    [[nodiscard]] std::string hear();
    void type(std::string_view keys);
    void pass_window_on(int from) const;

    /// The shell waits for a command.
    [[nodiscard]] bool is_ready() const { return ready_; }
    /// Until it says so again.
    void forget_ready() { ready_ = more_ = false; }
    /// It waits for more of one.
    [[nodiscard]] bool wants_more() const { return more_; }
    /// Somebody said exit since the last time that this was asked.
    [[nodiscard]] bool was_left();
    [[nodiscard]] bool has_ended() const { return ended_; }
    /// Of the last command.
    [[nodiscard]] int status() const { return status_; }
    /// The prompt that was kept back: to be shown now. From here to the end of the next command it isn't kept back.
    [[nodiscard]] std::string take_prompt();
    /// Whether it is kept back at all: not where somebody types by hand.
    void keep_prompt_back(bool keep) { keep_ = keep; }

private:
    void mark(std::string_view words);
    [[nodiscard]] std::string without_marks();

    Fd outer_;
    sys::Child shell_;
    std::string unread_;  ///< the beginning of a mark whose end hasn't come
    std::string prompt_;
    bool keep_ = true, held_ = true, in_prompt_ = false;
    bool ready_ = false, more_ = false, left_ = false, ended_ = false;
    int status_ = 0;
};

}  // namespace bell
