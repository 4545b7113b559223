// seccomp.hpp - which system calls may still be made.                                                          Lesson
// 09
//
// A filter is a small program (classic BPF) that the kernel runs before every system call of this process and of all
// that come from it, for ever. It sees the call's number, the architecture and the six arguments (not what pointers
// point to), and answers: allow, fail with an errno, kill, ask somebody, ... Several filters stack; the strictest wins.
//
// Numbers differ between architectures, and a 64-bit x86 kernel also takes 32-bit (i386) and x32 calls: a filter that
// checks one architecture is no filter (podman's CVE-2026-123876). So every architecture this machine runs natively
// gets the same rules, listed by the profile or not, and a call from any other one kills the process.
//
// With SCMP_ACT_NOTIFY the kernel asks an agent, another process, which holds the filter's listener; and the agent must
// get it from a process that the filter is on already. So such a profile becomes two filters. The first only asks (and
// allows all else): its listener is handed over while everything else may still be called. The second has the other
// rules, and allows what the first asks about. The strictest answer counts, and asking is stricter than allowing:
// together they are the profile.
//
// compile() is slow (libseccomp, some ms for a profile of 300 calls) and needs no privileges: do it early. load() is
// one seccomp(2) and comes last. Without no_new_privs it needs CAP_SYS_ADMIN, and comes before that is dropped.
//
// seccomp(2), seccomp_unotify(2), config-linux.md#seccomp. Next: seccomp_words.hpp, seccomp_program.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "oci/linux.hpp"

namespace bell::seccomp {

class Filter {
public:
    /// Throws for what the profile gets wrong: unknown actions, operators, flags, architectures, and an
    /// errno that is none. Names of calls that libseccomp doesn't know are passed over, and noted.
    static Filter compile(const oci::Seccomp& profile);

    /// What takes the listener, from the process with the filter to the agent. It may make any call but those asked
    /// about.
    using HandOver = std::function<void(const Fd& listener)>;

    /// Tells what load() is about to do. After load() nothing can be told that the filter might not allow.
    void announce() const;
    /// One seccomp(2), or two if the profile has an action SCMP_ACT_NOTIFY. Without `hand_over` nobody answers: the
    /// calls asked about fail with ENOSYS.
    void load(const HandOver& hand_over) const;

    /// The BPF program, eight bytes an instruction (struct sock_filter); and the one that asks, empty if none does.
    [[nodiscard]] const std::vector<std::uint64_t>& program() const { return rules_.program; }
    [[nodiscard]] const std::vector<std::uint64_t>& asking_program() const { return questions_.program; }
    [[nodiscard]] bool notifies() const { return !questions_.program.empty(); }
    [[nodiscard]] const std::vector<std::string>& unknown_calls() const { return unknown_calls_; }

    /// Calls for which two rules disagree: the first counts, as in runc and crun.
    [[nodiscard]] const std::vector<std::string>& contradictions() const { return contradictions_; }

private:
    struct Stage {
        std::vector<std::uint64_t> program;
        unsigned flags = 0;
        std::string flag_words;
        void add_flag(unsigned flag, std::string_view word);
    };
    void add_flags(const std::vector<std::string>& names);

    Stage questions_;
    Stage rules_;
    std::vector<std::string> unknown_calls_;
    std::vector<std::string> contradictions_;
};

}  // namespace bell::seccomp
