// traits.hpp - a process as a list of words that can be held against another's. See traits.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/proc_process.hpp"

namespace bell::peek {

/// One thing a process is made of: "namespace" "uts" is "uts:[4026531838]". Its section and its name together are
/// unique in a list.
struct Trait {
    std::string_view section;
    std::string name;
    std::optional<std::string> value;  ///< nothing: not ours to look at
};

/// Everything that is inherited or set; not what differs anyway, as its number, its program and its open files.
[[nodiscard]] std::vector<Trait> traits_of(const sys::Process& process, const sys::ProcDirectory& directory,
                                           unsigned last_capability);

}  // namespace bell::peek
