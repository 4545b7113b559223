// verb_list.cpp - the containers there are, as a table or as JSON.
#include <cstdio>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/table.hpp"
#include "oci/document.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

std::vector<oci::State> states(const Store& store) {
    std::vector<oci::State> out;
    for (const std::string& id : store.ids()) {
        oci::State state;
        try {
            state = store.find(id, false).state();
        } catch (const Error&) {
            // Being made or removed just now, or damaged: it is there, and can be deleted by force.
            state.id = id;
            state.status = "unknown";
        }
        out.push_back(std::move(state));
    }
    return out;
}

void print_table(const std::vector<oci::State>& all) {
    std::vector<cli::Cells> rows;
    for (const oci::State& each : all)
        rows.push_back({each.id, text::cat(each.pid.value_or(0)), each.status, each.bundle, each.created.value_or(""),
                        each.owner.value_or("")});
    std::fputs(cli::draw_table({"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}, rows, cli::Paper::of_stdout(true))
                   .c_str(),
               stdout);
}

void print_json(const std::vector<oci::State>& all) {
    std::string out = "[";
    for (const oci::State& each : all) {
        if (&each != all.data()) out += ",";
        out += text::trim(oci::to_json(each, false));
    }
    std::fputs((out + "]\n").c_str(), stdout);
}

}  // namespace

int verb_list(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run list",
        .summary = "list the containers",
        .usage = {"bundle-run list [--format table|json] [--quiet]"},
        .examples = {"bundle-run list --format json | jq '.[].id'"},
    });
    std::string format = "table";
    bool quiet = false;
    command.text("-f,--format", format, "table|json", "how to print");
    command.flag("-q,--quiet", quiet, "only the ids");
    if (!command.parse(argc, argv)) return 0;
    if (!globals.root.empty() && !sys::exists(globals.root))
        throw Error::os("open", globals.root, ENOENT).advise("--root names the directory of the states");
    const Store store = Store::open(globals.root);
    if (quiet) {
        for (const std::string& id : store.ids()) std::puts(id.c_str());
    } else if (format == "json") {
        print_json(states(store));
    } else if (format == "table") {
        print_table(states(store));
    } else {
        throw Error::bad(text::cat("--format ", text::printable(format), ": must be table or json"));
    }
    return 0;
}

}  // namespace bell
