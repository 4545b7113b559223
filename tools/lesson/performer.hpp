// performer.hpp - types a lesson's commands as a person would, and lets them run.
//
// Two terminals meet here: the presenter's, and the shell's (stage.hpp). While a command runs, keys go to it: Ctrl-C
// ends it, Enter answers a question. At other times the keys are the presenter's.
//
// Next: player.hpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "course.hpp"
#include "keyboard.hpp"
#include "screen.hpp"
#include "stage.hpp"

namespace bell {

class Performer {
public:
    Performer(const Lesson& lesson, Keyboard& keyboard, Screen& screen);

    /// Everything that ran is undone: a new workspace, and a new shell in it.
    void restart();
    /// Ends the shell, and removes all that the lesson has made.
    void finish();

    /// The prompt, and then the command, all but the last Enter. A key finishes it at once; 0 milliseconds does, too.
    void type(const std::vector<std::string>& lines, unsigned milliseconds_a_key);
    /// Takes back what was typed and not run.
    void untype();
    /// Enter; until the command has ended.
    void run();
    /// The presenter types, until exit or Ctrl-].
    void live();

    /// Nothing is shown, and keys are left alone. For going back.
    void be_silent(bool silent) { silent_ = silent; }
    /// What came on the screen since this was asked the last time, up to a limit.
    [[nodiscard]] std::string take_record();

    /// Until a key is there or that time has passed (-1: no limit); meanwhile, what the shell says is shown.
    void wait(int milliseconds);
    [[nodiscard]] bool has_ended() const { return !stage_ || stage_->has_ended(); }

private:
    void listen(int milliseconds, bool keys);
    void show(const std::string& words);
    [[nodiscard]] bool wait_until(const std::function<bool()>& done, int milliseconds);
    void type_line(std::string_view line, unsigned milliseconds);
    void pass_keys_on();

    const Lesson& lesson_;
    Keyboard& keyboard_;
    Screen& screen_;
    std::unique_ptr<Stage> stage_;
    std::string record_;
    bool silent_ = false;
};

}  // namespace bell
