// group.cpp - see group.hpp.
#include "group.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/table.hpp"
#include "cli/units.hpp"
#include "concepts/cgroup.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace bell {
namespace {

cgroup::Group group_of(const Budget& budget) {
    const std::string own = text::cat(geteuid() == 0 ? "/" : "", "cgroup-setter-", getpid());
    const std::string path = budget.name.value_or(own);
    const cgroup::Host& host = cgroup::Host::detect();
    // With nothing at all delegated, the first call that fails says more.
    const cgroup::Host ours = host.delegated(path);
    return {ours.hierarchies().empty() ? host : ours, path};
}

// `was_there`: somebody else's, or kept: it isn't removed.
void limit(cgroup::Group& group, const Budget& budget, bool was_there) {
    const narrate::Section why("cgroup-setter", "a budget, before anyone can spend it", "cgroups(7)");
    try {
        const std::vector<std::string> existing = group.existing();
        group.refuse_if_in_use(existing);
        group.create(existing);
        group.apply(budget.resources);
    } catch (...) {
        if (!was_there && group.exists() && group.processes().empty()) group.remove(0);
        throw;
    }
}

// A memory limit too small even for starting up ends the child without a word: say why.
void explain_end(const cgroup::Group& group, int status) {
    if (status != 128 + 9) return;
    const auto directory = group.directory_of("memory");
    if (!directory) return;
    const std::string events = sys::try_read_file(*directory + "/memory.events").value_or("") +
                               sys::try_read_file(*directory + "/memory.oom_control").value_or("");
    for (const std::string& line : text::split(events, '\n'))
        if (line.starts_with("oom_kill ") && line != "oom_kill 0")
            std::fputs("cgroup-setter: the kernel ended a process: out of memory (the limit is --memory)\n", stderr);
}

struct Shown {
    std::string_view controller, what, limit_v1, use_v1, limit_v2, use_v2;
    bool is_size;
};

constexpr std::array shown_limits = {
    Shown{"memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max", "memory.current", true},
    Shown{"pids", "processes", "pids.max", "pids.current", "pids.max", "pids.current", false},
    Shown{"cpu", "cpu quota", "cpu.cfs_quota_us", "", "cpu.max", "", false},
    Shown{"cpu", "cpu weight", "cpu.shares", "", "cpu.weight", "", false},
    Shown{"cpuset", "processors", "cpuset.cpus", "", "cpuset.cpus.effective", "", false},
    Shown{"freezer", "frozen", "freezer.state", "", "cgroup.freeze", "", false},
};

std::string value_of(const std::string& directory, std::string_view file, bool is_size) {
    if (file.empty()) return "";
    const auto content = sys::try_read_file(text::cat(directory, "/", file));
    if (!content) return "-";
    const std::string word(text::trim(*content));
    const auto number = text::number<std::uint64_t>(word);
    if (number && is_size) return cli::human_bytes(*number);
    return word == "max" || word == "-1" ? "unlimited" : word;
}

void show(const cgroup::Group& group) {
    const cli::Paper paper = cli::Paper::of_stdout(true);
    std::vector<cli::Cells> hierarchies;
    for (std::size_t i = 0; i < group.directories().size(); ++i) {
        const cgroup::Hierarchy& each = group.host().hierarchies()[i];
        const std::string controllers = text::join(each.controllers, " ");
        hierarchies.push_back(
            {text::cat("v", each.version), controllers.empty() ? "(none)" : controllers, group.directories()[i]});
    }
    std::fputs(cli::draw_table({"version", "controllers", "group"}, hierarchies, paper).c_str(), stdout);
    std::vector<cli::Cells> limits;
    for (const Shown& each : shown_limits) {
        const auto directory = group.directory_of(each.controller);
        if (!directory) continue;
        const bool v2 = group.host().owner_of(each.controller)->version == 2;
        limits.push_back({std::string(each.what),
                          value_of(*directory, v2 ? each.limit_v2 : each.limit_v1, each.is_size),
                          value_of(*directory, v2 ? each.use_v2 : each.use_v1, each.is_size)});
    }
    std::fputs(text::cat("\n", cli::draw_table({"", "limit", "in use"}, limits, paper)).c_str(), stdout);
}

}  // namespace

void enter_group(const Budget& budget, bool keep) {
    if (budget.empty() && !budget.name)
        throw Error::bad("no limit is given", "as in: cgroup-setter --memory 64M --pids 20 -- PROGRAM");
    if (budget.freeze) throw Error::bad("--freeze and --thaw act on a running process", "add --target PID");
    cgroup::Group group = group_of(budget);
    const bool was_there = group.exists();
    limit(group, budget, was_there);
    if (keep || narrate::dry_run()) return group.join(getpid());
    sys::Supervisor supervisor;
    try {
        const cgroup::Doors doors = group.doors();
        const sys::Child child = sys::clone(0, doors.v2.get());
        if (child.is_me()) {
            supervisor.release();
            doors.enter();
            return;
        }
        const int status = supervisor.wait_for(child);
        explain_end(group, status);
        // What the program left running goes with its group.
        group.kill(SIGKILL);
        if (!was_there) group.remove();
        sys::exit_now(status);
    } catch (...) {
        if (!was_there) group.remove();
        throw;
    }
}

void change_group(const cli::Target& target, const Budget& budget, bool wants_show) {
    const cgroup::Group group = cgroup::Group::of_process(target.pid);
    if (wants_show) return show(group);
    if (group.is_root()) {
        // On v1 each hierarchy counts by itself: only those with a limit asked for matter. The kernel has no files
        // there.
        if (group.host().is_pure_v2())
            throw Error::bad(text::cat("process ", target.pid, " is in the root cgroup, which has no limits"));
    }
    const narrate::Section why("cgroup-setter", text::cat("a new budget for the group of process ", target.pid),
                               "cgroups(7)");
    group.apply(budget.resources);
    if (budget.freeze) group.freeze(*budget.freeze);
    target.print_again();
}

void describe_budget(oci::Config& config, const Budget& budget) {
    oci::Linux& linux = config.linux_ ? *config.linux_ : config.linux_.emplace();
    budget.merge_into(linux.resources ? *linux.resources : linux.resources.emplace());
    if (budget.name) linux.cgroupsPath = budget.name;
    config.ociVersion = std::max(config.ociVersion, oci::lowest_version(config));
}

void show_own_group(const Budget& budget) {
    if (!budget.name) return show(cgroup::Group::of_process(getpid()));
    const cgroup::Group group(cgroup::Host::detect(), *budget.name);
    if (!group.exists()) throw Error::bad(text::cat("cgroup ", text::printable(*budget.name), ": there is none"));
    show(group);
}

void remove_group(const std::string& path) {
    const cgroup::Group group(cgroup::Host::detect(), path);
    if (!group.exists()) throw Error::bad(text::cat("cgroup ", text::printable(path), ": there is none"));
    if (group.is_root()) throw Error::bad("the root cgroup can't be removed");
    const std::vector<pid_t> left = group.processes();
    if (!left.empty())
        throw Error::bad(text::cat("cgroup ", text::printable(path), ": process ", left.front(), " is still in it"),
                         text::cat("end it first: kill ", left.front()));
    group.remove();
}

}  // namespace bell
