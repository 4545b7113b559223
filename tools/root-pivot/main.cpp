// root-pivot: how the new root becomes the only root (why chroot is no wall).                                 Lesson 06
#include "base/error.hpp"
#include "base/narrate.hpp"
#include "cli/command.hpp"
#include "concepts/pivot.hpp"
#include "concepts/propagation.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "root-pivot",
        .summary = "make a directory the only root of this mount namespace",
        .usage = {"root-pivot [OPTIONS] ROOT -- PROGRAM [ARGUMENTS]   do it",
                  "root-pivot [OPTIONS] ROOT < config.json            describe it: root.path, root.readonly"},
        .examples = {"ns-enter --new user,mount -- root-pivot demo/rootfs -- ls /"},
        .more = "pivot_root(2), mount_namespaces(7)",
        .not_live = "a running process has its root already, and its open files stay where they are",
        .not_live_hint = "'bind-mounter --target PID' changes the mounts there; 'ns-enter --target PID -- sh' looks in",
    });
    std::string root, keep;
    std::optional<std::string> spread;
    bool read_only = false, move = false, no_bind = false;
    command.positional("ROOT", root, true);
    command.flag("--read-only", read_only, "the new root can't be written to");
    command.text("--keep", keep, "DIR", "leave the old root mounted at DIR inside, to look at it");
    command.flag("--move", move, "move the mount over / instead (where pivot_root can't: an initramfs)",
                 cli::Help::all);
    command.text("--propagation", spread, "private|slave|shared|unbindable",
                 "of the new root; with r in front of all below, too", cli::Help::all);
    command.flag("--no-bind", no_bind, "ROOT is a mount already: don't bind it on itself", cli::Help::all);

    const auto act = [&](sys::Program& program) {
        const narrate::Section why("root-pivot", "the new root becomes the only root", "pivot_root(2)");
        program.keep_toolkit_programs();
        const Rootfs rootfs = no_bind ? Rootfs::open(root) : pivot::make_mount_point(root);
        if (read_only) pivot::make_root_read_only(rootfs);
        if (move)
            pivot::move_root(rootfs);
        else if (keep.empty())
            pivot::pivot(rootfs);
        else
            pivot::pivot_keeping(rootfs, keep);
        if (spread) propagation::apply("/", *spread);
    };
    const auto describe = [&](oci::Config& config) {
        if (!keep.empty()) throw Error::bad("--keep can't be described", "in a container the old root never stays");
        oci::Root& described = config.root ? *config.root : config.root.emplace();
        described.path = root;
        if (spread) (config.linux_ ? *config.linux_ : config.linux_.emplace()).rootfsPropagation = spread;
        if (read_only) described.readonly = true;
    };
    return command.run(argc, argv, {.act = act, .describe = describe, .live = {}, .plain = {}, .is_plain = {}});
}
