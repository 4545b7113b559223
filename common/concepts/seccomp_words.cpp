// seccomp_words.cpp - see seccomp_words.hpp.
#include "concepts/seccomp_words.hpp"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::seccomp {
namespace {

struct Word {
    std::string_view name;
    std::uint32_t value;
};

constexpr std::array actions = {
    Word{"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
    Word{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
    Word{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
    Word{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
    Word{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)},
    Word{"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0)},
    Word{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
    Word{"SCMP_ACT_LOG", SCMP_ACT_LOG},
    Word{"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY},
};
constexpr std::array operators = {
    Word{"SCMP_CMP_NE", SCMP_CMP_NE},
    Word{"SCMP_CMP_LT", SCMP_CMP_LT},
    Word{"SCMP_CMP_LE", SCMP_CMP_LE},
    Word{"SCMP_CMP_EQ", SCMP_CMP_EQ},
    Word{"SCMP_CMP_GE", SCMP_CMP_GE},
    Word{"SCMP_CMP_GT", SCMP_CMP_GT},
    Word{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};
constexpr std::array architectures = {
    Word{"SCMP_ARCH_X86", SCMP_ARCH_X86},
    Word{"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
    Word{"SCMP_ARCH_X32", SCMP_ARCH_X32},
    Word{"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
    Word{"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
    Word{"SCMP_ARCH_MIPS", SCMP_ARCH_MIPS},
    Word{"SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64},
    Word{"SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32},
    Word{"SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL},
    Word{"SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64},
    Word{"SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32},
    Word{"SCMP_ARCH_PPC", SCMP_ARCH_PPC},
    Word{"SCMP_ARCH_PPC64", SCMP_ARCH_PPC64},
    Word{"SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE},
    Word{"SCMP_ARCH_S390", SCMP_ARCH_S390},
    Word{"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
    Word{"SCMP_ARCH_PARISC", SCMP_ARCH_PARISC},
    Word{"SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64},
    Word{"SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64},
};
constexpr std::array flags = {
    Word{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    Word{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    Word{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    Word{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1u << 5},  // since Linux 5.19
};

template <std::size_t Size>
std::vector<std::string> names(const std::array<Word, Size>& table) {
    std::vector<std::string> out;
    for (const Word& word : table) out.emplace_back(word.name);
    return out;
}

template <std::size_t Size>
std::uint32_t find(const std::array<Word, Size>& table, const std::string& name, std::string_view what) {
    for (const Word& word : table)
        if (word.name == name) return word.value;
    throw Error::bad(
        text::cat("seccomp ", what, " ", text::printable(name), ": unknown", text::did_you_mean(name, names(table))));
}

}  // namespace

std::uint32_t action(const std::string& name, std::optional<std::uint32_t> errno_value) {
    constexpr std::uint32_t largest_errno = 4095;
    const std::uint32_t base = find(actions, name, "action");
    const bool takes_errno = base == SCMP_ACT_ERRNO(0);
    if (!takes_errno && base != SCMP_ACT_TRACE(0)) {
        if (errno_value)
            throw Error::bad(text::cat("seccomp action ", name, ": takes no errno"),
                             "SCMP_ACT_ERRNO and SCMP_ACT_TRACE do");
        return base;
    }
    const std::uint32_t value = errno_value.value_or(EPERM);
    if (value > (takes_errno ? largest_errno : 0xffff))
        throw Error::bad(text::cat("seccomp action ", name, ": ", value, " is no errno"), "errno(3) lists them");
    return base | value;
}

std::uint32_t comparison(const std::string& name) { return find(operators, name, "operator"); }
std::uint32_t architecture(const std::string& name) { return find(architectures, name, "architecture"); }
std::uint32_t flag(const std::string& name) { return find(flags, name, "flag"); }

std::vector<std::string> known_actions() { return names(actions); }
std::vector<std::string> known_operators() { return names(operators); }
std::vector<std::string> known_architectures() { return names(architectures); }
std::vector<std::string> known_flags() { return names(flags); }

// Asked without a filter: EFAULT says that only the filter is wrong, EINVAL that the flag is.
std::vector<std::string> flags_of_this_kernel() {
    std::vector<std::string> out;
    for (const Word& word : flags) {
        // This flag has a meaning only beside that of a listener.
        const bool of_listener = word.name.ends_with("_RECV");
        const unsigned asked = word.value | (of_listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
        if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, asked, nullptr) < 0 && errno == EFAULT)
            out.emplace_back(word.name);
    }
    return out;
}

}  // namespace bell::seccomp
