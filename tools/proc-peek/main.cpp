// proc-peek: look at what a process is made of.                                                            All lessons
//
// The kernel knows no containers, only processes: each with a root directory, namespaces, mounts, control groups,
// powers and limits. All of it can be read in /proc. proc-peek reads, and changes nothing.
//
// proc(5). Next: look.hpp (what is read), sections.hpp (how it is shown), forest.hpp (--tree).
#include <unistd.h>

#include "base/narrate.hpp"
#include "cli/command.hpp"
#include "cli/tree.hpp"
#include "forest.hpp"
#include "json.hpp"
#include "sections.hpp"
#include "subject.hpp"
#include "sys/file.hpp"

using namespace bell;

namespace {

struct Options {
    std::vector<std::string> pids;
    std::string target;
    bool self = false, tree = false, ascii = false;
    peek::Selection show;
};

std::string drawn(const peek::Look& look, const Options& options) {
    const peek::Selection& show = options.show;
    if (show.json) return peek::to_json(look);
    peek::Page page{cli::Paper::of_stdout(options.ascii), {}};
    peek::show_title(page, look);
    if (show.overview() && !show.all) peek::show_overview(page, look);
    const auto section = [&](bool wanted, const auto& draw) {
        if (!wanted && !show.all) return;
        if (show.all) page.text += "\n";
        draw(page, look);
    };
    section(show.root, peek::show_root);
    section(show.ids, peek::show_ids);
    section(show.namespaces, peek::show_namespaces);
    section(show.mounts, peek::show_mounts);
    section(show.cgroups, peek::show_cgroups);
    section(show.capabilities, peek::show_capabilities);
    section(show.limits, [&](peek::Page& limits, const peek::Look& of) { peek::show_limits(limits, of, show.all); });
    return std::move(page.text);
}

std::string drawn_tree(const Options& options, const sys::ProcView& view) {
    std::vector<pid_t> only;
    for (const std::string& word : options.pids) only.push_back(peek::existing_pid(word, view));
    const narrate::Section why("proc-peek", "stat, ns/* and cgroup of every process in /proc", "proc(5)");
    const auto processes = sys::list_processes(sys::ListCgroups::yes);
    const peek::Forest forest = peek::plant_forest(processes, view.self, only, options.show.all);
    if (forest.rows.empty()) throw Error::bad("the process ended while it was looked for");
    std::string out = cli::draw_tree(forest.rows, cli::Paper::of_stdout(options.ascii));
    if (forest.unreadable > 0)
        out += text::cat("(", forest.unreadable, forest.unreadable == 1 ? " process" : " processes",
                         " can't be asked for namespaces: not yours to look at)\n");
    return out;
}

// Everything that was asked for; what fails is told, and the others are shown all the same.
int peek_at_all(const Options& options, const sys::ProcView& view) {
    int status = 0;
    std::vector<std::function<sys::ProcDirectory()>> subjects;
    if (!options.target.empty()) subjects.emplace_back([&] { return peek::process_of_target(options.target, view); });
    if (options.self) subjects.emplace_back([] { return peek::own_process(); });
    for (const std::string& word : options.pids)
        subjects.emplace_back([&view, word] { return peek::process_of_pid(word, view); });
    if (subjects.empty()) subjects.emplace_back([] { return peek::default_process(); });
    for (const auto& subject : subjects) {
        status = std::max(status, cli::guarded("proc-peek", [&] {
                              const std::string text = drawn(peek::look_at(subject(), view, options.show), options);
                              const bool gap = &subject != &subjects.front() && !options.show.json;
                              sys::write_all(STDOUT_FILENO, gap ? "\n" + text : text, "stdout");
                              return 0;
                          }));
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    cli::Command command({
        .name = "proc-peek",
        .summary = "look at what a process is made of",
        .usage = {"proc-peek [OPTIONS] [PID...]        your shell, or these processes",
                  "proc-peek [OPTIONS] --target -      the container whose state is on stdin",
                  "... -- proc-peek --self             what a chain of tools has made",
                  "proc-peek --tree [PID...]           all processes; boxes where namespaces change"},
        .examples = {"bundle-run state web | proc-peek --target -", "ns-enter --new user,uts -- proc-peek --self"},
        .more = "It changes nothing. proc(5), namespaces(7)",
    });
    Options options;
    peek::Selection& show = options.show;
    command.positionals("PID", options.pids);
    command.target(options.target);
    command.flag("--self", options.self, "proc-peek itself: the end of a chain");
    command.flag("--tree", options.tree, "the tree of processes");
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
    const auto look = [&] {
        if (options.tree && (show.json || options.self || !options.target.empty() || !show.overview()))
            throw Error::bad("--tree goes with numbers of processes and --all only");
        const sys::ProcView view = sys::view_of_proc();
        if (options.tree)
            sys::write_all(STDOUT_FILENO, drawn_tree(options, view), "stdout");
        else
            status = peek_at_all(options, view);
    };
    const int failed =
        command.run(argc, argv, {.act = {}, .describe = {}, .live = look, .plain = look, .is_plain = {}});
    return failed != 0 ? failed : status;
}
