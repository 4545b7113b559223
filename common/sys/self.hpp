// self.hpp - keeping the runtime's own program out of the container's reach.
//
// Whatever a container runs can look at /proc/PID/exe of a process that enters it, and an image can name /proc/self/exe
// as its program: both lead to the runtime's file on the host, and root inside could overwrite it (runc's
// CVE-2019-5736). So before it touches a container the runtime runs itself again from a copy nobody can write to: a
// detached read-only mount of its file (cheap: 0.5 ms with the exec, and bundle-run's early.c mostly does without one),
// or, where mounting isn't allowed, a sealed copy in memory (1.9 ms). The mount's descriptor is closed by the exec;
// while anybody held it, root inside could clear the read-only flag.
//
// open_tree(2), mount_setattr(2), execveat(2). See sys/program.hpp for sealed_copy.
#pragma once

namespace bell::sys {

/// Returns at once when this process already runs from a protected copy; else becomes one, with the same arguments.
void run_from_protected_copy(char** argv);

/// Throws where the file's mode or capabilities gave this process more power than its caller has: whoever calls a
/// runtime decides what it does to the machine.
void refuse_setuid();

/// Whether /proc/self/exe is such a copy.
[[nodiscard]] bool is_protected_copy();

}  // namespace bell::sys
