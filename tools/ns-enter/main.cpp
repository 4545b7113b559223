// ns-enter: namespaces - make new ones (as unshare(1)), join a process's (as nsenter(1)), map users.     Lesson 03 to
// 10
//
// Options fill a Wish (enter.hpp); do mode enters it, describe mode writes it into config.json.
#include "cli/command.hpp"
#include "enter.hpp"
#include "options.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "ns-enter",
        .summary = "run a program in new namespaces, or in those of another process",
        .usage = {"ns-enter --new LIST [OPTIONS] -- PROGRAM [ARGUMENTS]     make new ones",
                  "ns-enter --target PID [OPTIONS] -- PROGRAM [ARGUMENTS]   join a process's",
                  "ns-enter --new LIST [OPTIONS] < config.json              describe them"},
        .examples = {"ns-enter --new user,uts --hostname box -- hostname",
                     "ns-enter --target 4711 --join mount,pid -- ps"},
        .more = "LIST: user, pid, mount, uts, ipc, network, cgroup, time, or all. namespaces(7)",
    });
    NamespaceOptions options;
    options.add_to(command);
    return command.run(argc, argv,
                       {
                           .act = [&](sys::Program&) { enter(options.wish()); },
                           .describe = [&](oci::Config& config) { options.describe(config); },
                           .live = {},
                           .plain = {},
                           .is_plain = {},
                       });
}
