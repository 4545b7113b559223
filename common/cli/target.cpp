// target.cpp - see target.hpp.
#include "cli/target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "sys/file.hpp"
#include "sys/proc_list.hpp"
#include "sys/process.hpp"
#include "sys/procfs.hpp"

namespace bell::cli {
namespace {

void read_state(Target& target) {
    target.document = read_document_from_stdin("a container's state");
    try {
        target.state = oci::parse_state(target.document, "stdin");
    } catch (const Error& error) {
        throw error.advise("a container's state was expected: 'bundle-run state ID |', or what a hook gets on stdin");
    }
    if (!target.state->pid || *target.state->pid <= 0)
        throw Error::bad(text::cat("container ", text::printable(target.state->id), " is ",
                                   text::printable(target.state->status), ": it has no process"));
    target.pid = *target.state->pid;
}

Error ended(const Target& target) { return Error::bad(text::cat(target.words(), " has ended")); }

Fd open_folder(const Target& target) {
    const std::string number = text::cat(target.pid);
    try {
        return sys::Procfs::open_own().open(number, O_PATH | O_DIRECTORY);
    } catch (const Error& error) {
        if (error.code() == ENOENT) throw error.advise("is it another user's, and /proc mounted with hidepid?");
        throw;
    }
}

sys::ProcStat stat_of(const Target& target) {
    const Fd file{::openat(target.proc.get(), "stat", O_RDONLY | O_CLOEXEC)};
    if (!file) throw ended(target);
    const auto stat = sys::parse_stat(sys::read_all(file.get(), text::cat("/proc/", target.pid, "/stat")));
    if (!stat) throw ended(target);
    return *stat;
}

void check_kind(const Target& target, const sys::ProcStat& stat) {
    if (stat.kernel_thread)
        throw Error::bad(text::cat(target.words(), " (", text::printable(stat.name),
                                   ") is a thread of the kernel's own: it has no container to act on"));
    if (stat.state == 'Z' || stat.state == 'X') throw ended(target);
}

}  // namespace

std::string Target::words() const { return text::cat("process ", pid); }

void Target::check_alive() const {
    if (!sys::is_alive(pidfd.get())) throw ended(*this);
}

void Target::print_again() const {
    if (!document.empty()) sys::write_all(STDOUT_FILENO, document, "stdout");
}

Target open_target(const std::string& word, Purpose purpose) {
    Target target;
    if (word == "-") {
        read_state(target);
    } else {
        const auto pid = text::number<pid_t>(word);
        if (!pid || *pid <= 0)
            throw Error::bad(
                text::cat("--target ", text::printable(word), ": must be a pid, or '-' for a state on stdin"));
        target.pid = *pid;
    }
    target.pidfd = sys::open_pidfd(target.pid);
    // Looked at after the pidfd was taken: from here on the number can't change its meaning unseen.
    target.proc = open_folder(target);
    const sys::ProcStat stat = stat_of(target);
    const bool recorded = target.state && target.state->pidStartTime;
    if (recorded && stat.start_time != *target.state->pidStartTime)
        throw Error::bad(text::cat("process ", target.pid,
                                   " is not the container's any more: it has ended, and the number "
                                   "was used again"));
    if (purpose == Purpose::act) check_kind(target, stat);
    return target;
}

}  // namespace bell::cli
