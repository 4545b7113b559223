// bundle-run: the OCI runtime. It reads a bundle's config.json and composes all the concepts of the other tools. Lesson
// 13
//
// A verb a file (verb_*.cpp). How a container is made: create.cpp (the runtime), init.cpp (its first process); how one
// more comes in: exec.cpp, tenant.cpp; how it ends: end.cpp. Its cgroup: group.cpp, or, kept by systemd,
// group_systemd.cpp.
#include <seccomp.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "cli/command.hpp"
#include "log.hpp"
#include "oci/document.hpp"
#include "sys/process.hpp"
#include "sys/self.hpp"
#include "systemd.hpp"
#include "verbs.hpp"

using namespace bell;

namespace {

constexpr std::array verbs = {
    Verb{"spec", "write a config.json to start from", verb_spec, false},
    Verb{"plan", "print the steps it would take, and what to be warned of", verb_plan, false},
    Verb{"chain", "print the same container as a chain of the small tools", verb_chain, false},
    Verb{"run", "create a container, start it, wait for it, delete it", verb_run, true},
    Verb{"create", "make a container, up to the point of starting its program", verb_create, true},
    Verb{"start", "start the program of a created container", verb_start, false},
    Verb{"exec", "run one more program in a container", verb_exec, true, 255},
    Verb{"state", "print a container's state", verb_state, false},
    Verb{"kill", "send a signal to a container", verb_kill, false},
    Verb{"delete", "remove a stopped container", verb_delete, false},
    Verb{"list", "list the containers", verb_list, false},
    Verb{"ps", "the processes of a container", verb_ps, false},
    Verb{"pause", "let all processes of a container stand still", verb_pause, false},
    Verb{"resume", "let a paused container go on", verb_resume, false},
    Verb{"update", "change a container's limits", verb_update, false},
    Verb{"events", "what a container uses, and when it runs out of memory", verb_events, false},
    Verb{"features", "what this runtime can do, for programs", verb_features, false},
};

const Verb& find(const std::string& name) {
    for (const Verb& verb : verbs)
        if (verb.name == name) return verb;
    std::vector<std::string> names;
    for (const Verb& verb : verbs) names.emplace_back(verb.name);
    throw Error::bad(text::cat("unknown verb '", text::printable(name), "'", text::did_you_mean(name, names)),
                     text::cat("there are: ", text::join(names, " ")));
}

// Asked before the options are read, which would be work for nothing in a program that is about to become its copy. A
// word that only looks like such a verb costs one exec more.
bool may_enter_containers(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const char* word) {
        return std::any_of(verbs.begin(), verbs.end(), [&](const Verb& verb) {
            return verb.enters_containers && std::string_view(word) == verb.name;
        });
    });
}

// In the form of runc's: engines take "runtime version NUMBER" from the first line, and what they know from the
// others.
std::string version_lines() {
    const scmp_version* library = ::seccomp_version();
    return text::cat("bundle-run version ", toolkit::version, guard::version_words, "\nspec: ", oci::newest_version,
                     "\nlibseccomp: ", library->major, ".", library->minor, ".", library->micro, "\n");
}

void check_words(const Globals& globals) {
    const auto check = [](std::string_view option, const std::string& word, const std::vector<std::string>& known) {
        if (std::find(known.begin(), known.end(), word) != known.end()) return;
        throw Error::bad(text::cat(option, " ", text::printable(word), ": unknown", text::did_you_mean(word, known)),
                         text::cat("there are ", text::join(known, ", ")));
    };
    check("--log-format", globals.log_format, {"text", "json"});
    check("--rootless", globals.rootless, {"auto", "true", "false"});
    check("--cgroup-manager", globals.cgroup_manager, {"cgroupfs", "systemd", "disabled"});
}

std::vector<std::string> verb_lines() {
    std::vector<std::string> lines;
    lines.reserve(2 + verbs.size());
    lines.assign({"bundle-run [OPTIONS] VERB [OPTIONS] [ID]", ""});
    for (const Verb& verb : verbs) {
        std::string line = text::cat("bundle-run ", verb.name);
        line.resize(20, ' ');
        lines.push_back(line + verb.summary);
    }
    return lines;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool looks_for_leaks = true;  // at exit(3)
#else
constexpr bool looks_for_leaks = false;
#endif

// All that is left is memory: the kernel takes it back in a fraction of the time that destructors need (0.3 ms).
[[noreturn]] void leave(int status) {
    std::fflush(nullptr);
    sys::exit_now(status);
}

// The copy doesn't know any more where it stands: what lies beside it is looked up before, if anybody may ask for it.
void run_protected(int argc, char** argv) {
    std::vector<char*> arguments(argv, argv + argc + 1);
    bool asked = false, named = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        asked = asked || word.find("systemd") != std::string_view::npos;
        named = named || word.starts_with("--systemd-helper");
    }
    const std::string helper = asked && !named ? Systemd::find_helper() : std::string{};
    std::string option = text::cat("--systemd-helper=", helper);
    if (!helper.empty()) arguments.insert(arguments.begin() + 1, option.data());
    sys::run_from_protected_copy(arguments.data());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> lines = verb_lines();
    Globals globals;
    return log::guarded(globals, [&] {
        sys::refuse_setuid();
        sys::ensure_standard_descriptors();
        ::signal(SIGXFSZ, SIG_IGN);  // a file that grows beyond 'ulimit -f' is an error to tell, not a reason to die
        if (may_enter_containers(argc, argv)) run_protected(argc, argv);
        cli::Command command({
            .name = "bundle-run",
            .summary = "run a bundle (a rootfs and a config.json) as a container",
            .usage = {lines.begin(), lines.end()},
            .examples = {"layer-unpack images/busybox demo | bundle-run run --config - --bundle demo box -- hostname"},
            .more = "'bundle-run VERB --help' has the verb's options. OCI runtime-spec",
            .version = version_lines(),
        });
        command.text("--root", globals.root, "DIR", "where states are kept (default: /run/bundle-run)");
        command.text("--log", globals.log, "FILE", "write errors to a file, too", cli::Help::all);
        command.text("--log-format", globals.log_format, "text|json", "the form of the log", cli::Help::all);
        command.flag("--debug", globals.debug, "what is begun, and how it ends, goes to the log as well",
                     cli::Help::all);
        command.text("--cgroup-manager", globals.cgroup_manager, "cgroupfs|systemd|disabled",
                     "who makes cgroups (cgroupfs)", cli::Help::all);
        command.when(
            "--systemd-cgroup", [&] { globals.cgroup_manager = "systemd"; }, "the same as --cgroup-manager systemd",
            cli::Help::all);
        command.text("--rootless", globals.rootless, "auto|true|false",
                     "true: a cgroup that can't be made is done without, unless a limit is asked for", cli::Help::all);
        command.text("--systemd-helper", globals.systemd_helper, "FILE",
                     "the program that speaks with systemd (default: beside this one)", cli::Help::all);
        std::string criu;  // checkpoints, which older callers of runc name a program for
        command.text("--criu", criu, "PATH", "ignored", cli::Help::all);
        command.flag("--strict", globals.strict, "what this host can't protect is an error, not a warning",
                     cli::Help::all);
        command.stop_at_first_word();
        if (!command.parse(argc, argv)) return 0;
        const auto& rest = command.rest();
        if (rest.empty()) throw Error::bad("no verb", "'bundle-run --help' lists them");
        const Verb& verb = find(rest[0]);
        check_words(globals);
        globals.failure = verb.failure;
        const int skipped = argc - static_cast<int>(rest.size());
        log::warnings(globals);
        log::debug(globals, text::cat("begin: ", text::join(rest, " ")));
        const int status = verb.run(globals, argc - skipped, argv + skipped);
        log::debug(globals, text::cat("end: ", rest[0], ", status ", status));
        if (verb.enters_containers && !looks_for_leaks) leave(status);
        return status;
    });
}
