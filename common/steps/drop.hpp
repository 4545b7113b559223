// drop.hpp - giving up power, in the one order that works.                                                     Lesson
// 09
//
// Each concept below needs a right that a later one takes away:
//
//     1  oom score, CPUs, scheduler, io priority, memory, personality   need CAP_SYS_NICE, CAP_SYS_RESOURCE
//     2  labels                                                         want a /proc that is ours
//     3  rlimits                                                        after all that opens files
//     4  bounding set                                                   needs CAP_SETPCAP
//     5  seccomp, if no_new_privs is not asked for                      needs CAP_SYS_ADMIN
//     6  groups, gid, uid, umask                                        need CAP_SETGID, CAP_SETUID
//     7  capabilities                                                   the end of the powers
//     8  no_new_privs                                                   exec gives none back
//     9  look: are the five sets, the ids and no_new_privs what was asked for?
//    10  seccomp, if no_new_privs is set                                the last thing before execve
//
// priv-drop takes these steps, and so do bundle-run's init and exec. Not here: the working directory and the
// environment, which the caller knows better.                                 Next: tools/priv-drop, then bundle-run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "concepts/capabilities.hpp"
#include "concepts/seccomp.hpp"
#include "oci/config.hpp"
#include "sys/procfs.hpp"

namespace bell::steps {

struct Drop {
    std::optional<oci::User> user;  ///< unset: stay who we are
    std::optional<oci::Capabilities> capabilities;
    bool no_new_privileges = false;
    std::vector<oci::Rlimit> rlimits;
    std::optional<std::int64_t> oom_score_adj;
    std::optional<oci::Scheduler> scheduler;
    std::optional<oci::IoPriority> io_priority;
    std::optional<std::string> cpus;
    std::optional<oci::Personality> personality;
    std::optional<oci::MemoryPolicy> memory_policy;
    std::optional<std::string> apparmor_profile;
    std::optional<std::string> selinux_label;
    std::optional<oci::Seccomp> seccomp;
    seccomp::Filter::HandOver hand_over_listener;  ///< for SCMP_ACT_NOTIFY; unset: nobody answers
    /// It will be done in a new user namespace, where all powers are there to grant: a dry run can't see them.
    bool in_new_user_namespace = false;

    /// What a config asks of its process. `linux` may be null. The CPUs stay unset: execCPUAffinity isn't for the first
    /// process but for those that `exec` adds (config.md#linux-process), which sets `cpus` to its `final`.
    static Drop of(const oci::Process& process, const oci::Linux* linux);

    /// Whether apply() needs a Procfs.
    [[nodiscard]] bool needs_proc() const;

    /// Validates all of it and compiles the seccomp profile: slow and harmless, to be done early. Changes nothing.
    void prepare();
    /// Steps 1 to 9. `proc` may be null if needs_proc() says so. An init that waits does these first: whoever creates
    /// it is told what is refused, and what waits has no power left.
    void apply(const sys::Procfs* proc);
    /// Step 10, silently (apply() has told it): nothing but execve may follow.
    void finish();

private:
    void prefer(const sys::Procfs* proc) const;
    void label(const sys::Procfs* proc) const;
    void limit() const;
    void load_early(const std::optional<capabilities::Sets>& sets);
    void become(const std::optional<capabilities::Sets>& sets);

    std::optional<seccomp::Filter> filter_;
    bool bounding_dropped_ = false;
};

}  // namespace bell::steps
