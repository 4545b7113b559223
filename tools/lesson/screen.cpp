// screen.cpp - see screen.hpp.
#include "screen.hpp"

#include <unistd.h>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell {

void Screen::print(std::string_view words) {
    std::string out;
    for (const char letter : words) {
        if (letter == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
        out += letter;
        if (letter != '\r') tail_ += letter;
    }
    if (tail_.size() > 2) tail_.erase(0, tail_.size() - 2);
    sys::write_all(STDOUT_FILENO, out, "stdout");
}

void Screen::gap() {
    while (tail_ != "\n\n") print("\n");
}

void Screen::remark(std::string_view words) {
    if (!tail_.ends_with('\n')) print("\n");
    print(look_.colour ? text::cat("\033[2m", words, "\033[0m\n") : text::cat(words, "\n"));
}

void Screen::clear() {
    if (::isatty(STDOUT_FILENO)) print("\033[H\033[2J");
    gap();
    tail_ = "\n\n";
}

void Screen::draw(const Step& step) {
    gap();
    if (step.kind == Step::Kind::question)
        print(draw_page(text::cat("**", step.markdown, "**"), look_));
    else
        print(draw_page(step.markdown, look_));
}

}  // namespace bell
