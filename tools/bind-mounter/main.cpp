// bind-mounter: a container's files are mounts.                                                              Lesson 05
#include "cli/command.hpp"
#include "place.hpp"
#include "wanted.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "bind-mounter",
        .summary = "mount files for a program, or describe a container's mounts",
        .usage = {"bind-mounter MOUNTS -- PROGRAM [ARGUMENTS]   mount, then run the program",
                  "bind-mounter MOUNTS < config.json            describe them: mounts, linux.maskedPaths, ..."},
        .examples = {"ns-enter --new user,mount -- bind-mounter --bind /etc:/mnt:ro -- ls /mnt",
                     "ns-enter --new user,pid,mount -- bind-mounter --proc /proc -- ps"},
        .more = "mount_setattr(2), config.md#mounts",
    });
    WantedFiles wanted;
    wanted.add_to(command);
    return command.run(argc, argv,
                       {
                           .act = [&](sys::Program& program) { place_files(wanted, program.chain()); },
                           .describe = [&](oci::Config& config) { describe_files(config, wanted); },
                           .live = {},
                           .plain = {},
                           .is_plain = {},
                       });
}
