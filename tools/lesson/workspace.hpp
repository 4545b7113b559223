// workspace.hpp - where a lesson is done: a directory of its own, and a mark on all that is started there.
//
//     ~/.local/state/diving-bell/03/        $XDG_STATE_HOME, if it is set
//         demo/                             a bundle of images/busybox, as layer-unpack makes it
//
// The shell that `lesson start` opens has BELL_LESSON=03 in its environment, and so has everything that is started from
// it: that is how `check` finds the learner's processes, and `reset` all that is left of them.
//
// environ(7), proc_pid_environ(5). Next: verb_start.cpp, verb_reset.cpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "course.hpp"

namespace bell {

/// The variable that marks.
inline constexpr const char* mark_variable = "BELL_LESSON";

/// Who works there: a learner, or a presenter in front of a class, whose reset must not touch what the learner has.
enum class Use : unsigned char { start, play };

/// "03", "03-play": the value of the mark, and the name of the directory.
[[nodiscard]] std::string mark_of(const Lesson& lesson, Use use = Use::start);
/// Where the lesson is done; it need not be there yet.
[[nodiscard]] std::string workspace_of(const Lesson& lesson, Use use = Use::start);
/// Which of the two the shell that we were called from belongs to.
[[nodiscard]] Use use_here(const Lesson& lesson);

/// Makes the directory with its parents, and what belongs into it. What is there stays.
void fill_workspace(const std::string& directory);

/// Processes of this user that have the mark, the youngest last; not this one, nor those above it.
[[nodiscard]] std::vector<pid_t> marked_processes(const std::string& mark);

/// Ends marked processes, removes the cgroups they were in, deletes containers whose bundle is below `directory`,
/// unmounts what is mounted there, and removes it.
void clear(const std::string& mark, const std::string& directory);

/// What of a program isn't shown: `output` leaves what it complains of.
enum class Quiet : unsigned char { no, output, all };

/// Runs a program and waits; returns its exit status as a shell would.
int run_program(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                Quiet quiet = Quiet::no);

/// The same, and signals that come meanwhile are handed on to it and don't end us: there is something to do afterwards.
int attend_program(const std::vector<std::string>& words, const std::vector<std::string>& environment);

/// What a shell's command prints, at most 64 KiB of it.
[[nodiscard]] std::string output_of(const std::string& command);

/// This process's environment, with the tools first on PATH, R, the lessons' directory, and the mark.
[[nodiscard]] std::vector<std::string> lesson_environment(const std::string& mark);

}  // namespace bell
