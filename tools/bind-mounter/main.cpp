// bind-mounter: a container's files are mounts.                                                              Lesson 05
#include "cli/command.hpp"
#include "cli/target.hpp"
#include "live.hpp"
#include "place.hpp"
#include "wanted.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "bind-mounter",
        .summary = "mount files for a program, or describe a container's mounts",
        .usage = {"bind-mounter MOUNTS -- PROGRAM [ARGUMENTS]   mount, then run the program",
                  "bind-mounter MOUNTS --target PID             mount into a running container",
                  "bind-mounter MOUNTS < config.json            describe them: mounts, linux.maskedPaths, ..."},
        .examples = {"ns-enter --new user,mount -- bind-mounter --bind /etc:/mnt:ro -- ls /mnt",
                     "ns-enter --new user,pid,mount -- bind-mounter --proc /proc -- ps",
                     "bundle-run state web | bind-mounter --bind /srv:/srv:ro --target -"},
        .more = "mount_setattr(2), config.md#mounts",
    });
    WantedFiles wanted;
    std::string target;
    wanted.add_to(command);
    command.target(target);
    return command.run(argc, argv,
                       {
                           .act = [&](sys::Program& program) { place_files(wanted, program.chain()); },
                           .describe = [&](oci::Config& config) { describe_files(config, wanted); },
                           .live = [&] { mount_into(wanted, cli::open_target(target)); },
                           .plain = {},
                           .is_plain = {},
                       });
}
