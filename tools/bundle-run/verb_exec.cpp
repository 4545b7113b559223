// verb_exec.cpp - run one more program in a container that is there.
//
// What the process is to be comes from the container's own config, changed by options, or whole from --process FILE: an
// object like config.json's `process`.
#include <fcntl.h>

#include <algorithm>

#include "attend.hpp"
#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/units.hpp"
#include "concepts/capabilities.hpp"
#include "concepts/user.hpp"
#include "oci/document.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "tenant.hpp"
#include "validate.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

struct Options {
    std::string process_file, user, cwd, pid_file, console_socket, pidfd_socket, preserve_fds = "0";
    std::optional<std::string> apparmor, process_label;
    std::vector<std::string> env, capabilities, groups, cgroups;
    bool tty = false, no_new_privs = false, detach = false, ignore_paused = false;
    std::string id;
    std::vector<std::string> args;

    void add_to(cli::Command& command);
    void take_words(const cli::Command& command);
};

void Options::add_to(cli::Command& command) {
    const auto append = [](std::vector<std::string>& list) {
        return [&list](const std::string& word) { list.push_back(word); };
    };
    command.flag("-t,--tty", tty, "a terminal of its own");
    command.text("-u,--user", user, "USER[:GROUP]", "who it is: names or numbers");
    command.text("--cwd", cwd, "DIR", "its working directory");
    command.each("-e,--env", append(env), "NAME=VALUE", "a variable more; may be repeated");
    command.each("-c,--cap", append(capabilities), "CAP", "a capability more; may be repeated");
    command.text("-p,--process", process_file, "FILE|-", "all of it: a 'process' object as in config.json");
    command.flag("-d,--detach", detach, "don't wait: it goes on in the background");
    command.text("--pid-file", pid_file, "FILE", "write its pid there");
    command.text("--console-socket", console_socket, "PATH", "hand its terminal to this socket");
    command.text("--pidfd-socket", pidfd_socket, "PATH", "hand a pidfd of it to this socket", cli::Help::all);
    command.each("-g,--additional-gids", append(groups), "GROUP,...", "supplementary groups; may be repeated",
                 cli::Help::all);
    command.flag("--no-new-privs", no_new_privs, "exec gives it no new power", cli::Help::all);
    command.text("--apparmor", apparmor, "PROFILE", "its AppArmor profile", cli::Help::all);
    command.text("--process-label", process_label, "LABEL", "its SELinux label", cli::Help::all);
    command.each("--cgroup", append(cgroups), "[CONTROLLER,...:]PATH", "a group below the container's; may be repeated",
                 cli::Help::all);
    command.text("--preserve-fds", preserve_fds, "N", "it inherits descriptors 3 to 2+N", cli::Help::all);
    command.flag("--ignore-paused", ignore_paused, "wait until a paused container goes on", cli::Help::all);
    command.stop_at_first_word();
}

// "ID PROGRAM ARGUMENTS", as for runc, or "ID -- PROGRAM ARGUMENTS".
void Options::take_words(const cli::Command& command) {
    args = command.rest();
    if (args.empty()) throw Error::bad("which container?", "bundle-run exec ID -- PROGRAM");
    id = args.front();
    args.erase(args.begin());
    if (!args.empty() && args.front() == "--") args.erase(args.begin());
    if (args.empty() && process_file.empty())
        throw Error::bad("which program?", text::cat("bundle-run exec ", text::printable(id), " -- PROGRAM"));
}

oci::Process read_process(const std::string& file) {
    if (file == "-") return oci::parse_process(cli::read_document_from_stdin("a process object"), "stdin");
    return oci::parse_process(sys::read_file(file), file);
}

// Security rule 9: added to what it has, never to the inheritable set (runc's CVE-2022-29162). One that the config has
// made inheritable stays with an ordinary user's program, too: it becomes ambient.
void grant(oci::Process& process, const std::vector<std::string>& names) {
    if (names.empty()) return;
    for (const std::string& name : names) (void)capabilities::bit(name);  // a typo isn't passed over
    oci::Capabilities all = process.capabilities.value_or(oci::Capabilities{});
    for (auto* set : {&all.bounding, &all.effective, &all.permitted}) {
        if (!*set) set->emplace();
        for (const std::string& name : names)
            if (std::find((*set)->begin(), (*set)->end(), name) == (*set)->end()) (*set)->push_back(name);
    }
    const std::vector<std::string> inheritable = all.inheritable.value_or(std::vector<std::string>{});
    for (const std::string& name : names) {
        if (std::find(inheritable.begin(), inheritable.end(), name) == inheritable.end()) continue;
        if (!all.ambient) all.ambient.emplace();
        all.ambient->push_back(name);
    }
    process.capabilities = all;
}

// A later variable takes the place of an earlier one of its name.
void set_variable(std::vector<std::string>& environment, const std::string& variable) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error::bad(text::cat("--env ", text::quote(variable), ": is not NAME=VALUE"));
    const std::string start = variable.substr(0, equals + 1);
    std::erase_if(environment, [&](const std::string& each) { return each.starts_with(start); });
    environment.push_back(variable);
}

// Names are looked up in the container's own /etc/passwd, whose owner it is; our reader is bounded (sys/passwd.hpp).
void set_user(oci::Process& process, const Options& options, pid_t first) {
    if (options.user.empty() && options.groups.empty()) return;
    const Fd root = sys::open(text::cat("/proc/", first, "/root"), O_PATH | O_DIRECTORY);
    if (!options.user.empty()) {
        const auto umask = process.user.umask;
        const std::vector<std::uint32_t> before = process.user.additionalGids;
        process.user = user::resolve(options.user, root.get());
        process.user.umask = umask;
        if (process.user.additionalGids.empty()) process.user.additionalGids = before;
    }
    for (const std::uint32_t group : user::resolve_groups(text::join(options.groups, ","), root.get()))
        process.user.additionalGids.push_back(group);
}

oci::Process process_of(const Options& options, const oci::Config& config, pid_t first) {
    oci::Process process = options.process_file.empty() ? *config.process : read_process(options.process_file);
    if (options.process_file.empty()) {
        process.terminal = false;
        process.consoleSize.reset();
    }
    if (!options.args.empty()) process.args = options.args;
    if (options.tty) process.terminal = true;
    if (!options.cwd.empty()) process.cwd = options.cwd;
    for (const std::string& variable : options.env) set_variable(process.env, variable);
    if (options.no_new_privs) process.noNewPrivileges = true;
    if (options.apparmor) process.apparmorProfile = options.apparmor;
    if (options.process_label) process.selinuxLabel = options.process_label;
    grant(process, options.capabilities);
    set_user(process, options, first);
    return process;
}

void must_be_there(const oci::State& state, bool ignore_paused) {
    // The wording is runc's: engines look for it.
    if (state.status != "created" && state.status != "running" && state.status != "paused")
        throw Error::bad(text::cat("cannot exec in a container that is ", state.status));
    if (state.status == "paused" && !ignore_paused)
        throw Error::bad("cannot exec in a paused container",
                         "'bundle-run resume ID' lets it go on; --ignore-paused waits for that");
}

ExecRequest request_of(const Options& options, const Record& record) {
    ExecRequest out;
    out.state = record.state();
    must_be_there(out.state, options.ignore_paused);
    out.config = record.config();
    out.process = process_of(options, out.config, *out.state.pid);
    validate(out.process);
    out.cgroups = options.cgroups;
    out.pidfd_socket = options.pidfd_socket;
    out.pid_file = options.pid_file;
    out.console_socket = options.console_socket;
    out.preserve_fds = static_cast<unsigned>(cli::integer("--preserve-fds", options.preserve_fds, 0, 1'000'000));
    return out;
}

}  // namespace

int verb_exec(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run exec",
        .summary = "run one more program in a container",
        .usage = {"bundle-run exec [OPTIONS] ID [--] PROGRAM [ARGUMENTS]", "bundle-run exec --process FILE ID"},
        .examples = {"bundle-run exec -t box sh", "bundle-run exec --user nobody --env A=1 box -- id"},
    });
    Options options;
    options.add_to(command);
    if (!command.parse(argc, argv)) return 0;
    options.take_words(command);
    ExecRequest request = request_of(options, Store::open(globals.root).find(options.id, false));
    const bool terminal = request.process.terminal.value_or(false);
    if (terminal && options.detach && options.console_socket.empty())
        throw Error::bad("a detached process has nobody at its terminal", "name who takes it with --console-socket");
    if (narrate::on())
        narrate::title(text::cat(options.id, ": one more process, ", text::printable(request.process.args[0])));
    sys::Supervisor supervisor;
    request.supervisor = &supervisor;
    Tenant tenant = move_in(request);
    return options.detach ? 0 : attend(supervisor, tenant.process, std::move(tenant.console));
}

}  // namespace bell
