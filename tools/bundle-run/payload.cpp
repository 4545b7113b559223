// payload.cpp - see payload.hpp.
#include "payload.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/user.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/namespace.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace bell::payload {

void reset_signals() {
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
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

std::vector<std::string> environment_of(const oci::Process& process) {
    std::vector<std::string> out = process.env;
    const bool has_home =
        std::any_of(out.begin(), out.end(), [](const auto& each) { return each.starts_with("HOME="); });
    if (has_home) return out;
    const Fd root = sys::open("/", O_PATH | O_DIRECTORY);
    out.push_back(text::cat("HOME=", user::home_of(process.user.uid, root.get())));
    return out;
}

namespace {

// runc's words: docker and podman tell by them that the fault is the user's, and exit with 126 or 127. In lower case.
std::string engine_words(const std::string& name, const Error& error) {
    if (error.exit_status() == exit_cannot_run) return "permission denied";
    return name.find('/') == std::string::npos ? "executable file not found in $PATH" : "no such file or directory";
}

std::string reason(int error) {
    std::string words = std::strerror(error);
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    return words;
}

}  // namespace

std::string find(const oci::Process& process, const std::vector<std::string>& environment) {
    if (narrate::dry_run()) return process.args[0];
    std::string path(sys::default_path);
    for (const std::string& variable : environment)
        if (variable.starts_with("PATH=")) path = variable.substr(5);
    try {
        return sys::find_program(process.args[0], path);
    } catch (const Error& error) {
        throw Error::program(
            text::cat("exec: ", text::quote(process.args[0]), ": ", engine_words(process.args[0], error)), error.hint(),
            error.exit_status());
    }
}

void become(const oci::Process& process, steps::Drop& drop, const std::string& file,
            const std::vector<std::string>& environment, unsigned preserve_fds) {
    sys::close_on_exec_from(3 + preserve_fds);
    // The filter last, when all has been told: it may not even allow write(2).
    const int error = sys::try_execute(file, process.args, &environment, [&] { (void)drop.finish(); });
    if (narrate::dry_run()) sys::exit_now(0);
    throw Error::program(text::cat("exec ", process.args[0], ": ", reason(error)),
                         sys::explain_exec_failure(file, error), error == ENOENT ? exit_not_found : exit_cannot_run);
}

}  // namespace bell::payload
