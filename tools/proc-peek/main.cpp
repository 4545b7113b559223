// proc-peek: look at what a process is made of.                                                            All lessons
//
// The kernel knows no containers, only processes: each with a root directory, namespaces, mounts, control groups,
// powers and limits. All of it can be read in /proc. proc-peek reads, and changes nothing.
//
// proc(5). Next: report.cpp (which processes, which sections), look.hpp (what is read), forest.hpp (--tree).
#include "cli/command.hpp"
#include "report.hpp"

using namespace bell;

int main(int argc, char** argv) {
    cli::Command command({
        .name = "proc-peek",
        .summary = "look at what a process is made of",
        .usage = {"proc-peek [OPTIONS] [PID...]        your shell, or these processes",
                  "proc-peek [OPTIONS] --target -      the container whose state is on stdin",
                  "proc-peek --diff PID|self PID|self  two processes, side by side",
                  "... -- proc-peek --self             what a chain of tools has made",
                  "proc-peek --tree [PID...]           all processes; boxes where namespaces change"},
        .examples = {"bundle-run state web | proc-peek --target -", "ns-enter --new user,uts -- proc-peek --self"},
        .more = "It changes nothing. proc(5), namespaces(7)",
    });
    peek::Options options;
    peek::Selection& show = options.show;
    command.positionals("PID", options.pids);
    command.target(options.target);
    command.flag("--self", options.self, "proc-peek itself: the end of a chain");
    command.flag("--tree", options.tree, "the tree of processes");
    command.flag("--diff", options.diff, "what two processes don't have in common (exit status as diff)");
    command.flag("--root", show.root, "only: program, root directory, working directory");
    command.flag("--ids", show.ids, "only: user, groups, id maps");
    command.flag("--ns,--namespaces", show.namespaces, "only: namespaces, and who shares them");
    command.flag("--mounts", show.mounts, "only: the tree of mounts");
    command.flag("--cgroups", show.cgroups, "only: control groups, use and limits");
    command.flag("--caps,--capabilities", show.capabilities, "only: capabilities, seccomp");
    command.flag("--limits", show.limits, "only: resource limits that aren't yours");
    command.flag("--all", show.all, "everything; in a tree: nothing folded");
    command.flag("--json", show.json, "for programs: a JSON object a line", cli::Help::all);
    command.flag("--ascii", options.ascii, "draw with ASCII letters", cli::Help::all);

    int status = 0;
    const auto look = [&] { status = peek::report(options); };
    const int failed = command.run(argc, argv, {.live = look, .plain = look});
    return failed != 0 ? failed : status;
}
