// keyboard.hpp - the presenter's keys, one at a time, and the signals that end us.
//
// The terminal is raw, so Ctrl-C is a key like others; a key that is more than a byte (an arrow, a letter with an
// accent) stays together. A presenter's remote control says PageDown and PageUp: they are Space and b.
//
// signalfd(2), console_codes(4). Next: performer.hpp.
#pragma once

#include <deque>
#include <string>

#include "base/fd.hpp"
#include "sys/terminal.hpp"

namespace bell {

class Keyboard {
public:
    Keyboard();

    /// To wait for; -1: nobody is there, or has gone.
    [[nodiscard]] int descriptor() const { return is_there_ ? 0 : -1; }
    [[nodiscard]] int signals() const { return signals_.get(); }
    [[nodiscard]] bool is_terminal() const { return raw_.is_terminal(); }

    void read_keys();
    /// True if the window has another size now.
    bool read_signal();

    [[nodiscard]] bool has_key() const { return !keys_.empty(); }
    /// The next key's bytes; empty if there is none.
    [[nodiscard]] std::string take();
    /// Those that are there, out of the way, and back in front of those that came since.
    [[nodiscard]] std::deque<std::string> set_aside();
    void put_back(std::deque<std::string> earlier);
    /// The next key for a program that runs: Space stays, for the presenter wants to go on when that has ended.
    [[nodiscard]] std::string take_for_program();
    /// The signal that wants us to end, or 0.
    [[nodiscard]] int ending() const { return ending_; }

private:
    sys::RawTerminal raw_;
    Fd signals_;
    std::deque<std::string> keys_;
    bool is_there_ = true;
    int ending_ = 0;
};

/// What a key means: ' ' (on), 'b' (back), else its letter; 0 for one that means nothing.
[[nodiscard]] char meaning_of(const std::string& key);

inline constexpr char ctrl_c = 3, ctrl_l = 12, ctrl_right_bracket = 29;

}  // namespace bell
