// subject.cpp - see subject.hpp.
#include "subject.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/target.hpp"

namespace bell::peek {
namespace {

[[noreturn]] void no_such_process(pid_t pid) {
    const std::string message = text::cat("no process ", pid);
    // With hidepid other users' processes are hidden, their numbers too if it is 2.
    if (sys::hidepid() != 0)
        throw Error::bad(message, "or it is another user's: /proc is mounted with hidepid, which hides those");
    throw Error::bad(message, "it may have ended; 'proc-peek --tree' shows those there are");
}

sys::ProcDirectory open_process(pid_t pid, const sys::ProcView& view) {
    // The number typed is one of our own pid namespace; the folder of that name would be somebody else's.
    if (view.foreign)
        throw Error::bad(text::cat("process ", pid, " can't be found: /proc shows another pid namespace"),
                         "mount a new one: 'bind-mounter --proc /proc'; --self works without");
    std::optional<sys::ProcDirectory> found = sys::ProcDirectory::open(text::cat(pid));
    if (!found || !found->read("stat")) no_such_process(pid);
    return *std::move(found);
}

pid_t parse_pid(const std::string& word) {
    const auto pid = text::number<pid_t>(word);
    if (!pid || *pid <= 0)
        throw Error::bad(text::cat("'", text::printable(word), "' is no process number"),
                         "'proc-peek --tree' shows processes with their numbers");
    return *pid;
}

}  // namespace

pid_t existing_pid(const std::string& word, const sys::ProcView& view) {
    const pid_t pid = parse_pid(word);
    static_cast<void>(open_process(pid, view));
    return pid;
}

sys::ProcDirectory process_of_pid(const std::string& word, const sys::ProcView& view) {
    return open_process(parse_pid(word), view);
}

sys::ProcDirectory own_process() {
    std::optional<sys::ProcDirectory> self = sys::ProcDirectory::open("self");
    if (!self) throw Error::os("open", "/proc/self", errno);
    return *std::move(self);
}

sys::ProcDirectory default_process() {
    sys::ProcDirectory self = own_process();
    const auto bytes = self.read("status");
    const auto status = bytes ? sys::parse_status(*bytes) : std::nullopt;
    if (!status || status->parent <= 0) return self;
    std::optional<sys::ProcDirectory> parent = sys::ProcDirectory::open(text::cat(status->parent));
    return parent ? *std::move(parent) : std::move(self);
}

sys::ProcDirectory process_of_target(const std::string& target, const sys::ProcView& view) {
    return open_process(cli::open_target(target, cli::Purpose::look).pid, view);
}

}  // namespace bell::peek
