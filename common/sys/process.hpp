// process.hpp - making a process, waiting for it, passing signals on.
//
// A child is addressed by its pidfd, not its number: numbers are used again. A parent that only waits is a good
// parent if nobody can tell that it is there: it hands on every signal it gets and ends as the child ended.
//
// clone3(2), pidfd_open(2), pidfd_send_signal(2), waitpid(2). Next: program.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/fd.hpp"

namespace bell::sys {

struct Child {
    pid_t pid = -1;  ///< 0: this is the child
    Fd pidfd;
    [[nodiscard]] bool is_me() const { return pid == 0; }
};

/// clone3 with CLONE_PIDFD and these CLONE_NEW* flags; returns twice, as fork(2) does. In a dry run nothing is made and
/// the caller is told to go on as the child.
/// `v2_cgroup`: a directory of cgroup v2 to be born in (CLONE_INTO_CGROUP, 5.7); -1: ours.
[[nodiscard]] Child clone(std::uint64_t clone_flags, int v2_cgroup = -1);

/// A plain fork of a helper process; not told: it changes nothing but the process list. `v2_cgroup` as for clone().
[[nodiscard]] Child fork(int v2_cgroup = -1);

/// Waits for the end. The exit status as a shell would say it: the program's own, or 128 + signal.
[[nodiscard]] int wait_for(const Child& child);

/// Waits, handing on signals meanwhile (those the terminal sends to both of us anyway excepted), stopping when the
/// child is stopped. Signals are blocked from construction on, so that none is lost between fork and wait: construct it
/// before the clone, and release() it in the child.
class Supervisor {
public:
    Supervisor();
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;
    /// In the child: the signal mask as it was.
    void release();
    /// Processes that lose their parent among our descendants become our children, not process 1's
    /// (PR_SET_CHILD_SUBREAPER); wait_for reaps them.
    void adopt_orphans();
    [[nodiscard]] bool adopts() const { return adopts_; }
    /// Reaps those that were adopted and have ended or will within that time.
    static void reap_orphans(int milliseconds);
    /// In the parent.
    [[nodiscard]] int wait_for(const Child& child);

private:
    unsigned char saved_[128];  // the kernel's sigset_t, opaque here
    bool adopts_ = false;
};

/// The kernel kills this process when its parent ends (PR_SET_PDEATHSIG).
void die_with_parent(int signal);
void new_session();

[[nodiscard]] Fd open_pidfd(pid_t pid);
/// False if the process is gone.
bool send_signal(int pidfd, int signal);
/// False once the process has ended, even if nobody has waited for it yet. Needs no right over it.
[[nodiscard]] bool is_alive(int pidfd);

/// Marks every descriptor from `first` on close-on-exec (close_range(2)).
void close_on_exec_from(unsigned first);
/// Opens /dev/null on those of 0, 1 and 2 that are closed, so that no file of ours can land there.
void ensure_standard_descriptors();

/// Ends a child process without running the parent's destructors and buffers.
[[noreturn]] void exit_now(int status);

/// The time the process started, in clock ticks since boot (proc_pid_stat(5), field 22): with the pid it names a
/// process for good. 0 if it is gone.
[[nodiscard]] std::uint64_t start_time(pid_t pid);

}  // namespace bell::sys
