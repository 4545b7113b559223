// verb_kill.cpp - send a signal to a container's first process, or to all of its processes.
#include <signal.h>

#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/cgroup.hpp"
#include "store.hpp"
#include "sys/process.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

constexpr std::array names = {
    std::pair{"HUP", SIGHUP},       std::pair{"INT", SIGINT},       std::pair{"QUIT", SIGQUIT},
    std::pair{"ILL", SIGILL},       std::pair{"TRAP", SIGTRAP},     std::pair{"ABRT", SIGABRT},
    std::pair{"BUS", SIGBUS},       std::pair{"FPE", SIGFPE},       std::pair{"KILL", SIGKILL},
    std::pair{"USR1", SIGUSR1},     std::pair{"SEGV", SIGSEGV},     std::pair{"USR2", SIGUSR2},
    std::pair{"PIPE", SIGPIPE},     std::pair{"ALRM", SIGALRM},     std::pair{"TERM", SIGTERM},
    std::pair{"STKFLT", SIGSTKFLT}, std::pair{"CHLD", SIGCHLD},     std::pair{"CONT", SIGCONT},
    std::pair{"STOP", SIGSTOP},     std::pair{"TSTP", SIGTSTP},     std::pair{"TTIN", SIGTTIN},
    std::pair{"TTOU", SIGTTOU},     std::pair{"URG", SIGURG},       std::pair{"XCPU", SIGXCPU},
    std::pair{"XFSZ", SIGXFSZ},     std::pair{"VTALRM", SIGVTALRM}, std::pair{"PROF", SIGPROF},
    std::pair{"WINCH", SIGWINCH},   std::pair{"IO", SIGIO},         std::pair{"PWR", SIGPWR},
    std::pair{"SYS", SIGSYS},
};

// "9", "KILL", "SIGKILL", "RTMIN+3".
int signal_number(const std::string& word) {
    const auto number = text::number<int>(word);
    if (number && *number > 0 && *number <= SIGRTMAX) return *number;
    std::string name = word.starts_with("SIG") ? word.substr(3) : word;
    std::vector<std::string> known;
    for (const auto& [each, value] : names) {
        if (name == each) return value;
        known.emplace_back(each);
    }
    if (name.starts_with("RTMIN+"))
        if (const auto offset = text::number<int>(name.substr(6)); offset && SIGRTMIN + *offset <= SIGRTMAX)
            return SIGRTMIN + *offset;
    throw Error::bad(text::cat("unknown signal '", text::printable(word), "'", text::did_you_mean(name, known)));
}

void kill_one(const oci::State& state, int signal) {
    const Fd pidfd = sys::open_pidfd(*state.pid);
    if (state.pidStartTime && sys::start_time(*state.pid) != *state.pidStartTime)
        throw Error::bad("container not running");
    if (!sys::send_signal(pidfd.get(), signal)) throw Error::bad("container not running");
}

}  // namespace

int verb_kill(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run kill",
        .summary = "send a signal to a container",
        .usage = {"bundle-run kill [--all] ID [SIGNAL]"},
        .examples = {"bundle-run kill box TERM"},
    });
    std::string id, signal = "TERM";
    bool all = false;
    command.positional("ID", id, true);
    command.positional("SIGNAL", signal, false);
    command.flag("-a,--all", all, "to all of its processes, not only the first");
    if (!command.parse(argc, argv)) return 0;
    const int number = signal_number(signal);
    const oci::State state = Store::open(globals.root).find(id, false).state();
    if (all && !state.cgroupDirectories.empty()) {
        cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories).kill(number);
        return 0;
    }
    // The wording is runc's: engines look for it.
    if (state.status != "created" && state.status != "running") throw Error::bad("container not running");
    kill_one(state, number);
    return 0;
}

}  // namespace bell
