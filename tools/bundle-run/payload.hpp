// payload.hpp - the last steps of a process that is inside already: it becomes the program.
//
// init (the container's first process) and the tenant (one that `exec` adds) come here by different ways; what is left
// to do is the same: the working directory, the environment, the program's file, and execve(2).
//
// config.md#process, execve(2). Next: steps/drop.hpp, which stands between finding the file and becoming it.
#pragma once

#include <string>
#include <vector>

#include "oci/config.hpp"
#include "steps/drop.hpp"

namespace bell::payload {

/// What our caller ignores (a shell SIGPIPE, nohup SIGHUP) is not the program's affair; exec would hand it on.
void reset_signals();

/// Enters process.cwd. One that a descriptor of the host's led to is refused: it would be outside the root.
void enter_directory(const oci::Process& process);

/// process.env, each variable once, with HOME from the root's own /etc/passwd if it isn't there.
[[nodiscard]] std::vector<std::string> environment_of(const oci::Process& process);

/// The file that args[0] means inside. Throws 127 or 126.
[[nodiscard]] std::string find(const oci::Process& process, const std::vector<std::string>& environment);

/// No descriptor of the caller's above 2 (and `preserve_fds` more) goes along; ours never do. Early, since a filter
/// need not know the call.
void leave_descriptors_behind(unsigned preserve_fds);

/// The end; the seccomp filter comes last.
[[noreturn]] void become(const oci::Process& process, steps::Drop& drop, const std::string& file,
                         const std::vector<std::string>& environment);

}  // namespace bell::payload
