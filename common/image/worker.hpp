// worker.hpp - a child that does the work, a parent that tidies up.
//
// A tool that builds something under a temporary name must remove it when it fails; and it may fail by a signal, or by
// a bug in a library that reads a stranger's bytes. So the work is done by a child process. The parent only waits,
// hands signals on, and gets to its destructors whatever became of the child; if the parent is killed, the kernel kills
// the child. What the child has to say, a result or an error, comes through a pipe.
//
// A signal may also come when there is no child: between two of them, or while the parent tidies up. Who has something
// to tidy up holds such signals meanwhile.
//
// pipe(7), sigprocmask(2), prctl(2) PR_SET_PDEATHSIG. Next: unpack.hpp, pack.hpp.
#pragma once

#include <signal.h>

#include <functional>
#include <string>

namespace bell::image {

/// Runs `work` in a child and returns what it returned (at most 60,000 bytes), or throws what it threw. If a signal
/// ended the child: an error with the exit status a shell would give (130 for Ctrl-C).
[[nodiscard]] std::string in_child(const std::function<std::string()>& work);

/// While it lives, SIGINT, SIGTERM, SIGHUP and SIGQUIT don't end this process, but afterwards. A child of in_child gets
/// them at once.
class HeldSignals {
public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace bell::image
