// json.hpp - a look at a process, for programs: one JSON object.
//
// Field names are those of config.json where it has them. What couldn't be read is null. Limits that are none are the
// word "unlimited", since JSON readers have no number that large.
#pragma once

#include <string>

#include "look.hpp"

namespace bell::peek {

/// One line, with its end.
[[nodiscard]] std::string to_json(const Look& look);

}  // namespace bell::peek
