// drop.cpp - see drop.hpp.
#include "steps/drop.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/capabilities.hpp"
#include "concepts/labels.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/user.hpp"
#include "sys/identity.hpp"

namespace bell::steps {
namespace {

constexpr std::string_view tool = "priv-drop";

// "root with 3 of 41 powers, then it is the program"
std::string posture_words(const std::optional<oci::User>& user, const std::optional<capabilities::Sets>& sets) {
    std::string who = "the same user";
    if (user) who = user->uid == 0 ? "root" : text::cat("user ", user->uid);
    if (!user && geteuid() == 0) who = "root";
    const std::string powers =
        sets ? text::cat(" with ", capabilities::count(sets->permitted), " powers") : std::string{};
    return text::cat(who, powers, ", then it is the program");
}

}  // namespace

// A config without capabilities grants none, as in runc and crun.
Drop Drop::of(const oci::Process& process, const oci::Linux* linux) {
    Drop drop;
    drop.user = process.user;
    drop.capabilities = process.capabilities.value_or(oci::Capabilities{});
    drop.no_new_privileges = process.noNewPrivileges.value_or(false);
    drop.rlimits = process.rlimits;
    drop.oom_score_adj = process.oomScoreAdj;
    drop.scheduler = process.scheduler;
    drop.io_priority = process.ioPriority;
    drop.apparmor_profile = process.apparmorProfile;
    drop.selinux_label = process.selinuxLabel;
    if (!linux) return drop;
    drop.personality = linux->personality;
    drop.memory_policy = linux->memoryPolicy;
    drop.seccomp = linux->seccomp;
    return drop;
}

bool Drop::needs_proc() const {
    const auto given = [](const std::optional<std::string>& label) { return label && !label->empty(); };
    return oom_score_adj || given(apparmor_profile) || given(selinux_label);
}

void Drop::prepare() {
    if (capabilities) capabilities::warn_of_unknown(*capabilities);
    rlimits::validate(rlimits);
    if (scheduler) scheduling::validate(*scheduler);
    if (io_priority) scheduling::validate(*io_priority);
    if (cpus) (void)scheduling::parse_cpus(*cpus);
    if (personality) scheduling::validate(*personality);
    if (memory_policy) scheduling::validate(*memory_policy);
    if (seccomp) filter_ = seccomp::Filter::compile(*seccomp);
}

void Drop::prefer(const sys::Procfs* proc) const {
    if (!oom_score_adj && !scheduler && !io_priority && !cpus && !personality && !memory_policy) return;
    const narrate::Section why(tool, "when it runs, where, and who is killed first", "sched(7)");
    if (oom_score_adj) scheduling::set_oom_score(*oom_score_adj, *proc);
    if (cpus) scheduling::set_affinity(*cpus);
    if (scheduler) scheduling::set_scheduler(*scheduler);
    if (io_priority) scheduling::set_io_priority(*io_priority);
    if (memory_policy) scheduling::set_memory_policy(*memory_policy);
    if (personality) scheduling::set_personality(*personality);
}

void Drop::label(const sys::Procfs* proc) const {
    const bool apparmor = apparmor_profile && !apparmor_profile->empty();
    const bool selinux = selinux_label && !selinux_label->empty();
    if (!apparmor && !selinux) return;
    const narrate::Section why(tool, "how the host's security policy will call it", "config.md#linux-process");
    if (apparmor) labels::set_apparmor_profile(*apparmor_profile, *proc);
    if (selinux) labels::set_selinux_label(*selinux_label, *proc);
}

// Late: a low limit on open files or memory would hit the steps before as well.
void Drop::limit() const {
    if (rlimits.empty()) return;
    const narrate::Section why(tool, "what one process may use at most", "getrlimit(2)");
    rlimits::apply(rlimits);
}

// Without no_new_privs the filter needs CAP_SYS_ADMIN, so it comes before that goes; the bounding set before it, since
// a filter may well forbid prctl(2).
void Drop::load_early(const std::optional<capabilities::Sets>& sets) {
    if (!filter_ || no_new_privileges) return;
    if (sets) {
        const narrate::Section why(tool, "powers that exec can't give back any more", "capabilities(7)");
        capabilities::drop_bounding(*sets);
        bounding_dropped_ = true;
    }
    const narrate::Section why(tool, "a filter in front of every system call, from here on", "seccomp(2)");
    filter_->announce();
    filter_->load(hand_over_listener);
    filter_.reset();
}

void Drop::apply(const sys::Procfs* proc) {
    if (needs_proc() && !proc) throw Error::bad("no /proc for the oom score and labels");
    prefer(proc);
    label(proc);
    limit();
    std::optional<capabilities::Sets> sets;
    const bool has_all = narrate::dry_run() && in_new_user_namespace;
    if (capabilities) sets = capabilities::from(*capabilities);
    if (sets && !has_all) sets = capabilities::grantable(*sets);
    load_early(sets);
    if (sets || user || no_new_privileges) become(sets);
    if (!filter_) return;
    const narrate::Section why(tool, "a filter in front of every system call", "seccomp(2)");
    filter_->announce();
}

void Drop::become(const std::optional<capabilities::Sets>& sets) {
    const narrate::Section why(tool, posture_words(user, sets), "capabilities(7)");
    const bool shrinks_bounding = sets && !bounding_dropped_;
    // LESSON: drop-order
    if (shrinks_bounding) capabilities::drop_bounding(*sets);
    if (sets && user) capabilities::keep_over_change(true);
    if (user) user::become(*user);
    if (sets && user) capabilities::keep_over_change(false);
    if (sets) capabilities::apply(*sets);
    // LESSON: end
    const uid_t uid = user ? user->uid : geteuid();
    if (sets && sets->permitted != sets->ambient && uid != 0)
        narrate::note(text::cat("exec leaves user ", uid, " the ambient ones: ", capabilities::words(sets->ambient)));
    if (no_new_privileges) sys::set_no_new_privileges();
    if (!guard::on(guard::Guard::read_back)) return;
    if (sets) capabilities::verify(*sets);
    if (user) user::verify(*user);
    if (no_new_privileges && !narrate::dry_run() && !sys::no_new_privileges())
        throw Error::bad("the kernel didn't keep no_new_privs");
}

void Drop::finish() {
    if (filter_) filter_->load(hand_over_listener);
    filter_.reset();
}

}  // namespace bell::steps
