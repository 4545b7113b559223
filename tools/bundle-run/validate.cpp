// validate.cpp - see validate.hpp. Each check is a row: what must hold, and what to say if it doesn't.
#include "validate.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/network_devices.hpp"
#include "concepts/propagation.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/sysctl.hpp"

namespace bell {
namespace {

void must(bool holds, std::string_view pointer, std::string_view message, std::string_view hint = {}) {
    if (!holds) throw Error::bad(text::cat("config.json: ", pointer, ": ", message), std::string(hint));
}

void check_version(const std::string& version) {
    // SemVer: what follows a '-' or a '+' says of the version only which build it is.
    const std::vector<std::string> part = text::split(version.substr(0, version.find_first_of("-+")), '.');
    const bool form = part.size() == 3 && std::all_of(part.begin(), part.end(), [](const auto& each) {
                          return text::number<unsigned>(each).has_value();
                      });
    must(form, "/ociVersion", text::cat("is not a version: ", text::quote(version)));
    must(part[0] == "1", "/ociVersion", text::cat("version ", version, " is not one of 1.x"));
}

void check_process(const oci::Process& process) {
    must(!process.args.empty() && !process.args[0].empty(), "/process/args", "names no program");
    must(process.cwd.starts_with('/'), "/process/cwd", text::cat("must be absolute, is ", text::quote(process.cwd)));
    for (const std::string& variable : process.env)
        must(variable.find('=') != std::string::npos && variable[0] != '=', "/process/env",
             text::cat(text::quote(variable), " is not NAME=VALUE"));
    must(process.user.umask.value_or(0) <= 0777, "/process/user/umask", "is more than nine bits");
    if (!process.execCPUAffinity) return;
    try {
        for (const auto& cpus : {process.execCPUAffinity->initial, process.execCPUAffinity->final_})
            if (cpus && !cpus->empty()) (void)scheduling::parse_cpus(*cpus);
    } catch (const Error& error) {
        throw error.in("config.json: /process/execCPUAffinity");
    }
}

void check_mounts(const std::vector<oci::Mount>& mounts) {
    for (std::size_t i = 0; i < mounts.size(); ++i)
        must(!mounts[i].destination.empty(), text::cat("/mounts/", i, "/destination"), "is empty");
}

void check_hooks(const oci::Hooks& hooks) {
    for (const auto* list : {&hooks.prestart, &hooks.createRuntime, &hooks.createContainer, &hooks.startContainer,
                             &hooks.poststart, &hooks.poststop})
        for (const oci::Hook& hook : *list) {
            must(hook.path.starts_with('/'), "/hooks", text::cat("path must be absolute, is ", text::quote(hook.path)));
            must(!hook.timeout || *hook.timeout > 0, "/hooks", text::cat(hook.path, ": timeout must be above 0"));
        }
}

void check_namespaces(const oci::Config& config, const oci::Linux& linux) {
    namespaces::validate(linux.namespaces);
    const auto has = [&](std::string_view type) { return namespaces::find(linux.namespaces, type) != nullptr; };
    const auto is_new = [&](std::string_view type) {
        const oci::Namespace* found = namespaces::find(linux.namespaces, type);
        return found && !found->path;
    };
    const oci::Namespace* mount = namespaces::find(linux.namespaces, "mount");
    must(mount && !namespaces::is_ours(*mount), "/linux/namespaces",
         "a mount namespace is needed for a root directory of its own", "add it: ns-enter --new mount");
    const bool own_names = has("uts") && !namespaces::is_ours(*namespaces::find(linux.namespaces, "uts"));
    must(!config.hostname || own_names, "/hostname", "needs a uts namespace", "add it: ns-enter --new uts");
    must(!config.domainname || own_names, "/domainname", "needs a uts namespace", "add it: ns-enter --new uts");
    const bool mapped = !linux.uidMappings.empty() && !linux.gidMappings.empty();
    must(!is_new("user") || mapped, "/linux/uidMappings", "a new user namespace needs uid and gid mappings",
         "'ns-enter --new user' writes them");
    must(has("user") || (linux.uidMappings.empty() && linux.gidMappings.empty()), "/linux/uidMappings",
         "without a user namespace there is nothing to map", "add it: ns-enter --new user");
    must(linux.netDevices.empty() || has("network"), "/linux/netDevices", "needs a network namespace",
         "add it: ns-enter --new net");
    must(linux.timeOffsets.empty() || is_new("time"), "/linux/timeOffsets", "needs a new time namespace");
    for (const auto& [clock, offset] : linux.timeOffsets)
        must(clock == "monotonic" || clock == "boottime", "/linux/timeOffsets",
             text::cat("no offset of ", text::quote(clock), ": there are monotonic and boottime"));
    for (const oci::Namespace& each : linux.namespaces)
        must(!each.path || each.path->starts_with('/'), "/linux/namespaces",
             text::cat(each.type, ": path must be absolute"));
}

void check_linux(const oci::Config& config, const oci::Linux& linux) {
    check_namespaces(config, linux);
    network_devices::validate(linux.netDevices);
    must(!linux.seccomp || !linux.seccomp->listenerPath.value_or("").empty() ||
             linux.seccomp->listenerMetadata.value_or("").empty(),
         "/linux/seccomp/listenerMetadata", "is for an agent, and no listenerPath names one");
    // One that is the caller's own, joined by its path, isn't the container's: a setting would be the host's.
    std::vector<oci::Namespace> own = linux.namespaces;
    std::erase_if(own, namespaces::is_ours);
    sysctl::validate(linux.sysctl, own);
    for (const oci::Device& device : linux.devices)
        must(device.path.starts_with('/'), "/linux/devices",
             text::cat("path must be absolute: ", text::quote(device.path)));
    for (const auto* list : {&linux.maskedPaths, &linux.readonlyPaths})
        for (const std::string& path : *list)
            must(path.starts_with('/'), "/linux",
                 text::cat("masked and read-only paths must be absolute: ", text::quote(path)));
    if (linux.rootfsPropagation)
        must(propagation::flags(*linux.rootfsPropagation).has_value(), "/linux/rootfsPropagation",
             text::cat("unknown: ", text::quote(*linux.rootfsPropagation)));
}

}  // namespace

void validate(const oci::Process& process) { check_process(process); }

void validate(const oci::Config& config) {
    check_version(config.ociVersion);
    must(config.root.has_value() && !config.root->path.empty(), "/root/path", "is missing",
         "'layer-unpack' or 'root-pivot ROOT' sets it");
    must(config.process.has_value(), "/process", "is missing: there is nothing to run");
    check_process(*config.process);
    check_mounts(config.mounts);
    if (config.hooks) check_hooks(*config.hooks);
    must(!config.annotations.contains(""), "/annotations", "a key is empty");
    must(config.linux_.has_value(), "/linux", "is missing: without namespaces this is no container");
    check_linux(config, *config.linux_);
}

}  // namespace bell
