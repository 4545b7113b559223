// cue.hpp - how the presenter's own screen knows what is on the projector.
//
// `lesson play` writes where it is into a small file, `lesson notes` in another terminal reads it:
//
//     ~/.local/state/diving-bell/03-play.cue
//         pid: 4711
//         shown: 12          steps that stand on the screen
//         phase: typed
//         begun: 1767225600  seconds since 1970
//
// Next: player.hpp (writes), verb_notes.cpp (reads).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "course.hpp"

namespace bell {

struct Cue {
    enum class Phase : unsigned char { between, typed, running, live };
    pid_t pid = 0;
    std::size_t shown = 0;
    Phase phase = Phase::between;
    std::int64_t begun = 0;
    [[nodiscard]] bool operator==(const Cue&) const = default;
};

/// Of the one who plays this lesson; nothing where nobody does. What a killed one has left counts as nobody.
[[nodiscard]] std::optional<Cue> read_cue(const Lesson& lesson);
void write_cue(const Lesson& lesson, const Cue& cue);
void remove_cue(const Lesson& lesson);

}  // namespace bell
