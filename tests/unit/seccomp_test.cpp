// seccomp_test.cpp - a profile becomes a filter, and the filter says what the profile says.
#include "concepts/seccomp.hpp"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "concepts/seccomp_program.hpp"
#include "concepts/seccomp_words.hpp"
#include "oci/seccomp_profile.hpp"

using namespace bell;

namespace {

// What the kernel would do: runs the program on one call. Seccomp uses these few instructions.
std::uint32_t verdict(const seccomp::Program& program, const seccomp_data& data) {
    std::uint32_t accumulator = 0;
    for (std::size_t at = 0; at < program.size();) {
        const auto step = std::bit_cast<sock_filter>(program[at++]);
        const auto jump = [&](bool condition) { at += condition ? step.jt : step.jf; };
        switch (step.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + step.k, sizeof accumulator);
                break;
            case BPF_ALU | BPF_AND | BPF_K: accumulator &= step.k; break;
            case BPF_JMP | BPF_JA: at += step.k; break;
            case BPF_JMP | BPF_JEQ | BPF_K: jump(accumulator == step.k); break;
            case BPF_JMP | BPF_JGT | BPF_K: jump(accumulator > step.k); break;
            case BPF_JMP | BPF_JGE | BPF_K: jump(accumulator >= step.k); break;
            case BPF_JMP | BPF_JSET | BPF_K: jump((accumulator & step.k) != 0); break;
            case BPF_RET | BPF_K: return step.k;
            default: FAIL("an instruction that isn't expected: ", step.code);
        }
    }
    FAIL("the program has no end");
    return 0;
}

seccomp_data call(long number, std::uint64_t first = 0, std::uint32_t architecture = AUDIT_ARCH_X86_64) {
    return {static_cast<int>(number), architecture, 0, {first, 0, 0, 0, 0, 0}};
}

oci::Seccomp profile(std::string default_action, std::vector<oci::SeccompSyscall> rules) {
    oci::Seccomp out;
    out.defaultAction = std::move(default_action);
    out.syscalls = std::move(rules);
    return out;
}

constexpr std::uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

}  // namespace

#ifdef __x86_64__
TEST_CASE("listed calls get their action, the others the default one") {
    const auto filter =
        seccomp::Filter::compile(profile("SCMP_ACT_ALLOW", {{{"mkdir", "mkdirat"}, "SCMP_ACT_ERRNO", 13, {}},
                                                            {{"reboot"}, "SCMP_ACT_KILL_PROCESS", {}, {}},
                                                            {{"no_such_call"}, "SCMP_ACT_ERRNO", {}, {}}}));
    CHECK(verdict(filter.program(), call(SYS_mkdir)) == (SECCOMP_RET_ERRNO | 13));
    CHECK(verdict(filter.program(), call(SYS_mkdirat)) == (SECCOMP_RET_ERRNO | 13));
    CHECK(verdict(filter.program(), call(SYS_reboot)) == SECCOMP_RET_KILL_PROCESS);
    CHECK(verdict(filter.program(), call(SYS_read)) == SECCOMP_RET_ALLOW);
    CHECK(filter.unknown_calls() == std::vector<std::string>{"no_such_call"});
}

TEST_CASE("a call of another architecture kills, unless the profile lists it") {
    oci::Seccomp rules = profile("SCMP_ACT_ALLOW", {{{"mkdir"}, "SCMP_ACT_ERRNO", {}, {}}});
    const auto native_only = seccomp::Filter::compile(rules);
    CHECK(verdict(native_only.program(), call(20, 0, AUDIT_ARCH_I386)) == SECCOMP_RET_KILL_PROCESS);
    CHECK(verdict(native_only.program(), call(39 | 0x40000000)) == SECCOMP_RET_KILL_PROCESS);
    CHECK(verdict(native_only.program(), call(63, 0, AUDIT_ARCH_AARCH64)) == SECCOMP_RET_KILL_PROCESS);
    rules.architectures = {"SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
    const auto three = seccomp::Filter::compile(rules);
    CHECK(verdict(three.program(), call(SYS_mkdir)) == refused);
    CHECK(verdict(three.program(), call(SYS_mkdir | 0x40000000)) == refused);
    CHECK(verdict(three.program(), call(39, 0, AUDIT_ARCH_I386)) == refused);
    CHECK(verdict(three.program(), call(20, 0, AUDIT_ARCH_I386)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(three.program(), call(63, 0, AUDIT_ARCH_AARCH64)) == SECCOMP_RET_KILL_PROCESS);
}

TEST_CASE("a socket that is refused is refused by i386's socketcall too") {
    oci::Seccomp rules = profile("SCMP_ACT_ALLOW", {{{"socket"}, "SCMP_ACT_ERRNO", {}, {{0, 16, {}, "SCMP_CMP_EQ"}}}});
    rules.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
    const auto filter = seccomp::Filter::compile(rules);
    CHECK(verdict(filter.program(), call(SYS_socket, 16)) == refused);
    CHECK(verdict(filter.program(), call(SYS_socket, 1)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(359, 16, AUDIT_ARCH_I386)) == refused);
    CHECK(verdict(filter.program(), call(102, 1, AUDIT_ARCH_I386)) == refused);
}

TEST_CASE("arguments are compared with every operator, over all 64 bits") {
    struct Case {
        const char* op;
        std::uint64_t value, other, hits, misses;
    };
    constexpr std::uint64_t big = 0x100000005;
    for (const Case& each :
         {Case{"SCMP_CMP_EQ", big, 0, big, 5}, Case{"SCMP_CMP_NE", big, 0, 5, big}, Case{"SCMP_CMP_LT", big, 0, 4, big},
          Case{"SCMP_CMP_LE", big, 0, big, big + 1}, Case{"SCMP_CMP_GT", big, 0, big + 1, big},
          Case{"SCMP_CMP_GE", big, 0, big, 5}, Case{"SCMP_CMP_MASKED_EQ", 0xf0, 0x50, 0x5f, 0x6f}}) {
        CAPTURE(each.op);
        const auto filter = seccomp::Filter::compile(
            profile("SCMP_ACT_ALLOW", {{{"kill"}, "SCMP_ACT_ERRNO", {}, {{0, each.value, each.other, each.op}}}}));
        CHECK(verdict(filter.program(), call(SYS_kill, each.hits)) == refused);
        CHECK(verdict(filter.program(), call(SYS_kill, each.misses)) == SECCOMP_RET_ALLOW);
    }
}

TEST_CASE("several conditions on one argument are alternatives") {
    const auto filter = seccomp::Filter::compile(
        profile("SCMP_ACT_ERRNO",
                {{{"personality"}, "SCMP_ACT_ALLOW", {}, {{0, 0, {}, "SCMP_CMP_EQ"}, {0, 8, {}, "SCMP_CMP_EQ"}}}}));
    CHECK(verdict(filter.program(), call(SYS_personality, 0)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(SYS_personality, 8)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(SYS_personality, 1)) == refused);
}

TEST_CASE("what is newer than the profile doesn't exist") {
    const auto filter =
        seccomp::Filter::compile(profile("SCMP_ACT_ERRNO", {{{"read", "pidfd_open"}, "SCMP_ACT_ALLOW", {}, {}}}));
    CHECK(verdict(filter.program(), call(SYS_rseq)) == refused);
    CHECK(verdict(filter.program(), call(SYS_pidfd_open)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(SYS_pidfd_open - 1)) == refused);
    CHECK(verdict(filter.program(), call(SYS_pidfd_open + 1)) == (SECCOMP_RET_ERRNO | ENOSYS));
    const auto kills = seccomp::Filter::compile(profile("SCMP_ACT_KILL", {{{"read"}, "SCMP_ACT_ALLOW", {}, {}}}));
    CHECK(verdict(kills.program(), call(600)) == SECCOMP_RET_KILL_THREAD);
}
TEST_CASE("of two rules that disagree the first counts, and it is told") {
    const auto filter = seccomp::Filter::compile(profile(
        "SCMP_ACT_ERRNO", {{{"setns", "read"}, "SCMP_ACT_ALLOW", {}, {}}, {{"setns"}, "SCMP_ACT_ERRNO", 13, {}}}));
    CHECK(verdict(filter.program(), call(SYS_setns)) == SECCOMP_RET_ALLOW);
    CHECK(filter.contradictions() == std::vector<std::string>{"setns"});
}
#endif

TEST_CASE("every action is known") {
    for (const std::string& action : seccomp::known_actions()) {
        CAPTURE(action);
        CHECK_NOTHROW(seccomp::Filter::compile(profile("SCMP_ACT_ALLOW", {{{"getpid"}, action, {}, {}}})));
    }
    CHECK(seccomp::Filter::compile(profile("SCMP_ACT_ALLOW", {{{"getpid"}, "SCMP_ACT_NOTIFY", {}, {}}})).notifies());
}

// The strictest of both answers is what the kernel does.
TEST_CASE("a profile that asks is two filters: one asks, the other has the rest") {
    const auto filter = seccomp::Filter::compile(
        profile("SCMP_ACT_ERRNO", {{{"mkdir"}, "SCMP_ACT_NOTIFY", {}, {}}, {{"getpid"}, "SCMP_ACT_ALLOW", {}, {}}}));
    CHECK(verdict(filter.asking_program(), call(SYS_mkdir)) == SECCOMP_RET_USER_NOTIF);
    CHECK(verdict(filter.program(), call(SYS_mkdir)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.asking_program(), call(SYS_getpid)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(SYS_getpid)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.asking_program(), call(SYS_rmdir)) == SECCOMP_RET_ALLOW);
    CHECK(verdict(filter.program(), call(SYS_rmdir)) == refused);
}

TEST_CASE("of two rules for one call the first counts, whichever filter it is in") {
    const auto asks_first = seccomp::Filter::compile(
        profile("SCMP_ACT_ALLOW", {{{"mkdir"}, "SCMP_ACT_NOTIFY", {}, {}}, {{"mkdir"}, "SCMP_ACT_ERRNO", {}, {}}}));
    CHECK(verdict(asks_first.asking_program(), call(SYS_mkdir)) == SECCOMP_RET_USER_NOTIF);
    CHECK(verdict(asks_first.program(), call(SYS_mkdir)) == SECCOMP_RET_ALLOW);
    const auto allows_first = seccomp::Filter::compile(
        profile("SCMP_ACT_ERRNO", {{{"mkdir"}, "SCMP_ACT_ALLOW", {}, {}}, {{"mkdir"}, "SCMP_ACT_NOTIFY", {}, {}}}));
    CHECK(verdict(allows_first.asking_program(), call(SYS_mkdir)) == SECCOMP_RET_ALLOW);
}

TEST_CASE("a profile that is wrong is refused") {
    const auto rule = [](oci::SeccompSyscall each) {
        return seccomp::Filter::compile(profile("SCMP_ACT_ALLOW", {std::move(each)}));
    };
    CHECK_THROWS_AS(seccomp::Filter::compile(profile("SCMP_ACT_FORGIVE", {})), Error);
    CHECK_THROWS_AS(seccomp::Filter::compile(profile("SCMP_ACT_NOTIFY", {})), Error);
    CHECK_THROWS_AS(rule({{"write"}, "SCMP_ACT_NOTIFY", {}, {}}), Error);
    CHECK_THROWS_AS(rule({{"read"}, "ERRNO", {}, {}}), Error);
    CHECK_THROWS_AS(rule({{"read"}, "SCMP_ACT_ERRNO", 4096, {}}), Error);
    CHECK_THROWS_AS(rule({{"read"}, "SCMP_ACT_ERRNO", {}, {{6, 0, {}, "SCMP_CMP_EQ"}}}), Error);
    CHECK_THROWS_AS(rule({{"read"}, "SCMP_ACT_ERRNO", {}, {{0, 0, {}, "EQ"}}}), Error);
    oci::Seccomp flags = profile("SCMP_ACT_ALLOW", {});
    flags.flags = {"SECCOMP_FILTER_FLAG_X"};
    CHECK_THROWS_AS(seccomp::Filter::compile(flags), Error);
    oci::Seccomp foreign = profile("SCMP_ACT_ALLOW", {});
    foreign.architectures = {"SCMP_ARCH_PARISC"};
    CHECK_THROWS_AS(seccomp::Filter::compile(foreign), Error);
}

TEST_CASE("an engine's profile is resolved for this machine") {
    const std::string json = R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,
      "archMap":[{"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]},
                 {"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}],
      "syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":null,"comment":"","includes":{},"excludes":{}},
                  {"names":["bpf"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_BPF"]}},
                  {"names":["mount"],"action":"SCMP_ACT_ALLOW","excludes":{"caps":["CAP_SYS_ADMIN"]}},
                  {"names":["ptrace"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"4.8"}},
                  {"names":["futex2"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"6.2"}},
                  {"names":["arch_prctl"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["amd64","x32"]}},
                  {"names":["breakpoint"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["arm","arm64"]}},
                  {"name":"old","action":"SCMP_ACT_ALLOW"}]})";
    const auto names = [&](std::vector<std::string> capabilities) {
        std::vector<std::string> out;
        const oci::ProfileHost host{"x86_64", "6.1.0-18-amd64", std::move(capabilities)};
        for (const oci::SeccompSyscall& rule : oci::parse_seccomp_profile(json, "profile", host).syscalls)
            out.push_back(rule.names.at(0));
        return out;
    };
    CHECK(names({}) == std::vector<std::string>{"read", "mount", "ptrace", "arch_prctl", "old"});
    CHECK(names({"CAP_SYS_ADMIN", "CAP_BPF"}) ==
          std::vector<std::string>{"read", "bpf", "ptrace", "arch_prctl", "old"});
    const oci::Seccomp plain = oci::parse_seccomp_profile(json, "profile", {"x86_64", "6.1", {}});
    CHECK(plain.architectures == std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"});
    CHECK(plain.defaultErrnoRet == 1u);
}

TEST_CASE("kernel releases are compared by number") {
    CHECK(oci::kernel_is_at_least("6.1.0-18-amd64", "4.8"));
    CHECK(oci::kernel_is_at_least("4.10", "4.8"));
    CHECK_FALSE(oci::kernel_is_at_least("4.7.9", "4.8"));
    CHECK(oci::kernel_is_at_least("5.0-rc1", "5.0"));
}
