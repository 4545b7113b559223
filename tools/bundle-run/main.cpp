// bundle-run: the OCI runtime. It reads a bundle's config.json and composes all the concepts of the other tools. Lesson
// 13
//
// A verb a file (verb_*.cpp). How a container is made: create.cpp (the runtime), init.cpp (its first process); how one
// more comes in: exec.cpp, tenant.cpp; how it ends: end.cpp.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "log.hpp"
#include "sys/process.hpp"
#include "sys/self.hpp"
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
};

const Verb& find(const std::string& name) {
    std::vector<std::string> names;
    for (const Verb& verb : verbs) {
        if (verb.name == name) return verb;
        names.emplace_back(verb.name);
    }
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

std::vector<std::string> verb_lines() {
    std::vector<std::string> lines = {"bundle-run [OPTIONS] VERB [OPTIONS] [ID]", ""};
    for (const Verb& verb : verbs) {
        std::string line = text::cat("bundle-run ", verb.name);
        line.resize(20, ' ');
        lines.push_back(line + verb.summary);
    }
    return lines;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> lines = verb_lines();
    Globals globals;
    return log::guarded(globals, [&] {
        sys::ensure_standard_descriptors();
        if (may_enter_containers(argc, argv)) sys::run_from_protected_copy(argv);
        cli::Command command({
            .name = "bundle-run",
            .summary = "run a bundle (a rootfs and a config.json) as a container",
            .usage = {lines.begin(), lines.end()},
            .examples = {"layer-unpack images/busybox demo | bundle-run run --config - --bundle demo box -- hostname"},
            .more = "'bundle-run VERB --help' has the verb's options. OCI runtime-spec",
        });
        command.text("--root", globals.root, "DIR", "where states are kept (default: /run/bundle-run)");
        command.text("--log", globals.log, "FILE", "write errors to a file, too", cli::Help::all);
        command.text("--log-format", globals.log_format, "text|json", "the form of the log", cli::Help::all);
        command.flag("--strict", globals.strict, "what this host can't protect is an error, not a warning",
                     cli::Help::all);
        command.stop_at_first_word();
        if (!command.parse(argc, argv)) return 0;
        const auto& rest = command.rest();
        if (rest.empty()) throw Error::bad("no verb", "'bundle-run --help' lists them");
        const Verb& verb = find(rest[0]);
        globals.failure = verb.failure;
        const int skipped = argc - static_cast<int>(rest.size());
        return verb.run(globals, argc - skipped, argv + skipped);
    });
}
