// cue.cpp - see cue.hpp.
#include "cue.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

constexpr std::array<std::string_view, 4> phases = {"between", "typed", "running", "live"};

std::string path_of(const Lesson& lesson) { return workspace_of(lesson, Use::play) + ".cue"; }

void set_field(Cue& cue, std::string_view name, std::string_view value) {
    if (name == "pid") cue.pid = text::number<pid_t>(value).value_or(0);
    if (name == "shown") cue.shown = text::number<std::size_t>(value).value_or(0);
    if (name == "begun") cue.begun = text::number<std::int64_t>(value).value_or(0);
    for (std::size_t i = 0; name == "phase" && i < phases.size(); ++i)
        if (phases[i] == value) cue.phase = static_cast<Cue::Phase>(i);
}

}  // namespace

std::optional<Cue> read_cue(const Lesson& lesson) {
    const auto text = sys::try_read_file(path_of(lesson));
    if (!text) return std::nullopt;
    Cue cue;
    for (const std::string& line : text::split(*text, '\n'))
        if (const std::size_t colon = line.find(": "); colon != std::string::npos)
            set_field(cue, std::string_view(line).substr(0, colon), std::string_view(line).substr(colon + 2));
    if (cue.pid <= 0 || (::kill(cue.pid, 0) < 0 && errno == ESRCH)) return std::nullopt;
    return cue;
}

void write_cue(const Lesson& lesson, const Cue& cue) {
    sys::replace_private_file(path_of(lesson), text::cat("pid: ", cue.pid, "\nshown: ", cue.shown,
                                                         "\nphase: ", phases[static_cast<std::size_t>(cue.phase)],
                                                         "\nbegun: ", cue.begun, "\n"));
}

void remove_cue(const Lesson& lesson) { ::unlink(path_of(lesson).c_str()); }

}  // namespace bell
