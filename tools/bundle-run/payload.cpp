// payload.cpp - see payload.hpp.
#include "payload.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/user.hpp"
#include "sys/exec_fault.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/namespace.hpp"
#include "sys/proc_status.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace bell::payload {

namespace {

// The kernel tells of all of them in one file, else of each by a call.
std::uint64_t maybe_ignored() {
    const auto status = sys::parse_status(sys::try_read_file("/proc/self/status").value_or(""));
    return status ? status->ignored_signals.value_or(~std::uint64_t{0}) : ~std::uint64_t{0};
}

}  // namespace

void reset_signals() {
    const std::uint64_t ignored = maybe_ignored();
    for (int signal = 1; signal < NSIG; ++signal)
        if ((ignored >> (signal - 1) & 1u) != 0) ::signal(signal, SIG_DFL);
}

// getcwd(2) fails for a directory outside the root, or says so.
void enter_directory(const oci::Process& process) {
    if (narrate::dry_run()) return sys::change_directory(process.cwd);
    try {
        sys::change_directory(process.cwd);
    } catch (const Error& error) {
        throw error.in("process.cwd");
    }
    if (!guard::on(guard::Guard::checked_directory)) return;
    char where[4096];
    if (!::getcwd(where, sizeof where) || where[0] != '/')
        throw Error::bad(text::cat("process.cwd ", process.cwd, ": leads out of the root"));
}

// A variable that is there twice has its last value; HOME is never empty.
std::vector<std::string> environment_of(const oci::Process& process) {
    std::vector<std::string> out;
    const auto name = [](const std::string& variable) { return variable.substr(0, variable.find('=') + 1); };
    for (const std::string& variable : process.env) {
        std::erase_if(out, [&](const std::string& each) { return each.starts_with(name(variable)); });
        out.push_back(variable);
    }
    std::erase(out, "HOME=");
    const bool has_home =
        std::any_of(out.begin(), out.end(), [](const auto& each) { return each.starts_with("HOME="); });
    if (has_home) return out;
    const Fd root = sys::open("/", O_PATH | O_DIRECTORY);
    out.push_back(text::cat("HOME=", user::home_of(process.user.uid, root.get())));
    return out;
}

std::string find(const oci::Process& process, const std::vector<std::string>& environment) {
    if (narrate::dry_run()) return process.args[0];
    std::string path(sys::default_path);
    for (const std::string& variable : environment)
        if (variable.starts_with("PATH=")) path = variable.substr(5);
    return sys::find_program(process.args[0], path);
}

void leave_descriptors_behind(unsigned preserve_fds) { sys::close_on_exec_from(3 + preserve_fds); }

void become(const oci::Process& process, steps::Drop& drop, const std::string& file,
            const std::vector<std::string>& environment) {
    // The filter last, when all has been told: it may not even allow write(2).
    const int error = sys::try_execute(file, process.args, &environment, [&] { drop.finish(); });
    if (narrate::dry_run()) sys::exit_now(0);
    throw Error::program(text::cat("exec ", process.args[0], ": ", sys::exec_reason(error)),
                         sys::explain_exec_failure(file, error), error == ENOENT ? exit_not_found : exit_cannot_run);
}

}  // namespace bell::payload
