// verb_state.cpp - print a container's state: the specification's document, with a few fields of ours.
#include <unistd.h>

#include "cli/command.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {

int verb_state(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run state",
        .summary = "print a container's state",
        .usage = {"bundle-run state ID"},
        .examples = {"bundle-run state box | proc-peek --target -"},
    });
    std::string id;
    command.positional("ID", id, true);
    if (!command.parse(argc, argv)) return 0;
    const oci::State state = Store::open(globals.root).find(id, false).state();
    sys::write_all(STDOUT_FILENO, oci::to_json(state), "stdout");
    return 0;
}

}  // namespace bell
