// hints.hpp - all failure lore on one page.
//
// The kernel says EPERM for a dozen different reasons. What a person can do about it depends on the call and on who
// calls; the table in hints.cpp knows. A new piece of lore is a new row there, never a message somewhere in the code.
#pragma once

#include <string>
#include <string_view>

namespace bell::hints {

/// What would help after `call` on `subject` failed with `errno_value`; empty if nothing useful is known.
[[nodiscard]] std::string find(std::string_view call, std::string_view subject, int errno_value);

}  // namespace bell::hints
