// screen.hpp - what a class sees: a lesson's steps, drawn on the terminal.
//
// Next: player.hpp.
#pragma once

#include <string>
#include <string_view>

#include "page.hpp"
#include "steps.hpp"

namespace bell {

class Screen {
public:
    Screen() : look_(look_of_stdout()) {}
    /// As it is; a line's end also goes to the first column, which a raw terminal doesn't do by itself.
    void print(std::string_view words);
    /// A remark of ours, set apart from the lesson.
    void remark(std::string_view words);
    void clear();
    /// Everything but a command, with an empty line above it.
    void draw(const Step& step);
    /// An empty line, unless there is one.
    void gap();
    /// The window has another size.
    void measure() { look_ = look_of_stdout(); }
    [[nodiscard]] bool colour() const { return look_.colour; }

private:
    PageLook look_;
    std::string tail_ = "\n\n";  ///< the last two letters
};

}  // namespace bell
