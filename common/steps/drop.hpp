// drop.hpp - giving up power, in the one order that works.                                                     Lesson 09
//
// Each concept below needs a right that a later one takes away:
//
//     1  rlimits, oom score, scheduler, io priority, CPUs, personality   need CAP_SYS_RESOURCE, CAP_SYS_NICE
//     2  labels                                                         wants a /proc that is ours
//     3  bounding set                                                   needs CAP_SETPCAP
//     4  seccomp, if no_new_privs is not asked for                      needs CAP_SYS_ADMIN
//     5  groups, gid, uid, umask                                        need CAP_SETGID, CAP_SETUID
//     6  capabilities                                                   the end of the powers
//     7  no_new_privs                                                   exec gives none back
//     8  look: are the five sets, the ids and no_new_privs what was asked for?
//     9  seccomp, if no_new_privs is set                                the last thing before execve
//
// priv-drop takes these steps, and so do bundle-run's init and exec. Not here: the working directory and the
// environment, which the caller knows better.                                 Next: tools/priv-drop, then bundle-run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
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

    /// What a config asks of its process. `linux` may be null. CPUs are those of execCPUAffinity's `final`.
    static Drop of(const oci::Process& process, const oci::Linux* linux);

    /// Whether apply() needs a Procfs.
    [[nodiscard]] bool needs_proc() const;

    /// Validates all of it and compiles the seccomp profile: slow and harmless, to be done early. Changes nothing.
    void prepare();
    /// Steps 1 to 8. `proc` may be null if needs_proc() says so.
    void apply(const sys::Procfs* proc);
    /// Step 9, silently (apply() has told it): nothing but execve may follow. The seccomp listener, if the profile has
    /// one.
    [[nodiscard]] Fd finish();

private:
    std::optional<seccomp::Filter> filter_;
    Fd listener_;
};

}  // namespace bell::steps
