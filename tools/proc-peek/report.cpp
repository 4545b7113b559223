// report.cpp - from the options to the page: which processes, which sections, or the tree. See report.hpp.
#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/tree.hpp"
#include "diff.hpp"
#include "forest.hpp"
#include "json.hpp"
#include "subject.hpp"
#include "sys/file.hpp"

namespace bell::peek {
namespace {

std::string drawn(const Look& look, const Options& options) {
    const Selection& show = options.show;
    if (show.json) return to_json(look);
    Page page{cli::Paper::of_stdout(options.ascii), {}};
    show_title(page, look);
    if (show.overview() && !show.all) show_overview(page, look);
    const auto section = [&](bool wanted, const auto& draw) {
        if (!wanted && !show.all) return;
        if (show.all) page.text += "\n";
        draw(page, look);
    };
    section(show.root, show_root);
    section(show.ids, show_ids);
    section(show.namespaces, show_namespaces);
    section(show.mounts, show_mounts);
    section(show.cgroups, show_cgroups);
    section(show.capabilities, show_capabilities);
    section(show.limits, [&](Page& limits, const Look& of) { show_limits(limits, of, show.all); });
    return std::move(page.text);
}

std::string drawn_tree(const Options& options, const sys::ProcView& view) {
    std::vector<pid_t> only;
    for (const std::string& word : options.pids) only.push_back(existing_pid(word, view));
    const narrate::Section why("proc-peek", "stat, ns/* and cgroup of every process in /proc", "proc(5)");
    const auto processes = sys::list_processes(sys::ListCgroups::yes);
    const Forest forest = plant_forest(processes, view.self, only, options.show.all);
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
    if (!options.target.empty()) subjects.emplace_back([&] { return process_of_target(options.target, view); });
    if (options.self) subjects.emplace_back([] { return own_process(); });
    for (const std::string& word : options.pids)
        subjects.emplace_back([&view, word] { return process_of_pid(word, view); });
    if (subjects.empty()) subjects.emplace_back([] { return default_process(); });
    for (const auto& subject : subjects) {
        status = std::max(status, cli::guarded("proc-peek", [&] {
                              const std::string text = drawn(look_at(subject(), view, options.show), options);
                              const bool gap = &subject != &subjects.front() && !options.show.json;
                              sys::write_all(STDOUT_FILENO, gap ? "\n" + text : text, "stdout");
                              return 0;
                          }));
    }
    return status;
}

}  // namespace

int report(const Options& options) {
    const Selection& show = options.show;
    if (options.tree && (show.json || options.self || !options.target.empty() || !show.overview()))
        throw Error::bad("--tree goes with numbers of processes and --all only");
    if (options.diff && (options.tree || show.all || !show.overview()))
        throw Error::bad("--diff goes with two processes and --json only");
    const sys::ProcView view = sys::view_of_proc();
    if (options.diff) return report_differences(options, view);
    if (!options.tree) return peek_at_all(options, view);
    sys::write_all(STDOUT_FILENO, drawn_tree(options, view), "stdout");
    return 0;
}

}  // namespace bell::peek
