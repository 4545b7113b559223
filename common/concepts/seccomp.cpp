// seccomp.cpp - see seccomp.hpp.
#include "concepts/seccomp.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/seccomp_program.hpp"
#include "concepts/seccomp_questions.hpp"
#include "concepts/seccomp_words.hpp"
#include "sys/file.hpp"
#include "sys/seccomp.hpp"

namespace bell::seccomp {
namespace {

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

[[noreturn]] void refuse(std::string_view what, int negative_errno) {
    throw Error::bad(text::cat("seccomp: ", what, ": ", std::strerror(-negative_errno)));
}

// A context for one architecture alone: see seccomp_program.hpp.
Context new_context(std::uint32_t default_action, std::uint32_t architecture) {
    // What may be compiled doesn't depend on this kernel; whether it can be loaded, load() will tell.
    (void)seccomp_api_set(6);
    Context context(seccomp_init(default_action), &seccomp_release);
    if (!context) throw Error::bad("seccomp: libseccomp refuses this default action");
    const auto must = [](int result) {
        if (result < 0) refuse("preparing a filter", result);
    };
    must(seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    // A binary tree: a long list would be walked at every system call.
    must(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    if (architecture == seccomp_arch_native()) return context;
    must(seccomp_arch_remove(context.get(), seccomp_arch_native()));
    must(seccomp_arch_add(context.get(), architecture));
    return context;
}

// The native one first: it is asked for most. Without a list it is the only one, as in runc: calls of its siblings
// kill.
std::vector<std::uint32_t> architectures_of(const oci::Seccomp& profile) {
    std::vector<std::uint32_t> out;
    for (const std::string& name : profile.architectures) {
        const std::uint32_t value = architecture(name);
        if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
    }
    const std::uint32_t native = seccomp_arch_native();
    if (out.empty()) return {native};
    const auto found = std::find(out.begin(), out.end(), native);
    if (found == out.end())
        throw Error::bad("seccomp: the profile's architectures leave out this machine's",
                         "every program would be killed by its first system call");
    std::rotate(out.begin(), found, found + 1);
    return out;
}

std::vector<scmp_arg_cmp> comparisons(const std::vector<oci::SeccompArg>& arguments) {
    std::vector<scmp_arg_cmp> out;
    for (const oci::SeccompArg& argument : arguments) {
        if (argument.index > 5)
            throw Error::bad(text::cat("seccomp argument index ", argument.index, ": a system call has 0 to 5"));
        const auto compare = static_cast<scmp_compare>(comparison(argument.op));
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

void add_rules(const Context& context, const oci::SeccompSyscall& rule, std::uint32_t wanted) {
    const std::vector<scmp_arg_cmp> conditions = comparisons(rule.args);
    for (const std::string& name : rule.names) {
        const int number = seccomp_syscall_resolve_name(name.c_str());
        if (number == __NR_SCMP_ERROR) continue;
        if (!index_comes_twice(conditions)) {
            add_rule(context, name, wanted, number, conditions);
            continue;
        }
        // libseccomp takes one condition an argument; several on the same one are alternatives, as in runc.
        for (const scmp_arg_cmp& each : conditions) add_rule(context, name, wanted, number, {each});
    }
}

// The largest number that the profile names, but no less than the last of the old ones; x32 numbers have bit 30.
std::uint32_t largest_number(const oci::Seccomp& profile, std::uint32_t architecture) {
    constexpr std::uint32_t last_old_number = 423;
    std::uint32_t largest = last_old_number | (architecture == SCMP_ARCH_X32 ? 0x40000000u : 0u);
    for (const oci::SeccompSyscall& rule : profile.syscalls)
        for (const std::string& name : rule.names) {
            const int number = seccomp_syscall_resolve_name_arch(architecture, name.c_str());
            if (number > 0) largest = std::max(largest, static_cast<std::uint32_t>(number));
        }
    return largest;
}

Program exported(const Context& context) {
    const Fd file{memfd_create("seccomp", MFD_CLOEXEC)};
    if (!file) throw Error::os("memfd_create", "seccomp", errno);
    if (const int result = seccomp_export_bpf(context.get(), file.get()); result < 0) refuse("export", result);
    if (lseek(file.get(), 0, SEEK_SET) < 0) throw Error::os("lseek", "seccomp", errno);
    const std::string bytes = sys::read_all(file.get(), "seccomp");
    Program program(bytes.size() / sizeof(std::uint64_t));
    std::memcpy(program.data(), bytes.data(), program.size() * sizeof(std::uint64_t));
    return program;
}

Part compile_for(std::uint32_t architecture, const oci::Seccomp& profile, std::uint32_t default_action) {
    const Context context = new_context(default_action, architecture);
    for (const oci::SeccompSyscall& rule : profile.syscalls) {
        const std::uint32_t wanted = action(rule.action, rule.errnoRet);
        if (wanted != default_action) add_rules(context, rule, wanted);
    }
    Part part{architecture, {}, {}, exported(context)};
    const bool is_x86_64 = architecture == SCMP_ARCH_X86_64 || architecture == SCMP_ARCH_X32;
    if (is_x86_64) part.x32 = architecture == SCMP_ARCH_X32;
    if (is_x86_64) part.architecture = SCMP_ARCH_X86_64;
    const bool refuses = (default_action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
    if (refuses && default_action != SCMP_ACT_ERRNO(ENOSYS)) part.largest = largest_number(profile, architecture);
    return part;
}

// Calls with two rules without conditions that disagree. libseccomp takes the first and says nothing, so runc, crun and
// we do; podman's own profile has such a pair (setns). A refusal behind a long list of what is allowed does nothing.
std::vector<std::string> contradictory(const oci::Seccomp& profile) {
    std::map<std::string_view, std::uint32_t> first;
    std::vector<std::string> out;
    for (const oci::SeccompSyscall& rule : profile.syscalls) {
        if (!rule.args.empty()) continue;
        const std::uint32_t wanted = action(rule.action, rule.errnoRet);
        for (const std::string& name : rule.names)
            if (first.emplace(name, wanted).first->second != wanted) out.push_back(name);
    }
    return out;
}

// What libseccomp would not find, or not explain.
void validate(const oci::Seccomp& profile) {
    if (action(profile.defaultAction, profile.defaultErrnoRet) == SCMP_ACT_NOTIFY)
        throw Error::bad("seccomp: SCMP_ACT_NOTIFY cannot be used as default action",
                         "nobody could answer the first call");
    for (const oci::SeccompSyscall& rule : profile.syscalls) {
        if (rule.names.empty()) throw Error::bad("seccomp: a rule names no system call");
        (void)action(rule.action, rule.errnoRet);
        (void)comparisons(rule.args);
        // By the first the agent is introduced; the second is refused by runc, so that nobody relies on it.
        for (const char* name : {"sendmsg", "write"})
            if (rule.action == "SCMP_ACT_NOTIFY" &&
                std::find(rule.names.begin(), rule.names.end(), name) != rule.names.end())
                throw Error::bad(text::cat("seccomp: SCMP_ACT_NOTIFY cannot be used for the ", name, " syscall"),
                                 "the runtime itself needs it until the program runs");
    }
}

std::vector<std::string> unresolved(const oci::Seccomp& profile) {
    std::vector<std::string> out;
    for (const oci::SeccompSyscall& rule : profile.syscalls)
        for (const std::string& name : rule.names)
            if (seccomp_syscall_resolve_name(name.c_str()) == __NR_SCMP_ERROR) out.push_back(name);
    return out;
}

Program compile_all(const oci::Seccomp& profile) {
    const std::uint32_t default_action = action(profile.defaultAction, profile.defaultErrnoRet);
    std::vector<Part> parts;
    for (const std::uint32_t architecture : architectures_of(profile))
        parts.push_back(compile_for(architecture, profile, default_action));
    Program program = join(parts);
    if (program.size() > BPF_MAXINSNS)
        throw Error::bad(
            text::cat("seccomp: the filter has ", program.size(), " instructions, the kernel takes ", BPF_MAXINSNS));
    return program;
}

}  // namespace

Filter Filter::compile(const oci::Seccomp& profile) {
    validate(profile);
    Filter filter;
    filter.unknown_calls_ = unresolved(profile);
    filter.contradictions_ = contradictory(profile);
    if (!asks(profile)) {
        filter.rules_.program = compile_all(profile);
    } else {
        const Questions split = separate(profile);
        filter.questions_.program = compile_all(split.questions);
        filter.rules_.program = compile_all(split.rules);
    }
    filter.add_flags(profile.flags);
    return filter;
}

// Waiting for an agent is a matter of the filter that asks; without one the kernel refuses the flag. Other threads,
// which TSYNC is about, there are none.
void Filter::add_flags(const std::vector<std::string>& names) {
    if (notifies()) questions_.add_flag(SECCOMP_FILTER_FLAG_NEW_LISTENER, "NEW_LISTENER");
    for (const std::string& name : names) {
        const unsigned bit = flag(name);
        const std::string_view word = std::string_view(name).substr(20);
        const bool waits = bit == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        if (notifies() && bit != SECCOMP_FILTER_FLAG_TSYNC) questions_.add_flag(bit, word);
        if (!waits) rules_.add_flag(bit, word);
    }
}

void Filter::Stage::add_flag(unsigned flag, std::string_view word) {
    flags |= flag;
    flag_words += text::cat(flag_words.empty() ? "" : "|", word);
}

void Filter::announce() const {
    if (!unknown_calls_.empty())
        narrate::note(text::cat("unknown here and passed over: ", text::join(unknown_calls_, " ")));
    if (!contradictions_.empty())
        narrate::note(text::cat("two rules disagree, the first counts: ", text::join(contradictions_, " ")));
    if (notifies()) sys::announce_filter(questions_.program.size(), questions_.flag_words);
    sys::announce_filter(rules_.program.size(), rules_.flag_words);
}

void Filter::load(const HandOver& hand_over) const {
    if (notifies()) {
        const Fd listener = sys::load_filter(questions_.program, questions_.flags);
        if (hand_over && listener) hand_over(listener);
    }
    (void)sys::load_filter(rules_.program, rules_.flags);
}

}  // namespace bell::seccomp
