// verb_pause.cpp - all processes of a container stand still. Next: concepts/cgroup_freezer.hpp.
#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "store.hpp"
#include "verbs.hpp"

namespace bell {

int verb_pause(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run pause",
        .summary = "let all processes of a container stand still",
        .usage = {"bundle-run pause ID"},
        .examples = {"bundle-run pause box && bundle-run resume box"},
        .more = "It returns when they do. 'bundle-run resume' lets them go on; a SIGKILL ends them all the same.",
    });
    std::string id;
    command.positional("ID", id, true);
    if (!command.parse(argc, argv)) return 0;
    const Record record = Store::open(globals.root).find(id, true);
    const oci::State state = record.state();
    // The wording is runc's: engines look for it.
    if (state.status != "created" && state.status != "running")
        throw Error::bad("container not running", text::cat("it is ", state.status));
    const narrate::Section why("cgroup-setter", "no time for any of its processes", "cgroups(7)");
    try {
        cgroup::freeze_and_wait(state.cgroupDirectories);
    } catch (const Error& error) {
        throw error.in(text::cat("pause ", id));
    }
    return 0;
}

}  // namespace bell
