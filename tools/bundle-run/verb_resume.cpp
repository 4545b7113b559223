// verb_resume.cpp - a paused container goes on.
#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "store.hpp"
#include "verbs.hpp"

namespace bell {

int verb_resume(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run resume",
        .summary = "let a paused container go on",
        .usage = {"bundle-run resume ID"},
        .examples = {"bundle-run pause box && bundle-run resume box"},
    });
    std::string id;
    command.positional("ID", id, true);
    if (!command.parse(argc, argv)) return 0;
    const Record record = Store::open(globals.root).find(id, true);
    const oci::State state = record.state();
    if (state.status != "paused") throw Error::bad("container not paused", text::cat("it is ", state.status));
    const narrate::Section why("cgroup-setter", "time again for all of its processes", "cgroups(7)");
    cgroup::thaw(state.cgroupDirectories);
    return 0;
}

}  // namespace bell
