// verb_ps.cpp - the processes of a container, as the host numbers them.
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"
#include "members.hpp"
#include "process_table.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

std::string json_of(const std::vector<pid_t>& pids) {
    cli::JsonWriter json;
    json.array([&] {
        for (const pid_t pid : pids) json.number(pid);
    });
    return json.text() + "\n";
}

}  // namespace

int verb_ps(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run ps",
        .summary = "the processes of a container",
        .usage = {"bundle-run ps [--format table|json] ID [PS-OPTIONS]"},
        .examples = {"bundle-run ps box -o pid,stat,comm"},
        .more = "PS-OPTIONS are ps(1)'s (default: the table of ps -ef); a column PID has to be among what they show.",
    });
    std::string format = "table";
    command.text("-f,--format", format, "table|json", "how to print: ps(1)'s table, or an array of pids");
    command.stop_at_first_word();
    if (!command.parse(argc, argv)) return 0;
    const std::vector<std::string>& words = command.rest();
    if (words.empty()) throw Error::bad("ID is required", "'bundle-run ps --help' shows the usage");
    if (format != "table" && format != "json")
        throw Error::bad(text::cat("--format ", text::printable(format), ": must be table or json"));
    const std::vector<pid_t> pids = processes_of(Store::open(globals.root).find(words[0], false).state());
    const std::vector<std::string> options(words.begin() + 1, words.end());
    const std::string out = format == "json"  ? json_of(pids)
                            : options.empty() ? draw_processes(pids)
                                              : draw_processes_by_ps(pids, options);
    sys::write_all(STDOUT_FILENO, out, "stdout");
    return 0;
}

}  // namespace bell
