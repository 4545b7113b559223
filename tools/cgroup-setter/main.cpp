// cgroup-setter: put a process, or a bundle, on a budget.                                                    Lesson 08
//
// In do mode a group is made and limited, a child joins it and becomes the program; this process waits, and removes the
// group.
#include "budget.hpp"
#include "cli/command.hpp"
#include "cli/target.hpp"
#include "group.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "cgroup-setter",
        .summary = "limit what a process and its children may use (cgroups)",
        .usage = {"cgroup-setter LIMITS -- PROGRAM [ARGUMENTS]   run a program in a new group",
                  "cgroup-setter LIMITS --target PID             change the group of a running process",
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
    command.text("--remove", remove, "PATH", "remove a group that was kept");
    command.flag("--show", show, "what this host has, and the limits and use of the group");

    const auto without_document = [&]() -> bool { return show || !remove.empty(); };
    const auto live = [&] { change_group(cli::open_target(target), budget, show); };
    const auto plain = [&] { show ? show_own_group(budget) : remove_group(remove); };
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
