// plan_idle.cpp - what a config says in vain: fields nobody knows, fields that do nothing on this host, and those for
// which a run would refuse to go on. See plan.hpp.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/capabilities.hpp"
#include "concepts/namespaces.hpp"
#include "oci/pointers.hpp"
#include "plan.hpp"
#include "plan_checks.hpp"
#include "sys/file.hpp"
#include "validate.hpp"

namespace bell::plan {
namespace {

struct Foreign {
    std::string_view pointer;
    std::string_view platform;
};

constexpr std::array platforms = {
    Foreign{"/windows", "Windows"}, Foreign{"/solaris", "Solaris"}, Foreign{"/vm", "virtual machines"},
    Foreign{"/zos", "z/OS"},        Foreign{"/freebsd", "FreeBSD"}, Foreign{"/process/commandLine", "Windows"},
};

// Fields that the model knows and no step reads: why.
struct Idle {
    std::string_view pointer;
    std::string_view reason;
    std::string_view remedy;
};

constexpr std::array idle_fields = {
    Idle{"/linux/resources/memory/kernel", "Linux 6.1 and later have no such limit; memory/limit counts it",
         "leave it out"},
    Idle{"/linux/resources/memory/checkBeforeUpdate", "it is about changing a limit, not about setting it",
         "leave it out"},
    Idle{"/process/user/username", "it names users of Windows; on Linux ids count", "priv-drop --user UID:GID"},
    Idle{"/process/execCPUAffinity/initial", "it is for programs that exec adds, not for the first",
         "linux.resources.cpu.cpus"},
    Idle{"/process/execCPUAffinity/final", "it is for programs that exec adds, not for the first",
         "linux.resources.cpu.cpus"},
};

const std::vector<std::string>& fields() {
    static const std::vector<std::string> known = oci::known_fields();
    return known;
}

// "/linux/resources/memory/limt": the names that stand beside it in the model.
std::vector<std::string> siblings_of(const std::string& pointer) {
    const std::vector<std::string> part = text::split(pointer, '/');
    std::vector<std::string> out;
    for (const std::string& field : fields()) {
        const std::vector<std::string> theirs = text::split(field, '/');
        if (theirs.size() < part.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i + 1 < part.size(); ++i) same = same && (theirs[i] == "*" || theirs[i] == part[i]);
        if (same && (out.empty() || out.back() != theirs[part.size() - 1])) out.push_back(theirs[part.size() - 1]);
    }
    return out;
}

Warning unknown_field(const std::string& pointer) {
    for (const Foreign& each : platforms)
        if (pointer == each.pointer)
            return {Kind::idle, pointer, text::cat("is for ", each.platform, ": it does nothing on Linux"),
                    "leave it out"};
    const std::string name = pointer.substr(pointer.rfind('/') + 1);
    return {Kind::unknown, pointer,
            text::cat("not a field of runtime-spec 1.3: ignored", text::did_you_mean(name, siblings_of(pointer))),
            "correct its name, or leave it out"};
}

// ---- controllers

bool is_idle_on_v2(const FieldRow& row) { return row.call_v2 == "nothing"; }

// "write memory.max" -> "memory"; empty for calls that write no such file.
std::string controller_of(std::string_view call) {
    if (!call.starts_with("write ") || call.find('.') == std::string_view::npos) return {};
    return std::string(call.substr(6, call.find('.') - 6));
}

std::optional<Warning> without_controller(const Situation& here, const FieldRow& row, const std::string& pointer) {
    const std::string controller = controller_of(row.call);
    if (row.step != Step::budget || controller.empty()) return std::nullopt;
    const bool by_program = controller == "devices" && here.host.is_pure_v2();
    const cgroup::Hierarchy* owner = here.host.owner_of(controller);
    if (!owner && controller == "blkio") owner = here.host.owner_of("io");
    if (!owner && !by_program)
        return Warning{Kind::refused, pointer, text::cat("this host has no cgroup controller '", controller, "'"),
                       "leave it out; 'cgroup-setter --show' lists those there are"};
    if (by_program || owner->version == 1) return std::nullopt;
    if (is_idle_on_v2(row)) return Warning{Kind::idle, pointer, "cgroup v2 has nothing like it", "leave it out"};
    if (row.call_v2 == "refused")
        return Warning{Kind::refused, pointer, "cgroup v2 has nothing like it", "leave it out on this host"};
    return std::nullopt;
}

// ---- security modules

bool runs_module(std::string_view name) {
    const std::string modules = sys::try_read_file("/sys/kernel/security/lsm").value_or("");
    const std::vector<std::string> each = text::split(text::trim(modules), ',');
    if (std::find(each.begin(), each.end(), name) != each.end()) return true;
    // Where securityfs isn't mounted (and isn't readable to all) the modules show themselves.
    struct stat found {};
    return name == "apparmor"
               ? ::stat("/sys/module/apparmor/parameters/enabled", &found) == 0 &&
                     sys::try_read_file("/sys/module/apparmor/parameters/enabled").value_or("N")[0] == 'Y'
               : ::stat("/sys/fs/selinux/enforce", &found) == 0;
}

struct Labelled {
    std::string_view pointer;
    std::string_view module;
    std::string_view shown;
};

constexpr std::array labels = {
    Labelled{"/process/apparmorProfile", "apparmor", "AppArmor"},
    Labelled{"/process/selinuxLabel", "selinux", "SELinux"},
    Labelled{"/linux/mountLabel", "selinux", "SELinux"},
};

std::optional<Warning> without_module(const std::string& pointer) {
    for (const Labelled& each : labels)
        if (pointer == each.pointer && !runs_module(each.module))
            return Warning{Kind::refused, pointer, text::cat("this host runs no ", each.shown), "leave it out"};
    return std::nullopt;
}

// ---- a field whose step isn't taken

bool is_taken(const std::vector<Taken>& steps, Step step) {
    return step == Step::program ||
           std::any_of(steps.begin(), steps.end(), [&](const Taken& each) { return each.row->step == step; });
}

std::optional<Warning> read_by_nobody(const Situation& here, const std::vector<Taken>& steps, const FieldRow& row,
                                      const oci::Leaf& leaf) {
    for (const Idle& each : idle_fields)
        if (leaf.pointer == each.pointer)
            return Warning{Kind::idle, leaf.pointer, std::string(each.reason), std::string(each.remedy)};
    if (row.place == "/linux/resources/devices/*" && (!here.is_root))
        return Warning{Kind::idle, std::string(row.place),
                       "an ordinary user's container has no device nodes to forbid: they are bound", "leave it out"};
    if (row.step == Step::nothing || is_taken(steps, row.step)) return std::nullopt;
    if (row.step == Step::budget)
        return Warning{Kind::refused, leaf.pointer, text::cat("limits are asked for, but ", here.without_group),
                       "put 'systemd-run --user --scope -p Delegate=yes' in front"};
    return Warning{Kind::idle, leaf.pointer, "nothing else in this config makes use of it", "leave it out"};
}

// ---- capabilities that aren't there to give

std::optional<Warning> ungrantable(const Situation& here) {
    if (here.new_user || !here.process.capabilities) return std::nullopt;
    const std::uint64_t wanted = capabilities::from(*here.process.capabilities).bounding;
    const std::uint64_t missing = wanted & ~capabilities::of_this_process().bounding;
    if (missing == 0) return std::nullopt;
    return Warning{Kind::idle, "/process/capabilities",
                   text::cat("you don't have ", text::join(capabilities::names(missing), " "), ": left out"),
                   "ask for what you have: priv-drop --caps LIST"};
}

void add(std::vector<Warning>& out, std::optional<Warning> warning) {
    if (!warning) return;
    const bool is_told = std::any_of(out.begin(), out.end(), [&](const Warning& each) {
        return each.reason == warning->reason && each.pointer == warning->pointer;
    });
    if (!is_told) out.push_back(std::move(*warning));
}

}  // namespace

namespace {

// What a kernel can be built without, and what an ordinary user needs.
void add_impossible(std::vector<Warning>& out, const Situation& here) {
    for (const oci::Namespace& each : here.linux_part.namespaces) {
        const auto name = std::find_if(namespaces::kinds().begin(), namespaces::kinds().end(),
                                       [&](const auto& kind) { return kind.type == each.type; });
        if (name != namespaces::kinds().end() && namespaces::name_of("self", *name).empty())
            out.push_back({Kind::refused, "/linux/namespaces",
                           text::cat("this kernel has no ", each.type, " namespaces"),
                           text::cat("ns-enter --share ", each.type)});
    }
    if (here.linux_part.memoryPolicy && !sys::try_read_file("/proc/self/numa_maps"))
        out.push_back({Kind::refused, "/linux/memoryPolicy", "this kernel has no memory policies", "leave it out"});
    const bool has_user = namespaces::find(here.linux_part.namespaces, "user") != nullptr;
    if (geteuid() != 0 && !has_user)
        out.push_back({Kind::refused, "/linux/namespaces", "an ordinary user's container needs a user namespace",
                       "ns-enter --new user"});
}

}  // namespace

void add_refusals(std::vector<Warning>& out, const Situation& here) {
    add_impossible(out, here);
    try {
        validate(here.config);
    } catch (const Error& error) {
        const std::string& message = error.message();
        const std::size_t start = message.starts_with("config.json: ") ? 13 : 0;
        const std::size_t colon = message.find(": ", start);
        const bool is_pointer = start > 0 && colon != std::string::npos;
        out.push_back({Kind::refused, is_pointer ? message.substr(start, colon - start) : "/",
                       is_pointer ? message.substr(colon + 2) : message, std::string(error.hint())});
    }
}

void add_idle(std::vector<Warning>& out, const Situation& here, const std::vector<oci::Leaf>& leaves) {
    const std::vector<Taken> steps = steps_of(here);
    for (const oci::Leaf& leaf : leaves) {
        const std::string unknown = oci::unknown_part(leaf.pointer, fields());
        if (!unknown.empty()) {
            add(out, unknown_field(unknown));
            continue;
        }
        const FieldRow& row = row_of(leaf.pointer);
        if (says_no(leaf)) continue;
        add(out, without_module(leaf.pointer));
        if (auto found = without_controller(here, row, leaf.pointer))
            add(out, std::move(found));
        else
            add(out, read_by_nobody(here, steps, row, leaf));
    }
    add(out, ungrantable(here));
}

}  // namespace bell::plan
