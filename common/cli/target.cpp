// target.cpp - see target.hpp.
#include "cli/target.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "sys/process.hpp"

namespace bell::cli {

Target open_target(const std::string& word) {
    Target target;
    if (word == "-") {
        target.document = read_document_from_stdin("a container's state");
        target.state = oci::parse_state(target.document, "stdin");
        if (!target.state->pid || *target.state->pid <= 0)
            throw Error::bad(text::cat("container ", text::printable(target.state->id), " is ",
                                       text::printable(target.state->status), ": it has no process"));
        target.pid = *target.state->pid;
    } else {
        const auto pid = text::number<pid_t>(word);
        if (!pid || *pid <= 0)
            throw Error::bad(
                text::cat("--target ", text::printable(word), ": must be a pid, or '-' for a state on stdin"));
        target.pid = *pid;
    }
    target.pidfd = sys::open_pidfd(target.pid);
    // Looked at after the pidfd was taken: from here on the number can't change its meaning unseen.
    const bool recorded = target.state && target.state->pidStartTime;
    if (recorded && sys::start_time(target.pid) != *target.state->pidStartTime)
        throw Error::bad(text::cat("process ", target.pid,
                                   " is not the container's any more: it has ended, and the number "
                                   "was used again"));
    return target;
}

}  // namespace bell::cli
