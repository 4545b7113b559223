// version.cpp - which ociVersion a config needs. See document.hpp.
//
// Runtimes refuse a config that claims a newer version than they know, so a config should claim no more than it uses.
#include <algorithm>

#include "oci/document.hpp"

namespace bell::oci {
namespace {

bool has_option(const Config& config, std::initializer_list<std::string_view> options) {
    return std::any_of(config.mounts.begin(), config.mounts.end(), [&](const Mount& mount) {
        return std::any_of(mount.options.begin(), mount.options.end(), [&](const std::string& option) {
            return std::find(options.begin(), options.end(), option) != options.end();
        });
    });
}

bool has_mapped_mount(const Config& config) {
    return has_option(config, {"idmap", "ridmap"}) ||
           std::any_of(config.mounts.begin(), config.mounts.end(),
                       [](const Mount& mount) { return !mount.uidMappings.empty() || !mount.gidMappings.empty(); });
}

bool needs_1_3(const Linux& linux) {
    return !linux.netDevices.empty() || linux.memoryPolicy ||
           (linux.intelRdt && (!linux.intelRdt->schemata.empty() || linux.intelRdt->enableMonitoring));
}

bool needs_1_2(const Config& config) {
    if (config.domainname || has_mapped_mount(config)) return true;
    if (config.process && (config.process->scheduler || config.process->ioPriority || config.process->execCPUAffinity))
        return true;
    if (!config.linux_) return false;
    const Linux& linux = *config.linux_;
    const bool time =
        !linux.timeOffsets.empty() || std::any_of(linux.namespaces.begin(), linux.namespaces.end(),
                                                  [](const Namespace& space) { return space.type == "time"; });
    const bool cpu =
        linux.resources && linux.resources->cpu && (linux.resources->cpu->idle || linux.resources->cpu->burst);
    return time || cpu;
}

bool needs_1_1(const Config& config) {
    if (!config.linux_) return false;
    const Linux& linux = *config.linux_;
    const bool seccomp = linux.seccomp && (linux.seccomp->defaultErrnoRet || linux.seccomp->listenerPath);
    return seccomp || (linux.resources && !linux.resources->unified.empty());
}

}  // namespace

// The versions in which fields came: runtime-spec's ChangeLog.md.
std::string lowest_version(const Config& config) {
    if (config.linux_ && needs_1_3(*config.linux_)) return "1.3.0";
    if (needs_1_2(config)) return "1.2.0";
    return needs_1_1(config) ? "1.1.0" : "1.0.2";
}

}  // namespace bell::oci
