// seccomp_profile.cpp - see seccomp_profile.hpp.
#include "oci/seccomp_profile.hpp"

#include <algorithm>
#include <array>

#include "oci/document.hpp"
#include "oci/fields.hpp"
#include "oci/json.hpp"

namespace bell::oci {
namespace {

struct Condition {
    std::vector<std::string> arches;
    std::vector<std::string> caps;
    std::optional<std::string> minKernel;
};

struct ProfileRule {
    std::vector<std::string> names;
    std::optional<std::string> name;  // before 2017
    SeccompSyscall rule;
    Condition includes;
    Condition excludes;
};

struct ArchitectureMap {
    std::string architecture;
    std::vector<std::string> subArchitectures;
};

struct Profile {
    Seccomp plain;
    std::vector<ArchitectureMap> archMap;
    std::vector<ProfileRule> syscalls;
};

void fields(auto& visit, Is<Condition> auto& it) {
    visit.field("arches", it.arches);
    visit.field("caps", it.caps);
    visit.field("minKernel", it.minKernel);
}

void fields(auto& visit, Is<ProfileRule> auto& it) {
    visit.field("names", it.names);
    visit.field("name", it.name);
    visit.required("action", it.rule.action);
    visit.field("errnoRet", it.rule.errnoRet);
    visit.field("args", it.rule.args);
    visit.field("includes", it.includes);
    visit.field("excludes", it.excludes);
}

void fields(auto& visit, Is<ArchitectureMap> auto& it) {
    visit.required("architecture", it.architecture);
    visit.field("subArchitectures", it.subArchitectures);
}

void fields(auto& visit, Is<Profile> auto& it) {
    visit.required("defaultAction", it.plain.defaultAction);
    visit.field("defaultErrnoRet", it.plain.defaultErrnoRet);
    visit.field("architectures", it.plain.architectures);
    visit.field("archMap", it.archMap);
    visit.field("flags", it.plain.flags);
    visit.field("listenerPath", it.plain.listenerPath);
    visit.field("listenerMetadata", it.plain.listenerMetadata);
    visit.field("syscalls", it.syscalls);
}

// What one machine is called by uname, by engines and by libseccomp.
struct Machine {
    std::string_view uname, engine, seccomp;
};
constexpr std::array machines = {
    Machine{"x86_64", "amd64", "SCMP_ARCH_X86_64"},
    Machine{"aarch64", "arm64", "SCMP_ARCH_AARCH64"},
    Machine{"i686", "x86", "SCMP_ARCH_X86"},
    Machine{"armv7l", "arm", "SCMP_ARCH_ARM"},
    Machine{"ppc64le", "ppc64le", "SCMP_ARCH_PPC64LE"},
    Machine{"s390x", "s390x", "SCMP_ARCH_S390X"},
    Machine{"riscv64", "riscv64", "SCMP_ARCH_RISCV64"},
    Machine{"mips64", "mips64", "SCMP_ARCH_MIPS64"},
};

const Machine& machine_of(const ProfileHost& host) {
    static constexpr Machine unknown{};
    const auto* found =
        std::find_if(machines.begin(), machines.end(), [&](const Machine& each) { return each.uname == host.machine; });
    return found == machines.end() ? unknown : *found;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// The names of architectures in conditions are the engines', and the sub-architectures' ("x32") count too.
bool is_on(const std::vector<std::string>& arches, const Machine& machine) {
    const bool x86 = machine.engine == "amd64";
    return contains(arches, machine.engine) || (x86 && (contains(arches, "x32") || contains(arches, "x86")));
}

bool holds(const ProfileRule& rule, const ProfileHost& host) {
    const Machine& machine = machine_of(host);
    const auto held = [&](const std::string& capability) { return contains(host.capabilities, capability); };
    const Condition& in = rule.includes;
    const Condition& out = rule.excludes;
    if (contains(out.arches, machine.engine)) return false;
    if (std::any_of(out.caps.begin(), out.caps.end(), held)) return false;
    if (out.minKernel && kernel_is_at_least(host.release, *out.minKernel)) return false;
    if (!in.arches.empty() && !is_on(in.arches, machine)) return false;
    if (!std::all_of(in.caps.begin(), in.caps.end(), held)) return false;
    return !in.minKernel || kernel_is_at_least(host.release, *in.minKernel);
}

}  // namespace

bool kernel_is_at_least(const std::string& release, const std::string& wanted) {
    const auto numbers = [](const std::string& version) {
        const std::vector<std::string> part = text::split(version, '.');
        const auto digits = [](const std::string& word) {
            return text::number<unsigned>(word.substr(0, word.find_first_not_of("0123456789"))).value_or(0);
        };
        return std::pair(digits(part[0]), part.size() > 1 ? digits(part[1]) : 0u);
    };
    return numbers(release) >= numbers(wanted);
}

Seccomp parse_seccomp_profile(const std::string& json, const std::string& name, const ProfileHost& host) {
    check_budget(json, name);
    Profile profile = read_document<Profile>(json, name);
    Seccomp out = std::move(profile.plain);
    for (ArchitectureMap& each : profile.archMap) {
        if (each.architecture != machine_of(host).seccomp || !out.architectures.empty()) continue;
        out.architectures = std::move(each.subArchitectures);
        out.architectures.insert(out.architectures.begin(), each.architecture);
    }
    for (ProfileRule& each : profile.syscalls) {
        if (!holds(each, host)) continue;
        SeccompSyscall rule = std::move(each.rule);
        rule.names = std::move(each.names);
        if (each.name) rule.names.push_back(*each.name);
        if (rule.names.empty()) throw Error::bad(text::cat(name, ": /syscalls: a rule without names"));
        out.syscalls.push_back(std::move(rule));
    }
    return out;
}

}  // namespace bell::oci
