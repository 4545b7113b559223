// plan_weak.cpp - settings that weaken the sandbox: each a row with the reason and the remedy. See plan.hpp.
//
// A warning is no verdict: a container that shares the host's network may be just what is wanted. It says what a
// program that turns against its host gains by it.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/mounts.hpp"
#include "concepts/namespaces.hpp"
#include "plan.hpp"
#include "plan_checks.hpp"

namespace bell::plan {
namespace {

using Here = const Situation&;

// ---- settings of the whole config

struct Weakness {
    std::string_view pointer;
    bool (*holds)(Here here);
    std::string_view reason;
    std::string_view remedy;
};

bool runs_as_host_root(Here here) { return here.is_root && !here.new_user; }

bool has_mount_of(Here here, std::string_view type) {
    return std::any_of(here.config.mounts.begin(), here.config.mounts.end(),
                       [&](const oci::Mount& each) { return each.type == type; });
}

bool lists(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool shares(Here here, std::string_view type) { return namespaces::find(here.linux_part.namespaces, type) == nullptr; }

bool allows_all_devices(Here here) {
    const oci::Resources resources = here.linux_part.resources.value_or(oci::Resources{});
    bool all = resources.devices.empty();
    for (const oci::DeviceCgroup& rule : resources.devices) {
        const bool every = rule.type.value_or("a") == "a" || (!rule.major && !rule.minor);
        if (every) all = rule.allow && rule.access.value_or("rwm").find('w') != std::string::npos;
    }
    return all && here.is_root;
}

bool maps_host_root(Here here) {
    const auto& maps = here.linux_part.uidMappings;
    return here.is_root && here.new_user &&
           std::any_of(maps.begin(), maps.end(), [](const auto& map) { return map.hostID == 0 && map.size > 0; });
}

bool is_limited(Here here) {
    const oci::Resources resources = here.linux_part.resources.value_or(oci::Resources{});
    const bool memory = (resources.memory && resources.memory->limit) || resources.unified.contains("memory.max");
    const bool pids =
        (resources.pids && resources.pids->limit.value_or(-1) > 0) || resources.unified.contains("pids.max");
    return memory && pids;
}

bool has_hooks(Here here) { return here.config.hooks && *here.config.hooks != oci::Hooks{}; }

bool is_unconfined(const std::optional<std::string>& label, std::string_view word) {
    return label && label->find(word) != std::string::npos;
}

// clang-format off
constexpr std::array weaknesses = {
    Weakness{"/linux/namespaces", runs_as_host_root, "no user namespace: root inside is root outside", "ns-enter --new user --map-auto"},
    Weakness{"/linux/uidMappings", maps_host_root, "root inside is mapped to root outside", "map it to an ordinary id: ns-enter --uid-map 0:100000:65536"},
    Weakness{"/linux/namespaces", [](Here here) { return shares(here, "pid"); }, "it sees and can signal the host's processes", "ns-enter --new pid"},
    Weakness{"/linux/namespaces", [](Here here) { return shares(here, "network"); }, "it has the host's network, local services and abstract sockets included", "ns-enter --new network"},
    Weakness{"/linux/namespaces", [](Here here) { return shares(here, "ipc"); }, "it shares memory and queues with the host's processes", "ns-enter --new ipc"},
    Weakness{"/linux/namespaces", [](Here here) { return shares(here, "uts") && runs_as_host_root(here); }, "with CAP_SYS_ADMIN it could rename the host", "ns-enter --new uts"},
    Weakness{"/linux/namespaces", [](Here here) { return shares(here, "cgroup"); }, "it sees the names of the host's cgroups", "ns-enter --new cgroup"},
    Weakness{"/process/noNewPrivileges", [](Here here) { return !here.process.noNewPrivileges.value_or(false); }, "a setuid program can give powers back", "priv-drop --no-new-privs"},
    Weakness{"/linux/seccomp", [](Here here) { return !here.linux_part.seccomp; }, "no filter: it can try every system call of the kernel", "priv-drop --seccomp PROFILE"},
    Weakness{"/linux/seccomp/defaultAction", [](Here here) { return here.linux_part.seccomp && (here.linux_part.seccomp->defaultAction == "SCMP_ACT_ALLOW" || here.linux_part.seccomp->defaultAction == "SCMP_ACT_LOG"); }, "what the filter doesn't name is allowed: also calls yet to be invented", "begin with SCMP_ACT_ERRNO and allow what is needed"},
    Weakness{"/linux/resources", [](Here here) { return !is_limited(here); }, "memory or processes without limit: it can starve the host", "cgroup-setter --memory SIZE --pids NUMBER"},
    Weakness{"/linux/resources/devices", allows_all_devices, "every device node it gets or makes can be opened, disks too", "cgroup-setter --device-deny a"},
    Weakness{"/linux/maskedPaths", [](Here here) { return has_mount_of(here, "proc") && !lists(here.linux_part.maskedPaths, "/proc/kcore"); }, "/proc shows the host's memory, keys and timers", "bind-mounter --defaults"},
    Weakness{"/linux/readonlyPaths", [](Here here) { return has_mount_of(here, "proc") && !here.new_user && !lists(here.linux_part.readonlyPaths, "/proc/sys"); }, "it can write the host's settings in /proc/sys", "bind-mounter --readonly /proc/sys"},
    Weakness{"/linux/readonlyPaths", [](Here here) { return has_mount_of(here, "proc") && !here.new_user && !lists(here.linux_part.readonlyPaths, "/proc/sysrq-trigger"); }, "it can reboot the host by /proc/sysrq-trigger", "bind-mounter --readonly /proc/sysrq-trigger"},
    Weakness{"/linux/rootfsPropagation", [](Here here) { return here.linux_part.rootfsPropagation.value_or("").find("shared") != std::string::npos; }, "what it mounts can appear on the host, too", "ns-enter --propagation slave"},
    Weakness{"/process/oomScoreAdj", [](Here here) { return here.process.oomScoreAdj.value_or(0) < 0; }, "short of memory, the kernel ends the host's processes before its own", "priv-drop --oom-score-adj 0"},
    Weakness{"/process/apparmorProfile", [](Here here) { return is_unconfined(here.process.apparmorProfile, "unconfined"); }, "AppArmor lets it do everything", "name a profile: priv-drop --apparmor PROFILE"},
    Weakness{"/process/selinuxLabel", [](Here here) { return is_unconfined(here.process.selinuxLabel, "spc_t"); }, "SELinux lets it do everything", "a label of type container_t: priv-drop --selinux LABEL"},
    Weakness{"/hooks", has_hooks, "they are programs of the host, run by you, some of them outside", "look who can write them and their directories"},
};

// ---- powers

struct Power {
    std::string_view name;
    std::string_view gain;
};

constexpr std::array powers = {
    Power{"CAP_SYS_ADMIN", "mounts, and half of what root can do"},
    Power{"CAP_SYS_MODULE", "loads code into the host's kernel"},
    Power{"CAP_SYS_RAWIO", "reads and writes the machine's memory and ports"},
    Power{"CAP_SYS_PTRACE", "looks into and changes other processes"},
    Power{"CAP_SYS_BOOT", "reboots the machine"},
    Power{"CAP_SYS_TIME", "sets the machine's clock"},
    Power{"CAP_DAC_READ_SEARCH", "opens any file of its file systems by handle (the shocker exploit)"},
    Power{"CAP_MKNOD", "makes nodes of any device; the cgroup's device rules are all that holds"},
    Power{"CAP_NET_ADMIN", "changes the network it is in"},
    Power{"CAP_SYSLOG", "reads the kernel's log and addresses"},
    Power{"CAP_BPF", "loads programs into the kernel"},
    Power{"CAP_PERFMON", "watches the whole machine"},
    Power{"CAP_MAC_ADMIN", "changes the host's security policy"},
    Power{"CAP_MAC_OVERRIDE", "is above the host's security policy"},
};

// ---- files of the host

struct HostPath {
    std::string_view path;
    bool and_below;  ///< or only this very one
    std::string_view reason;
};

constexpr std::array host_paths = {
    HostPath{"/", false, "all files of the host are inside"},
    HostPath{"/var/run/docker.sock", false, "who can speak to docker is root of the host"},
    HostPath{"/run/docker.sock", false, "who can speak to docker is root of the host"},
    HostPath{"/run/containerd", true, "who can speak to containerd is root of the host"},
    HostPath{"/run/podman", true, "who can speak to podman's service has its user's rights"},
    HostPath{"/run/crio", true, "who can speak to CRI-O is root of the host"},
    HostPath{"/run/systemd", true, "who can speak to systemd can start anything on the host"},
    HostPath{"/run", false, "the sockets of the host's services are inside"},
    HostPath{"/var/run", false, "the sockets of the host's services are inside"},
    HostPath{"/dev", false, "the host's devices are inside, its disks too"},
    HostPath{"/proc", true, "the host's processes and settings are inside"},
    HostPath{"/sys/fs/cgroup", true, "the host's cgroups are inside"},
    HostPath{"/sys/fs/bpf", true, "the host's BPF programs are inside"},
    HostPath{"/sys", false, "the host's devices and settings are inside"},
    HostPath{"/etc", true, "the host's settings and passwords are inside"},
    HostPath{"/root", true, "root's own files and keys are inside"},
    HostPath{"/home", false, "all users' files and keys are inside"},
    HostPath{"/boot", true, "the host's kernel is inside"},
    HostPath{"/var", false, "the host's services and their data are inside"},
    HostPath{"/var/lib/docker", true, "the files of all containers are inside"},
    HostPath{"/var/lib/containers", true, "the files of all containers are inside"},
    HostPath{"/usr", false, "the host's programs are inside"},
    HostPath{"/lib/modules", true, "the host's kernel modules are inside"},
};

// ---- devices that are the machine itself: config-linux.md#devices

struct RawDevice {
    std::int64_t major, minor;
    std::string_view reason;
};

constexpr std::array raw_devices = {
    RawDevice{1, 1, "the machine's memory"}, RawDevice{1, 4, "the machine's ports"},
    RawDevice{1, 11, "the kernel's log"},    RawDevice{10, 237, "loop devices: mounting"},
    RawDevice{10, 232, "virtual machines"},  RawDevice{10, 200, "network tunnels"},
};
// clang-format on

bool is_read_only(const oci::Mount& mount) { return lists(mount.options, "ro") || lists(mount.options, "rro"); }

const HostPath* match(const std::string& source) {
    for (const HostPath& each : host_paths)
        if (source == each.path || (each.and_below && source.starts_with(text::cat(each.path, "/")))) return &each;
    return nullptr;
}

void add_bind(std::vector<Warning>& out, const std::string& pointer, const oci::Mount& mount, Here here) {
    const std::string source = text::clean_path(mount.source.value_or(""));
    const HostPath* found = match(source);
    // An ordinary user's way to a /sys: its own can't be mounted without a network namespace.
    const bool rootless_sys = !here.is_root && source == "/sys" && is_read_only(mount);
    if (found && !rootless_sys)
        out.push_back({Kind::weak, pointer, text::cat(source, ": ", found->reason),
                       is_read_only(mount) ? "bind only what is needed" : "bind only what is needed, and with 'ro'"});
}

void add_mounts(std::vector<Warning>& out, Here here) {
    for (std::size_t i = 0; i < here.config.mounts.size(); ++i) {
        const oci::Mount& mount = here.config.mounts[i];
        const std::string pointer = text::cat("/mounts/", i);
        if (mounts::is_bind(mount)) add_bind(out, pointer, mount, here);
        const std::string type = mounts::is_bind(mount) ? "" : mount.type.value_or("");
        if ((type == "cgroup" || type == "cgroup2") && !is_read_only(mount))
            out.push_back({Kind::weak, pointer, "a cgroup tree it can write: it can raise its own limits",
                           "add the option 'ro': bind-mounter --cgroup /sys/fs/cgroup"});
        if (type == "sysfs" && !is_read_only(mount) && !here.new_user)
            out.push_back({Kind::weak, pointer, "a /sys it can write: the host's devices and settings",
                           "add the option 'ro': bind-mounter --sysfs /sys"});
        if (lists(mount.options, "shared") || lists(mount.options, "rshared"))
            out.push_back({Kind::weak, text::cat(pointer, "/options"), "what is mounted there appears on the host, too",
                           "use rslave instead of rshared"});
    }
}

void add_powers(std::vector<Warning>& out, Here here) {
    if (!here.process.capabilities || here.new_user || !here.is_root) return;
    const auto bounding = here.process.capabilities->bounding.value_or(std::vector<std::string>{});
    for (const Power& each : powers)
        if (lists(bounding, each.name))
            out.push_back({Kind::weak, "/process/capabilities/bounding", text::cat(each.name, ": ", each.gain),
                           text::cat("priv-drop --caps -", each.name.substr(4))});
}

void add_devices(std::vector<Warning>& out, Here here) {
    for (std::size_t i = 0; i < here.linux_part.devices.size(); ++i) {
        const oci::Device& device = here.linux_part.devices[i];
        const auto found = std::find_if(raw_devices.begin(), raw_devices.end(), [&](const RawDevice& each) {
            return device.type != "b" && device.major == each.major && device.minor == each.minor;
        });
        if (device.type != "b" && found == raw_devices.end()) continue;
        out.push_back({Kind::weak, text::cat("/linux/devices/", i),
                       text::cat(device.path, ": ", device.type == "b" ? "a disk of the host" : found->reason),
                       "leave it out"});
    }
}

void add_joined(std::vector<Warning>& out, Here here) {
    for (std::size_t i = 0; i < here.linux_part.namespaces.size(); ++i) {
        const oci::Namespace& each = here.linux_part.namespaces[i];
        if (each.path && (each.path->starts_with("/proc/1/") || each.path->starts_with("/proc/self/")))
            out.push_back({Kind::weak, text::cat("/linux/namespaces/", i),
                           text::cat("joins the host's own ", each.type, " namespace"),
                           text::cat("ns-enter --new ", each.type)});
    }
}

}  // namespace

void add_weak(std::vector<Warning>& out, Here here) {
    for (const Weakness& each : weaknesses)
        if (each.holds(here))
            out.push_back({Kind::weak, std::string(each.pointer), std::string(each.reason), std::string(each.remedy)});
    add_joined(out, here);
    add_powers(out, here);
    add_mounts(out, here);
    add_devices(out, here);
}

}  // namespace bell::plan
