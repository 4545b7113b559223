// chroot-only: a process has a root directory, and it can be changed.                                    Lesson 01, 02
//
// The oldest part of a container (chroot(2), 1979): where the process sees "/" start. It is no wall: see lesson 02 for
// the way out, and root-pivot for the way to close it.
#include "base/narrate.hpp"
#include "cli/command.hpp"
#include "sys/mount.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "chroot-only",
        .summary = "run a program with another root directory",
        .usage = {"chroot-only [OPTIONS] ROOT -- PROGRAM [ARGUMENTS]   do it",
                  "chroot-only ROOT                                    describe it: root.path"},
        .examples = {"chroot-only demo/rootfs -- hostname"},
        .more = "Without root, put 'ns-enter --new user --' in front. chroot(2)",
        .not_live = "only a process itself can change its root (chroot(2) takes no pid)",
        .not_live_hint =
            "'ns-enter --target PID --root -- sh' looks in; 'bind-mounter --target PID' changes what is there",
    });
    std::string root;
    bool stay = false;
    command.positional("ROOT", root, true);
    command.flag("--stay", stay, "don't change the working directory (the first step of the escape)");

    return command.run(argc, argv,
                       {
                           .act =
                               [&](sys::Program& program) {
                                   const narrate::Section why("chroot-only", "another directory is called / now",
                                                              "chroot(2)");
                                   program.keep_toolkit_programs();
                                   // LESSON: chroot
                                   sys::change_root(root, root);
                                   if (!stay) sys::change_directory("/");
                                   // LESSON: end
                               },
                           .describe =
                               [&](oci::Config& config) {
                                   if (!config.root) config.root.emplace();
                                   config.root->path = root;
                               },
                           .live = {},
                           .plain = {},
                           .is_plain = {},
                       });
}
