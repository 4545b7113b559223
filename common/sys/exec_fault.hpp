// exec_fault.hpp - why a program that is there can't be run.
//
// execve(2) looks for more than the file it is given: the interpreter of a script's first line, the loader that a
// linked program names, a machine that understands it, room for its arguments. Its errno says which kind of thing was
// missing, and seldom of what.
//
// execve(2), elf(5). Next: program.hpp.
#pragma once

#include <string>

namespace bell::sys {

/// strerror(3) in lower case. Engines tell "no such file or directory" (exit status 127) and "permission denied" (126)
/// by these words, spelt as runc spells them.
[[nodiscard]] std::string exec_reason(int errno_value);

/// What would have been needed for `file`: a missing interpreter or loader by its name, the machine it was built for.
/// Files are looked up in the current root. Empty if nothing is known.
[[nodiscard]] std::string explain_exec_failure(const std::string& file, int errno_value);

}  // namespace bell::sys
