// hooks.cpp - see hooks.hpp.
#include "concepts/hooks.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace bell::hooks {
namespace {

Fd state_file(const std::string& json) {
    Fd file{::memfd_create("state", MFD_CLOEXEC)};
    if (!file) throw Error::os("memfd_create", "a hook's stdin", errno);
    sys::write_all(file.get(), json, "a hook's stdin");
    if (::lseek(file.get(), 0, SEEK_SET) < 0) throw Error::os("lseek", "a hook's stdin", errno);
    return file;
}

// A runtime that waits holds signals back; a hook has to be endable.
void let_signals_through() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGXFSZ, SIG_DFL);  // which the runtime ignores
}

[[noreturn]] void become(const oci::Hook& hook, const Fd& state, int directory, const Inside* inside) {
    let_signals_through();
    // stdout joins stderr: what a hook says must not mix with what the payload prints.
    if (::setpgid(0, 0) < 0 || ::dup2(state.get(), 0) < 0 || ::dup2(2, 1) < 0) sys::exit_now(exit_own_failure);
    if (directory >= 0 && ::fchdir(directory) < 0) sys::exit_now(exit_own_failure);
    sys::close_on_exec_from(3);
    const std::vector<std::string> argv = hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args;
    const std::vector<std::string> environment =
        hook.env.value_or(inside ? inside->environment : std::vector<std::string>{});
    const bool own = guard::on(guard::Guard::hook_environment);
    const int error = sys::try_execute(hook.path, argv, own ? &environment : nullptr, [&] {
        if (inside && inside->confine) inside->confine();
    });
    const std::string line = text::cat("hook ", hook.path, ": ", std::strerror(error), "\n");
    [[maybe_unused]] const ssize_t ignored = ::write(2, line.data(), line.size());
    sys::exit_now(error == ENOENT ? exit_not_found : exit_cannot_run);
}

// Milliseconds for poll(2); without a timeout a hook may take as long as it likes.
int deadline_of(const oci::Hook& hook) {
    if (!hook.timeout) return -1;
    return static_cast<int>(std::min<std::int64_t>(*hook.timeout, 2'000'000) * 1000);
}

void run_one(std::string_view kind, const oci::Hook& hook, const std::string& state_json, int directory,
             const Inside* inside) {
    if (narrate::dry_run()) return narrate::note(text::cat(kind, ": ", hook.path));
    if (hook.timeout && *hook.timeout <= 0)
        throw Error::bad(text::cat(kind, " hook ", hook.path, ": timeout must be above 0"));
    const Fd state = state_file(state_json);
    const sys::Child child = sys::fork();
    if (child.is_me()) become(hook, state, directory, inside);
    ::setpgid(child.pid, child.pid);  // also here: whoever comes first; the group must exist when it is killed
    pollfd waiting{child.pidfd.get(), POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&waiting, 1, deadline_of(hook));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) ::kill(-child.pid, SIGKILL);
    const int status = sys::wait_for(child);
    if (ready == 0)
        throw Error::bad(text::cat(kind, " hook ", hook.path, ": not done after ", *hook.timeout, " s, ended"));
    if (status != 0) throw Error::bad(text::cat(kind, " hook ", hook.path, ": exit status ", status));
}

}  // namespace

void run(std::string_view kind, const std::vector<oci::Hook>& hooks, const std::string& state_json, int directory,
         const Inside* inside) {
    if (hooks.empty()) return;
    const narrate::Section why("bundle-run", text::cat("hooks: ", kind), "config.md#posix-platform-hooks");
    for (const oci::Hook& hook : hooks) run_one(kind, hook, state_json, directory, inside);
}

void run_all(std::string_view kind, const std::vector<oci::Hook>& hooks, const std::string& state_json, int directory) {
    if (hooks.empty()) return;
    const narrate::Section why("bundle-run", text::cat("hooks: ", kind), "config.md#posix-platform-hooks");
    for (const oci::Hook& hook : hooks) {
        try {
            run_one(kind, hook, state_json, directory, nullptr);
        } catch (const Error& error) {
            narrate::warn(error.message());
        }
    }
}

}  // namespace bell::hooks
