// sandbox.hpp - the unpacking process locks itself in before it reads a byte of the image.
//
// Decompressors and parsers have had bugs that an image could use. With Landlock a process gives up, for good, what it
// won't need: the one that unpacks can read the image's directory, change the staging directory, and open nothing else;
// it can't connect to anything nor signal anybody. A seccomp filter leaves it the system calls for just that: it can't
// run a program, open a socket or mount. No-new-privileges makes both possible for ordinary users, and setuid programs
// useless. All threads it makes later are bound by it, too.
//
// landlock(7), seccomp(2), prctl(2) PR_SET_NO_NEW_PRIVS, security.md rule 24. Next: unpack.hpp.
#pragma once

#include <string>
#include <vector>

namespace bell::image {

/// Locks this process in: what is `readable` may be read, what is `writable` changed. Descriptors of directories (or of
/// the file to read). Returns a sentence on what this kernel couldn't do, empty if nothing was missing.
[[nodiscard]] std::string enter_sandbox(const std::vector<int>& readable, const std::vector<int>& writable);

}  // namespace bell::image
