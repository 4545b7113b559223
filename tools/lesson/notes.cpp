// notes.cpp - see notes.hpp.
#include "notes.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "cli/table.hpp"

namespace bell {
namespace {

using Kind = Step::Kind;
using Lines = std::vector<std::string>;

class Sheet {
public:
    explicit Sheet(const PageLook& look) : look_(look) {}
    // What is longer than a line goes on in the next one.
    void line(std::string_view words, std::string_view style = "") {
        do {
            const std::string_view part = words.substr(0, look_.width);
            lines_.push_back(look_.colour && !style.empty() ? text::cat(style, part, "\033[0m") : std::string(part));
            words.remove_prefix(part.size());
        } while (!words.empty());
    }
    void page(std::string_view markdown) {
        Lines drawn = text::split(draw_page(markdown, look_), '\n');
        while (!drawn.empty() && drawn.back().empty()) drawn.pop_back();
        lines_.insert(lines_.end(), drawn.begin(), drawn.end());
    }
    void gap() {
        if (!lines_.empty() && !lines_.back().empty()) lines_.emplace_back();
    }
    Lines take() { return std::move(lines_); }

private:
    PageLook look_;
    Lines lines_;
};

std::string minutes_of(const Notes& notes, const std::string& section) {
    const auto minutes = notes.teaching.minutes_of(section);
    return minutes ? text::cat("  (", *minutes, " min)") : "";
}

// A step as the presenter wants it: a command with what comes out, a question with its answer.
void put(Sheet& sheet, const Notes& notes, const Step& step) {
    switch (step.kind) {
        case Kind::heading:
            sheet.line(text::cat("== ", step.section, minutes_of(notes, step.section)), style::bold);
            return;
        case Kind::question: return sheet.page(text::cat("**", step.markdown, "**"));
        case Kind::answer: return sheet.page("Answer: " + step.markdown);
        case Kind::text: return sheet.page(step.markdown);
        case Kind::command: break;
    }
    for (std::size_t i = 0; i < step.lines.size(); ++i) sheet.line((i == 0 ? "$ " : "> ") + step.lines[i], style::bold);
    for (const std::string& line : step.expected) sheet.line("  " + line, style::dim);
}

void put_all(Sheet& sheet, const Notes& notes, std::size_t from) {
    for (std::size_t i = from; i < notes.steps.size(); ++i) {
        const bool follows =
            i > from && notes.steps[i].kind == Kind::command && notes.steps[i - 1].kind == Kind::command;
        if (!follows) sheet.gap();
        put(sheet, notes, notes.steps[i]);
    }
}

Lines first_of(Lines lines, std::size_t rows) {
    if (lines.size() > rows) lines.resize(rows);
    return lines;
}

std::string_view words_for(Cue::Phase phase) {
    switch (phase) {
        case Cue::Phase::typed: return "typed: let them guess, then Space";
        case Cue::Phase::running: return "running";
        case Cue::Phase::live: return "live shell";
        case Cue::Phase::between: break;
    }
    return "";
}

std::string head(const Notes& notes, const Cue& cue, std::size_t minutes, std::size_t width) {
    const std::string left = text::cat(notes.lesson.number, " ", notes.lesson.title);
    const std::string right = text::cat("step ", cue.shown, " of ", notes.steps.size(), "   ", minutes, " of ",
                                        notes.lesson.teaching, " min");
    const std::size_t used = cli::columns_of(left) + right.size();
    return text::cat(left, used + 2 > width ? "  " : std::string(width - used, ' '), right);
}

}  // namespace

std::string draw_notes(const Notes& notes, const PageLook& look) {
    Sheet sheet(look);
    put_all(sheet, notes, 0);
    if (!notes.teaching.questions.empty()) {
        sheet.gap();
        sheet.line("== What they ask", style::bold);
        sheet.gap();
        sheet.page(notes.teaching.questions);
    }
    return text::join(sheet.take(), "\n") + "\n";
}

Lines draw_notes_at(const Notes& notes, const Cue& cue, std::size_t minutes, const PageLook& look, std::size_t rows) {
    Sheet sheet(look);
    sheet.line(head(notes, cue, minutes, look.width), style::bold);
    const std::size_t now = std::min(cue.shown > 0 ? cue.shown - 1 : 0, notes.steps.size() - 1);
    const Step& step = notes.steps[now];
    const std::string_view phase = words_for(cue.phase);
    sheet.line(text::cat(step.section, minutes_of(notes, step.section), phase.empty() ? "" : "   ", phase), style::dim);
    sheet.gap();
    sheet.line("-- on the projector", style::dim);
    if (cue.phase == Cue::Phase::typed && cue.shown < notes.steps.size()) {
        put(sheet, notes, notes.steps[cue.shown]);
    } else {
        put(sheet, notes, step);
    }
    sheet.gap();
    sheet.line("-- next", style::dim);
    put_all(sheet, notes, std::min(cue.shown + (cue.phase == Cue::Phase::typed ? 1 : 0), notes.steps.size()));
    if (cue.shown == notes.steps.size()) sheet.line("the end");
    return first_of(sheet.take(), rows);
}

Lines draw_questions(const Notes& notes, const PageLook& look, std::size_t rows) {
    Sheet sheet(look);
    sheet.line("What they ask", style::bold);
    sheet.gap();
    sheet.page(notes.teaching.questions.empty() ? "Nothing is written down." : notes.teaching.questions);
    return first_of(sheet.take(), rows);
}

}  // namespace bell
