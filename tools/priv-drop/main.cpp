// priv-drop: what the program may still do - user, capabilities, no-new-privs, rlimits, seccomp.                Lesson
// 09
//
// Options fill a DropOptions (options.hpp): do mode takes the steps of steps/drop.hpp, describe mode writes
// config.json, live mode changes what can be changed from outside.
#include "cli/command.hpp"
#include "cli/target.hpp"
#include "options.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "priv-drop",
        .summary = "run a program with another user, fewer powers, and limits",
        .usage = {"priv-drop [OPTIONS] -- PROGRAM [ARGUMENTS]   do it",
                  "priv-drop LIMITS --target PID                change limits and preferences of a process",
                  "priv-drop [OPTIONS] < config.json            describe it: process, linux.seccomp"},
        .examples = {"priv-drop --caps none --no-new-privs -- sh",
                     "priv-drop --user 1000:1000 --rlimit nofile=64 --seccomp docker.json -- id"},
        .more = "In config.json --cpus is for programs that exec adds. capabilities(7)",
    });
    DropOptions options;
    std::string target;
    options.add_to(command);
    command.target(target);
    return command.run(argc, argv,
                       {
                           .act = [&](sys::Program& program) { options.act(program, command); },
                           .describe = [&](oci::Config& config) { options.describe(config, command.bundle()); },
                           .live = [&] { options.change(cli::open_target(target)); },
                           .plain = {},
                           .is_plain = {},
                       });
}
