// verb_kill.cpp - send a signal to a container's first process, or to all of its processes.
//
// The end of the first process of a pid namespace is the end of all in it. A container that shares its pid namespace
// has no such: there SIGKILL goes to every process of its cgroup, as under runc.
#include <signal.h>

#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "concepts/namespaces.hpp"
#include "members.hpp"
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
    std::pair{"SYS", SIGSYS},       std::pair{"IOT", SIGABRT},      std::pair{"CLD", SIGCHLD},
    std::pair{"POLL", SIGIO},
};

std::string upper(std::string word) {
    for (char& letter : word)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    return word;
}

// "RTMIN", "RTMIN+3", "RTMAX-1"; 0 for another word.
int real_time_signal(std::string_view name) {
    const bool from_start = name.starts_with("RTMIN");
    if (!from_start && !name.starts_with("RTMAX")) return 0;
    const std::string_view rest = name.substr(5);
    if (!rest.empty() && rest[0] != (from_start ? '+' : '-')) return 0;
    const auto offset = rest.empty() ? 0 : text::number<int>(rest.substr(1)).value_or(-1);
    const bool in_range = offset >= 0 && offset <= SIGRTMAX - SIGRTMIN;
    if (!in_range) return 0;
    return from_start ? SIGRTMIN + offset : SIGRTMAX - offset;
}

// "9", "KILL", "sigkill", "RTMIN+3". 0 only asks whether there is somebody.
int signal_number(const std::string& word) {
    const auto number = text::number<int>(word);
    if (number && *number >= 0 && *number <= SIGRTMAX) return *number;
    std::string name = upper(word);
    if (name.starts_with("SIG")) name.erase(0, 3);
    std::vector<std::string> known;
    for (const auto& [each, value] : names) {
        if (name == each) return value;
        known.emplace_back(each);
    }
    if (const int real_time = real_time_signal(name); real_time != 0) return real_time;
    throw Error::bad(text::cat("unknown signal '", text::printable(word), "'", text::did_you_mean(name, known)));
}

void kill_one(const oci::State& state, int signal) {
    const Fd pidfd = sys::open_pidfd(*state.pid);
    if (state.pidStartTime && sys::start_time(*state.pid) != *state.pidStartTime)
        throw Error::bad("container not running");
    if (!sys::send_signal(pidfd.get(), signal)) throw Error::bad("container not running");
}

void kill_all(const oci::State& state, int signal) {
    if (!state.cgroupDirectories.empty())
        return cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories).kill(signal);
    for (const pid_t pid : processes_of(state)) ::kill(pid, signal);
}

bool has_own_pid_namespace(const Record& record) {
    const oci::Config config = record.config();
    const oci::Namespace* own = config.linux_ ? namespaces::find(config.linux_->namespaces, "pid") : nullptr;
    return own && !own->path;
}

// v1 keeps a signal back until its receiver thaws.
void let_go(const oci::State& state, int signal) {
    if (signal == SIGKILL && state.status == "paused") cgroup::thaw(state.cgroupDirectories);
}

}  // namespace

int verb_kill(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run kill",
        .summary = "send a signal to a container",
        .usage = {"bundle-run kill [--all] ID [SIGNAL]"},
        .examples = {"bundle-run kill box TERM"},
        .more = "SIGNAL is a name in any case, with or without SIG, or a number; TERM if left out.",
    });
    std::string id, signal = "TERM";
    bool all = false;
    command.positional("ID", id, true);
    command.positional("SIGNAL", signal, false);
    command.flag("-a,--all", all, "to all of its processes, not only the first");
    if (!command.parse(argc, argv)) return 0;
    const int number = signal_number(signal);
    const Record record = Store::open(globals.root).find(id, false);
    const oci::State state = record.state();
    // The wording is runc's: engines look for it.
    const bool is_there = state.status == "created" || state.status == "running" || state.status == "paused";
    const bool reaches_all = all || (number == SIGKILL && !has_own_pid_namespace(record));
    if (!is_there && (!reaches_all || state.cgroupDirectories.empty())) {
        if (all) return 0;  // nobody is left to get it
        throw Error::bad("container not running", text::cat("it is ", state.status));
    }
    if (reaches_all)
        kill_all(state, number);
    else
        kill_one(state, number);
    let_go(state, number);
    return 0;
}

}  // namespace bell
