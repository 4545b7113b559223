// seccomp_questions.cpp - see seccomp_questions.hpp.
#include "concepts/seccomp_questions.hpp"

#include <algorithm>
#include <map>

#include "concepts/seccomp_words.hpp"

namespace bell::seccomp {
namespace {

// Of the rules for one call one without conditions replaces all others, and the first such counts. In two filters each
// rule would count: those that don't are left out beforehand.
oci::Seccomp without_replaced(oci::Seccomp profile) {
    const std::uint32_t default_action = action(profile.defaultAction, profile.defaultErrnoRet);
    std::map<std::string, std::size_t> counts;
    const auto has_effect = [&](const oci::SeccompSyscall& rule) {
        return action(rule.action, rule.errnoRet) != default_action;
    };
    for (std::size_t i = 0; i < profile.syscalls.size(); ++i)
        for (const std::string& name : profile.syscalls[i].names)
            if (profile.syscalls[i].args.empty() && has_effect(profile.syscalls[i])) counts.emplace(name, i);
    for (std::size_t i = 0; i < profile.syscalls.size(); ++i)
        std::erase_if(profile.syscalls[i].names, [&](const std::string& name) {
            const auto found = counts.find(name);
            return found != counts.end() && found->second != i;
        });
    return profile;
}

bool is_question(const oci::SeccompSyscall& rule) { return rule.action == "SCMP_ACT_NOTIFY"; }

// The questions alone, with all else allowed.
oci::Seccomp questions_of(oci::Seccomp profile) {
    profile.defaultAction = "SCMP_ACT_ALLOW";
    profile.defaultErrnoRet.reset();
    std::erase_if(profile.syscalls, [](const oci::SeccompSyscall& rule) { return !is_question(rule); });
    return profile;
}

// The rest, with what is asked about allowed.
oci::Seccomp rules_of(oci::Seccomp profile) {
    for (oci::SeccompSyscall& rule : profile.syscalls)
        if (is_question(rule)) rule.action = "SCMP_ACT_ALLOW";
    return profile;
}

}  // namespace

bool asks(const oci::Seccomp& profile) {
    return std::any_of(profile.syscalls.begin(), profile.syscalls.end(), is_question);
}

Questions separate(const oci::Seccomp& profile) {
    const oci::Seccomp counting = without_replaced(profile);
    return {questions_of(counting), rules_of(counting)};
}

}  // namespace bell::seccomp
