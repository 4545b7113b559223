// verb_start.cpp - start the program of a created container.
#include <fcntl.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/hooks.hpp"
#include "container.hpp"
#include "gate.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

// In runc's words: engines and scripts look for them.
std::string why_not(const std::string& status) {
    if (status == "running") return "cannot start an already running container";
    if (status == "stopped") return "cannot start a container that has stopped";
    return text::cat("cannot start a container in the ", status, " state");
}

// runtime.md#lifecycle, step 9: a poststart hook that fails stops the container.
void run_poststart_hooks(const oci::State& state, const std::optional<oci::Hooks>& hooks) {
    if (!hooks) return;
    try {
        hooks::run("poststart", hooks->poststart, oci::to_json(oci::without_own_fields(state), false),
                   sys::open(state.bundle, O_PATH | O_DIRECTORY).get());
    } catch (const Error&) {
        end_process(state);
        throw;
    }
}

}  // namespace

int verb_start(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run start",
        .summary = "start the program of a created container",
        .usage = {"bundle-run start ID"},
        .examples = {"bundle-run start box"},
    });
    std::string id;
    command.positional("ID", id, true);
    if (!command.parse(argc, argv)) return 0;
    Record record = Store::open(globals.root).find(id, true);
    oci::State state = record.state();
    if (state.status != "created") throw Error::bad(why_not(state.status), "only one that is created can be started");
    gate::open(record);
    state.status = "running";
    record.write_process(state);
    run_poststart_hooks(state, record.config().hooks);
    return 0;
}

}  // namespace bell
