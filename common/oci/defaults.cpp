// defaults.cpp - see defaults.hpp.
#include "oci/defaults.hpp"

#include <algorithm>

namespace bell::oci {

std::vector<Mount> default_mounts(const Surroundings& surroundings) {
    std::vector<std::string> pts{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
    if (surroundings.tty_group) pts.emplace_back("gid=5");
    std::vector<Mount> mounts = {
        {"/proc", "proc", "proc", {}, {}, {}},
        {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}, {}, {}},
        {"/dev/pts", "devpts", "devpts", std::move(pts), {}, {}},
        {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}, {}, {}},
        {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}, {}, {}},
    };
    if (!surroundings.own_network) {
        // With what is mounted below, cgroups included: all of it read-only, not only the top.
        mounts.push_back({"/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "rro"}, {}, {}});
        return mounts;
    }
    mounts.push_back({"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}, {}, {}});
    mounts.push_back({"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}, {}, {}});
    return mounts;
}

Surroundings surroundings_of(const Linux& linux) {
    const auto has = [&](std::string_view type) {
        return std::any_of(linux.namespaces.begin(), linux.namespaces.end(),
                           [&](const Namespace& space) { return space.type == type; });
    };
    if (!has("user")) return {};
    const bool tty = std::any_of(linux.gidMappings.begin(), linux.gidMappings.end(), [](const IdMapping& map) {
        return map.containerID <= 5 && 5 - map.containerID < map.size;
    });
    return {tty, has("network")};
}

std::vector<std::string> default_masked_paths() {
    return {"/proc/acpi",       "/proc/asound",      "/proc/kcore",       "/proc/keys",    "/proc/latency_stats",
            "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"};
}

std::vector<std::string> default_readonly_paths() {
    return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

const std::vector<Device>& default_devices() {
    static const std::vector<Device> devices = {
        {"/dev/null", "c", 1, 3, 0666, 0, 0},    {"/dev/zero", "c", 1, 5, 0666, 0, 0},
        {"/dev/full", "c", 1, 7, 0666, 0, 0},    {"/dev/random", "c", 1, 8, 0666, 0, 0},
        {"/dev/urandom", "c", 1, 9, 0666, 0, 0}, {"/dev/tty", "c", 5, 0, 0666, 0, 0},
    };
    return devices;
}

std::vector<std::string> default_capabilities() { return {"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"}; }

Config bare_config() {
    Config config;
    config.ociVersion = "1.0.2";
    config.root = Root{"rootfs", {}};
    Process process;
    process.args = {"sh"};
    process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    process.cwd = "/";
    config.process = std::move(process);
    config.linux_ = Linux{};
    config.linux_->namespaces = {{"mount", {}}};
    return config;
}

Config default_config(bool rootless, std::uint32_t uid, std::uint32_t gid) {
    Config config = bare_config();
    config.root->readonly = true;
    Process& process = *config.process;
    process.terminal = true;
    process.env.emplace_back("TERM=xterm");
    const std::vector<std::string> kept = default_capabilities();
    process.capabilities = Capabilities{kept, kept, {}, kept, {}};
    process.rlimits = {{"RLIMIT_NOFILE", 1024, 1024}};
    process.noNewPrivileges = true;
    config.hostname = "box";
    config.mounts = default_mounts({!rootless, !rootless});
    Linux& linux = *config.linux_;
    linux.namespaces = {{"pid", {}}, {"network", {}}, {"ipc", {}}, {"uts", {}}, {"mount", {}}, {"cgroup", {}}};
    linux.maskedPaths = default_masked_paths();
    linux.readonlyPaths = default_readonly_paths();
    if (!rootless) {
        linux.resources = Resources{};
        linux.resources->devices = {{false, {}, {}, {}, "rwm"}};
        return config;
    }
    linux.namespaces.push_back({"user", {}});
    std::erase_if(linux.namespaces, [](const Namespace& space) { return space.type == "network"; });
    linux.uidMappings = {{0, uid, 1}};
    linux.gidMappings = {{0, gid, 1}};
    return config;
}

}  // namespace bell::oci
