// verb_start.cpp - start the program of a created container.
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "concepts/hooks.hpp"
#include "store.hpp"
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

// init waits at the other end of the fifo. ENXIO: nobody does, it has ended.
void wake(const Record& record) {
    const std::string path = record.path("start");
    const Fd fifo{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)};
    if (!fifo) throw Error::os("open", path, errno);
    // Gone before init goes on: from here on the container counts as running.
    ::unlink(path.c_str());
    sys::write_all(fifo.get(), "start", path);
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
    const Record record = Store::open(globals.root).find(id, true);
    oci::State state = record.state();
    if (state.status != "created") throw Error::bad(why_not(state.status), "only one that is created can be started");
    wake(record);
    state.status = "running";
    record.write_state(state);
    const oci::Config config = record.config();
    if (config.hooks)
        hooks::run_all("poststart", config.hooks->poststart, oci::to_json(oci::without_own_fields(state), false),
                       sys::open(state.bundle, O_PATH | O_DIRECTORY).get());
    return 0;
}

}  // namespace bell
