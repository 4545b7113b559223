// cgroup-setter: put a process, or a bundle, on a budget.                                                    Lesson 08
//
// In do mode a group is made and limited, a child joins it and becomes the program; this process waits, and removes the
// group.
#include "base/error.hpp"
#include "base/text.hpp"
#include "budget.hpp"
#include "cli/command.hpp"
#include "cli/target.hpp"
#include "cli/units.hpp"
#include "group.hpp"
#include "watch.hpp"

using namespace bell;

namespace {

// "0.5": microseconds. More often than ten times a second nobody can look.
std::int64_t interval_of(const std::string& words) {
    const std::int64_t interval = cli::microseconds("--interval", words + "s");
    if (interval < 100'000 || interval > 3'600'000'000)
        throw Error::bad(text::cat("--interval ", text::printable(words), ": must be from 0.1 to 3600 seconds"));
    return interval;
}

}  // namespace

int main(int argc, char** argv) {
    cli::Command command({
        .name = "cgroup-setter",
        .summary = "limit what a process and its children may use (cgroups)",
        .usage = {"cgroup-setter LIMITS -- PROGRAM [ARGUMENTS]   run a program in a new group",
                  "cgroup-setter LIMITS --target PID             change the group of a running process",
                  "cgroup-setter --watch [--target PID]         see it being spent",
                  "cgroup-setter LIMITS < config.json            describe it: linux.resources"},
        .examples = {"cgroup-setter --memory 64M --pids 20 -- sh"},
        .more = "cgroup v1, v2 and both together: cgroups(7)",
    });
    Budget budget;
    std::string target, remove;
    bool keep = false, show = false;
    budget.add_to(command);
    command.target(target);
    command.flag("--keep", keep, "become the program at once and leave the group there");
    command.text("--remove", remove, "GROUP", "remove a group that was kept");
    command.flag("--show", show, "what this host has, and the limits and use of the group");
    Watch watch;
    command.flag("--watch", watch.wanted, "see what the group uses, until it goes or Ctrl-C");
    command.each(
        "--interval",
        [&](const std::string& words) {
            watch.interval = interval_of(words);
            watch.interval_given = true;
        },
        "SECONDS", "with --watch: look every so often (1, 0.5)", cli::Help::all);
    command.flag("--json", watch.json, "with --watch: a JSON object a look", cli::Help::all);

    const auto without_document = [&]() -> bool { return show || watch.wanted || !remove.empty(); };
    const auto check = [&] {
        if (!watch.wanted && (watch.json || watch.interval_given))
            throw Error::bad("--json and --interval belong to --watch");
        if (watch.wanted && (!budget.empty() || budget.freeze))
            throw Error::bad("--watch only looks", "set limits first, by a command of its own");
    };
    const auto live = [&] {
        check();
        const cli::Target process = cli::open_target(target);
        watch.wanted ? watch_group(watch, &process, {}) : change_group(process, budget, show);
    };
    const auto plain = [&] {
        check();
        if (watch.wanted) return watch_group(watch, nullptr, budget.name);
        show ? show_own_group(budget) : remove_group(remove);
    };
    const auto describe = [&](oci::Config& config) { describe_budget(config, budget); };
    return command.run(argc, argv,
                       {
                           .act = [&](sys::Program&) { enter_group(budget, keep); },
                           .describe = describe,
                           .live = live,
                           .plain = plain,
                           .is_plain = without_document,
                       });
}
