// toolkit.hpp - the programs of this toolkit, and its version.
//
// Between themselves the tools hand over more than an exec can carry (the narration, programs opened before the root
// changed). Whether the next program is one of them is decided by this table, nothing else. See sys/program.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace bell::toolkit {

inline constexpr std::string_view version = BELL_VERSION;

inline constexpr std::array<std::string_view, 10> programs = {
    "chroot-only", "ns-enter",     "bind-mounter", "root-pivot", "cgroup-setter",
    "priv-drop",   "layer-unpack", "layer-pack",   "bundle-run", "proc-peek",
};

[[nodiscard]] inline bool contains(std::string_view name) {
    return std::find(programs.begin(), programs.end(), name) != programs.end();
}

}  // namespace bell::toolkit
