// seccomp.cpp - see seccomp.hpp.
#include "concepts/seccomp.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/seccomp.hpp"

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

// An action with the errno (or, for a tracer, the message) that belongs to it: EPERM unless the profile says otherwise.
std::uint32_t action(const std::string& name, std::optional<std::uint32_t> errno_value) {
    constexpr std::uint32_t largest_errno = 4095;
    const std::uint32_t base = find(actions, name, "action");
    const bool takes_errno = base == SCMP_ACT_ERRNO(0);
    if (!takes_errno && base != SCMP_ACT_TRACE(0)) return base;
    const std::uint32_t value = errno_value.value_or(EPERM);
    if (value > (takes_errno ? largest_errno : 0xffff))
        throw Error::bad(text::cat("seccomp action ", name, ": ", value, " is no errno"), "errno(3) lists them");
    return base | value;
}

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

[[noreturn]] void refuse(std::string_view what, int negative_errno) {
    throw Error::bad(text::cat("seccomp: ", what, ": ", std::strerror(-negative_errno)));
}

Context new_context(std::uint32_t default_action) {
    // What may be compiled doesn't depend on this kernel; whether it can be loaded, load() will tell.
    (void)seccomp_api_set(6);
    Context context(seccomp_init(default_action), &seccomp_release);
    if (!context) throw Error::bad("seccomp: libseccomp refuses this default action");
    const auto set = [&](scmp_filter_attr attribute, std::uint32_t value) {
        if (const int result = seccomp_attr_set(context.get(), attribute, value); result < 0)
            refuse("attribute", result);
    };
    set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    set(SCMP_FLTATR_CTL_NNP, 0);
    set(SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree: a long list would be walked at every system call
    return context;
}

// Without a list the native architecture, which the context has already; with one exactly those.
void set_architectures(const Context& context, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return;
    bool native = false;
    for (const std::string& name : wanted) {
        const std::uint32_t architecture = find(architectures, name, "architecture");
        native = native || architecture == seccomp_arch_native();
        const int result = seccomp_arch_add(context.get(), architecture);
        if (result < 0 && result != -EEXIST) refuse(name, result);
    }
    if (!native)
        throw Error::bad("seccomp: the profile's architectures leave out this machine's",
                         "every program would be killed by its first system call");
}

std::vector<scmp_arg_cmp> comparisons(const std::vector<oci::SeccompArg>& arguments) {
    std::vector<scmp_arg_cmp> out;
    for (const oci::SeccompArg& argument : arguments) {
        if (argument.index > 5)
            throw Error::bad(text::cat("seccomp argument index ", argument.index, ": a system call has 0 to 5"));
        const auto compare = static_cast<scmp_compare>(find(operators, argument.op, "operator"));
        // For MASKED_EQ `value` is the mask and `valueTwo` what is left under it.
        out.push_back({argument.index, compare, argument.value, argument.valueTwo.value_or(0)});
    }
    return out;
}

bool index_comes_twice(const std::vector<scmp_arg_cmp>& comparisons) {
    unsigned seen = 0;
    for (const scmp_arg_cmp& each : comparisons) {
        if ((seen >> each.arg & 1u) != 0) return true;
        seen |= 1u << each.arg;
    }
    return false;
}

void add_rule(const Context& context, const std::string& name, std::uint32_t wanted, int number,
              const std::vector<scmp_arg_cmp>& conditions) {
    const int result = seccomp_rule_add_array(context.get(), wanted, number, static_cast<unsigned>(conditions.size()),
                                              conditions.data());
    if (result == -EEXIST)
        throw Error::bad(text::cat("seccomp: rules for ", text::printable(name), " contradict each other"));
    if (result < 0) refuse(text::cat("rule for ", text::printable(name)), result);
}

std::vector<std::uint64_t> exported(const Context& context) {
    const Fd file{memfd_create("seccomp", MFD_CLOEXEC)};
    if (!file) throw Error::os("memfd_create", "seccomp", errno);
    if (const int result = seccomp_export_bpf(context.get(), file.get()); result < 0) refuse("export", result);
    if (lseek(file.get(), 0, SEEK_SET) < 0) throw Error::os("lseek", "seccomp", errno);
    const std::string bytes = sys::read_all(file.get(), "seccomp");
    std::vector<std::uint64_t> program(bytes.size() / sizeof(std::uint64_t));
    std::memcpy(program.data(), bytes.data(), program.size() * sizeof(std::uint64_t));
    return program;
}

}  // namespace

Filter Filter::compile(const oci::Seccomp& profile) {
    Filter filter;
    const std::uint32_t default_action = action(profile.defaultAction, profile.defaultErrnoRet);
    if (default_action == SCMP_ACT_NOTIFY)
        throw Error::bad("seccomp: SCMP_ACT_NOTIFY can't be the default action", "nobody could answer the first call");
    const Context context = new_context(default_action);
    set_architectures(context, profile.architectures);
    for (const oci::SeccompSyscall& rule : profile.syscalls) {
        const std::uint32_t wanted = action(rule.action, rule.errnoRet);
        const std::vector<scmp_arg_cmp> conditions = comparisons(rule.args);
        if (wanted == default_action) continue;
        filter.notifies_ = filter.notifies_ || wanted == SCMP_ACT_NOTIFY;
        for (const std::string& name : rule.names) {
            const int number = seccomp_syscall_resolve_name(name.c_str());
            if (number == __NR_SCMP_ERROR) {
                filter.unknown_calls_.push_back(name);
            } else if (index_comes_twice(conditions)) {
                // libseccomp takes one condition an argument; several on the same one are alternatives, as in runc.
                for (const scmp_arg_cmp& each : conditions) add_rule(context, name, wanted, number, {each});
            } else {
                add_rule(context, name, wanted, number, conditions);
            }
        }
    }
    for (const std::string& name : profile.flags) {
        filter.flags_ |= find(flags, name, "flag");
        filter.flag_words_ += text::cat(filter.flag_words_.empty() ? "" : "|", name.substr(20));
    }
    if (filter.notifies_) {
        filter.flags_ |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
        filter.flag_words_ += text::cat(filter.flag_words_.empty() ? "" : "|", "NEW_LISTENER");
        if ((filter.flags_ & SECCOMP_FILTER_FLAG_TSYNC) != 0) filter.flags_ |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    }
    filter.program_ = exported(context);
    return filter;
}

void Filter::announce() const {
    if (!unknown_calls_.empty())
        narrate::note(text::cat(unknown_calls_.size(),
                                " calls have no number on this system: ", text::join(unknown_calls_, " ")));
    sys::announce_filter(program_.size(), flag_words_);
}

Fd Filter::load() const { return sys::load_filter(program_, flags_); }

std::vector<std::string> known_actions() { return names(actions); }
std::vector<std::string> known_operators() { return names(operators); }
std::vector<std::string> known_architectures() { return names(architectures); }
std::vector<std::string> known_flags() { return names(flags); }

}  // namespace bell::seccomp
