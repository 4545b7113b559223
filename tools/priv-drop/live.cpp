// live.cpp - what can be changed of a process from outside.
//
// Limits and preferences can: the kernel has calls for them that take a number of a process. Who it is and what it may
// do can't: only a process itself can lay down its powers, so that nobody else has to be trusted with them. For each of
// those this says so, and what to do instead.
//
// The calls for scheduling are about one thread: all there are get the same. What is changed is inherited by threads
// and children made from now on; children that are there already keep what they have.
//
// prlimit(2), proc_pid_oom_score_adj(5), sched_setattr(2), sched_setaffinity(2), ioprio_set(2). See options.hpp.
#include <array>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/scheduling.hpp"
#include "options.hpp"
#include "sys/proc_list.hpp"
#include "sys/procfs.hpp"

namespace bell {
namespace {

struct OwnAffair {
    bool given;
    std::string_view option;
    std::string_view why;
    std::string_view instead;
};

constexpr std::string_view another_program =
    "'bundle-run exec' starts another program in a container, with other powers";
constexpr std::string_view start_anew = "describe it in config.json and start the container anew";

// Threads come and go: one that has gone needs nothing any more.
template <class Change>
void for_each_thread(const cli::Target& target, Change&& change) {
    for (const pid_t thread : sys::threads_of(target.proc.get())) {
        try {
            change(thread);
        } catch (const Error& error) {
            if (error.code() != ESRCH || thread == target.pid) throw;
        }
    }
}

}  // namespace

void DropOptions::refuse_own_affairs() const {
    const std::array affairs = {
        OwnAffair{user_ || groups_, "--user and --groups", "setresuid(2) and setgroups(2) change the caller only",
                  another_program},
        OwnAffair{capabilities_.given(), "capabilities", "capset(2) changes the caller only", another_program},
        OwnAffair{no_new_privileges_ || new_privileges_, "no_new_privs", "prctl(2) sets it for the caller only",
                  start_anew},
        OwnAffair{seccomp_.has_value(), "--seccomp", "seccomp(2) loads a filter for the caller only", start_anew},
        OwnAffair{umask_.has_value(), "--umask", "umask(2) changes the caller only", start_anew},
        OwnAffair{directory_.has_value(), "--cwd", "chdir(2) moves the caller only", another_program},
        OwnAffair{clear_environment_ || !environment_.empty(), "--env", "a program gets its environment once, at exec",
                  another_program},
        OwnAffair{personality_.has_value(), "--personality", "personality(2) changes the caller only", start_anew},
        OwnAffair{memory_policy_.has_value(), "--memory-policy", "set_mempolicy(2) changes the caller only",
                  "'cgroup-setter --cpuset-mems NODES --target PID' moves its memory"},
        OwnAffair{apparmor_ || selinux_, "--apparmor and --selinux", "/proc/PID/attr is for the process itself only",
                  start_anew},
    };
    for (const OwnAffair& each : affairs)
        if (each.given)
            throw Error::bad(text::cat(each.option, " can't be changed from outside: ", each.why),
                             std::string(each.instead));
}

void DropOptions::change(const cli::Target& target) const {
    refuse_own_affairs();
    steps::Drop wanted = drop();
    wanted.prepare();
    const bool prefers = oom_score_adj_ || wanted.scheduler || wanted.io_priority || wanted.cpus;
    if (!prefers && wanted.rlimits.empty())
        throw Error::bad("nothing to change is given", "as in: priv-drop --rlimit nofile=64 --target PID");
    target.check_alive();
    if (prefers) {
        const narrate::Section why(
            "priv-drop", text::cat("when ", target.words(), " runs, where, and who is killed first"), "sched(7)");
        if (oom_score_adj_) scheduling::set_oom_score(*oom_score_adj_, sys::Procfs::open_own(), text::cat(target.pid));
        for_each_thread(target, [&](pid_t thread) {
            if (wanted.cpus) scheduling::set_affinity(*wanted.cpus, thread);
            if (wanted.scheduler) scheduling::set_scheduler(*wanted.scheduler, thread);
            if (wanted.io_priority) scheduling::set_io_priority(*wanted.io_priority, thread);
        });
    }
    if (!wanted.rlimits.empty()) {
        const narrate::Section why("priv-drop", text::cat("what ", target.words(), " may use at most"), "prlimit(2)");
        rlimits::apply(wanted.rlimits, target.pid);
    }
    target.check_alive();
    target.print_again();
}

}  // namespace bell
