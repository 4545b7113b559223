// process.cpp - see process.hpp.
#include "sys/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>

#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/namespace.hpp"

namespace bell::sys {
namespace {

pid_t raw_clone(std::uint64_t flags, int* pidfd, int v2_cgroup = -1) {
    clone_args arguments{};
    arguments.flags = flags | CLONE_PIDFD;
    if (v2_cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<std::uint64_t>(v2_cgroup);
    }
    arguments.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
    // A child of our parent is reaped by it as its own; the kernel wants no signal named then.
    arguments.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

int shell_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

Child clone(std::uint64_t clone_flags, int v2_cgroup) {
    narrate::flush();
    if (narrate::dry_run()) {
        detail::tell("clone3", clone_words(clone_flags), 0, 0, Weight::principal);
        return {0, Fd{}};
    }
    int pidfd = -1;
    const pid_t pid = raw_clone(clone_flags, &pidfd, v2_cgroup);
    if (pid == 0) return {0, Fd{}};
    const int error = pid < 0 ? errno : 0;
    if (narrate::on()) detail::tell("clone3", clone_words(clone_flags), pid, error, Weight::principal);
    narrate::flush();  // before the child speaks
    if (error != 0) {
        const bool user = (clone_flags & CLONE_NEWUSER) != 0;
        throw Error::os("clone3", text::cat(clone_words(clone_flags), user ? " (user)" : ""), error);
    }
    return {pid, Fd{pidfd}};
}

Child fork(int v2_cgroup) {
    narrate::flush();
    int pidfd = -1;
    const pid_t pid = raw_clone(0, &pidfd, v2_cgroup);
    if (pid < 0) throw Error::os("clone3", "a helper process", errno);
    return {pid, pid == 0 ? Fd{} : Fd{pidfd}};
}

int wait_for(const Child& child) {
    int status = 0;
    while (waitpid(child.pid, &status, 0) < 0)
        if (errno != EINTR) throw Error::os("waitpid", text::cat(child.pid), errno);
    return shell_status(status);
}

Supervisor::Supervisor() {
    static_assert(sizeof saved_ == sizeof(sigset_t));
    sigset_t all;
    sigfillset(&all);
    // Faults of our own must still end us.
    for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&all, fault);
    sigset_t before;
    sigprocmask(SIG_SETMASK, &all, &before);
    std::memcpy(saved_, &before, sizeof saved_);
}

Supervisor::~Supervisor() { release(); }

void Supervisor::release() {
    sigset_t before;
    std::memcpy(&before, saved_, sizeof before);
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

namespace {

// The end of the child, or nothing while it lives; when it was stopped, we stop with it (job control).
bool ended(const Child& child, int& status) {
    for (;;) {
        const pid_t got = waitpid(child.pid, &status, WNOHANG | WUNTRACED);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error::os("waitpid", text::cat(child.pid), errno);
        if (got == 0) return false;
        if (!WIFSTOPPED(status)) return true;
        raise(SIGSTOP);
        send_signal(child.pidfd.get(), SIGCONT);
    }
}

}  // namespace

void Supervisor::adopt_orphans() {
    call(
        "prctl", "PR_SET_CHILD_SUBREAPER", [] { return arguments(Raw{"PR_SET_CHILD_SUBREAPER"}, 1); },
        [] { return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }, Weight::detail);
    adopts_ = true;
}

void Supervisor::reap_orphans(int milliseconds) {
    constexpr int pause = 5;
    for (int waited = 0; waited <= milliseconds; waited += pause) {
        pid_t ended = 0;
        while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0) {
        }
        if (ended < 0) return;  // ECHILD: there are no more
        const timespec time{0, pause * 1'000'000};
        nanosleep(&time, nullptr);
    }
}

namespace {

// All that have ended but the child, whose status is wanted: that one is only looked at.
void reap_others(const Child& child) {
    siginfo_t ended{};
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid > 0) {
        if (ended.si_pid == child.pid) return;
        waitpid(ended.si_pid, nullptr, WNOHANG);
        ended = {};
    }
}

}  // namespace

int Supervisor::wait_for(const Child& child) {
    sigset_t awaited;
    sigfillset(&awaited);
    for (int status = 0;;) {
        if (adopts_) reap_others(child);
        if (ended(child, status)) return shell_status(status);
        siginfo_t received{};
        const int signal = sigwaitinfo(&awaited, &received);
        if (signal <= 0 || signal == SIGCHLD) continue;
        // What the terminal sends (Ctrl-C) goes to the whole foreground group, the child included.
        const bool from_terminal = received.si_code == SI_KERNEL;
        if (!from_terminal || getpgid(child.pid) != getpgrp()) send_signal(child.pidfd.get(), signal);
    }
}

void die_with_parent(int signal) {
    call(
        "prctl", "PR_SET_PDEATHSIG", [&] { return arguments(Raw{"PR_SET_PDEATHSIG"}, signal); },
        [&] { return ::prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }, Weight::detail);
}

void new_session() {
    if (!guard::on(guard::Guard::new_session)) return;
    call(
        "setsid", "", [] { return std::string{}; }, [] { return ::setsid(); }, Weight::detail);
}

Fd open_pidfd(pid_t pid) {
    Fd fd{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
    if (!fd) throw Error::os("pidfd_open", text::cat("process ", pid), errno);
    return fd;
}

bool send_signal(int pidfd, int signal) {
    if (syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0) return true;
    if (errno == ESRCH) return false;
    throw Error::os("pidfd_send_signal", text::cat("signal ", signal), errno);
}

bool is_alive(int pidfd) {
    pollfd end{pidfd, POLLIN, 0};  // pidfd_open(2): readable when the process has ended
    return ::poll(&end, 1, 0) == 0;
}

void close_on_exec_from(unsigned first) {
    if (!guard::on(guard::Guard::closed_descriptors)) return;
    if (syscall(SYS_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC) == 0) return;
    throw Error::os("close_range", "", errno);
}

void ensure_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        // open(2) gives the lowest free number: this one.
        if (::open("/dev/null", O_RDWR) != fd) throw Error::os("open", "/dev/null", errno);
    }
}

void exit_now(int status) {
    narrate::flush();
    _exit(status);
}

std::uint64_t start_time(pid_t pid) {
    const std::optional<std::string> line = read_file_if_there(text::cat("/proc/", pid, "/stat"));
    if (!line) return 0;
    // Field 2, the name, may hold blanks and brackets: count from its last bracket on.
    const std::size_t name_end = line->rfind(')');
    if (name_end == std::string::npos) return 0;
    const std::vector<std::string> fields = text::split(std::string_view(*line).substr(name_end + 2), ' ');
    return fields.size() > 19 ? text::number<std::uint64_t>(fields[19]).value_or(0) : 0;
}

}  // namespace bell::sys
