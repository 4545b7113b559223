// player.hpp - a lesson in front of a class.
//
// Each key takes the next step. A command is typed first and waits, so that everybody can guess; the next key runs it.
// To go back, everything that ran is undone: the workspace is made anew, and the commands up to there run again,
// unseen.
//
// Next: verb_play.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "course.hpp"
#include "cue.hpp"
#include "keyboard.hpp"
#include "performer.hpp"
#include "screen.hpp"
#include "steps.hpp"

namespace bell {

struct PlayWishes {
    bool automatic = false;
    unsigned speed = 3;  ///< of typing; fastest_speed: at once
    bool explain = false;
};

inline constexpr unsigned fastest_speed = 5;

class Player {
public:
    Player(const Lesson& lesson, const PlayWishes& wishes);
    ~Player();
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    /// Until somebody quits, or by itself to the end. Returns the exit status.
    [[nodiscard]] int play();

private:
    void obey(char key);
    void on();
    void back();
    void again();
    void choose_heading();
    void toggle_explain();
    void change_speed(int by);
    void open_live_shell();
    void show_keys();

    void show_next();
    void type(std::size_t step, bool at_once);
    void run_typed();
    void go_to(std::size_t shown);
    void replay(std::size_t from, std::size_t to);
    void redraw();
    void tell(Cue::Phase phase);
    [[nodiscard]] char next_key();
    [[nodiscard]] int reading_time() const;

    const Lesson& lesson_;
    PlayWishes wishes_;
    std::vector<Step> steps_;
    std::vector<std::string> records_;  ///< of each command that ran: what was on the screen
    Keyboard keyboard_;
    Screen screen_;
    Performer performer_;
    Cue cue_;
    bool typed_ = false;  ///< the command behind those shown stands there and waits
    bool quits_ = false;
};

}  // namespace bell
