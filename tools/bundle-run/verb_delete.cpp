// verb_delete.cpp - remove a stopped container; with --force, any.
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "container.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

// A created container hasn't begun: it may be deleted without force, as runc does it.
void delete_one(const Store& store, const std::string& id, bool force) {
    if (force && !store.has(id)) return;
    Record record = store.find(id, true);
    const auto recorded = record.recorded();
    if (!recorded || recorded->status == "creating") {
        if (!force)
            throw Error::bad(text::cat("container ", id, " was never finished, or its state is damaged"),
                             "delete --force");
        return sweep(std::move(record));
    }
    const oci::State state = record.state();
    if ((state.status == "running" || state.status == "paused") && !force)
        throw Error::bad(text::cat("cannot delete container ", id, " that is not stopped: ", state.status),
                         text::cat("'bundle-run kill ", id, "' ends it; delete --force does both"));
    end_process(state);
    const std::optional<oci::Hooks> hooks = recorded_hooks(record);
    remove_container(std::move(record), state, hooks);
}

}  // namespace

int verb_delete(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run delete",
        .summary = "remove a stopped container",
        .usage = {"bundle-run delete [--force] ID..."},
        .examples = {"bundle-run delete --force box"},
    });
    std::vector<std::string> ids;
    bool force = false, all = false;
    command.positionals("ID", ids);
    command.flag("-f,--force", force, "end it first if it runs; no error if there is none");
    command.flag("-a,--all", all, "all containers");
    if (!command.parse(argc, argv)) return 0;
    const Store store = Store::open(globals.root);
    if (all) ids = store.ids();
    if (ids.empty() && !all) throw Error::bad("which container?", "bundle-run delete ID, or --all");
    for (const std::string& id : ids) {
        validate_id(id);
        try {
            delete_one(store, id, force);
        } catch (const Error&) {
            if (!force || store.has(id)) throw;  // else another one has just removed it
        }
    }
    return 0;
}

}  // namespace bell
