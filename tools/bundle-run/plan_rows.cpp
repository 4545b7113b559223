// plan_rows.cpp - every field of config.json, the step that reads it, and what it comes to in the kernel.
//
// A field that the model has and this table hasn't is an error of `bundle-run plan`, and a test's.
#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/pointers.hpp"
#include "plan.hpp"

namespace bell::plan {

const std::vector<FieldRow>& field_rows() {
    // clang-format off
    static const std::vector<FieldRow> rows = {
        {"", "ociVersion", Step::nothing, "", "", "config.md#specification-version"},
        {"/annotations/*", "", Step::nothing, "shown by state", "", "config.md#annotations"},

        // The budget.
        {"/linux", "cgroupsPath", Step::budget, "mkdir", "", "cgroups(7)"},
        {"/linux/resources/devices/*", "allow type major minor access", Step::budget, "write devices.allow, .deny", "bpf(BPF_PROG_LOAD)", "cgroups(7)"},
        {"/linux/resources/memory", "limit", Step::budget, "write memory.limit_in_bytes", "write memory.max", "cgroups(7)"},
        {"/linux/resources/memory", "reservation", Step::budget, "write memory.soft_limit_in_bytes", "write memory.low", "cgroups(7)"},
        {"/linux/resources/memory", "swap", Step::budget, "write memory.memsw.limit_in_bytes", "write memory.swap.max", "cgroups(7)"},
        {"/linux/resources/memory", "kernel", Step::nothing, "", "", "config-linux.md#memory"},
        {"/linux/resources/memory", "kernelTCP", Step::budget, "write memory.kmem.tcp.limit_in_bytes", "nothing", "config-linux.md#memory"},
        {"/linux/resources/memory", "swappiness", Step::budget, "write memory.swappiness", "refused", "config-linux.md#memory"},
        {"/linux/resources/memory", "disableOOMKiller", Step::budget, "write memory.oom_control", "refused", "config-linux.md#memory"},
        {"/linux/resources/memory", "useHierarchy", Step::budget, "write memory.use_hierarchy", "nothing", "config-linux.md#memory"},
        {"/linux/resources/memory", "checkBeforeUpdate", Step::nothing, "", "", "config-linux.md#memory"},
        {"/linux/resources/cpu", "shares", Step::budget, "write cpu.shares", "write cpu.weight", "sched(7)"},
        {"/linux/resources/cpu", "quota", Step::budget, "write cpu.cfs_quota_us", "write cpu.max", "sched(7)"},
        {"/linux/resources/cpu", "period", Step::budget, "write cpu.cfs_period_us", "write cpu.max", "sched(7)"},
        {"/linux/resources/cpu", "burst", Step::budget, "write cpu.cfs_burst_us", "write cpu.max.burst", "sched(7)"},
        {"/linux/resources/cpu", "realtimeRuntime", Step::budget, "write cpu.rt_runtime_us", "refused", "sched(7)"},
        {"/linux/resources/cpu", "realtimePeriod", Step::budget, "write cpu.rt_period_us", "refused", "sched(7)"},
        {"/linux/resources/cpu", "idle", Step::budget, "write cpu.idle", "", "sched(7)"},
        {"/linux/resources/cpu", "cpus", Step::budget, "write cpuset.cpus", "", "cpuset(7)"},
        {"/linux/resources/cpu", "mems", Step::budget, "write cpuset.mems", "", "cpuset(7)"},
        {"/linux/resources/pids", "limit", Step::budget, "write pids.max", "", "cgroups(7)"},
        {"/linux/resources/blockIO", "weight", Step::budget, "write blkio.weight", "write io.weight", "config-linux.md#block-io"},
        {"/linux/resources/blockIO", "leafWeight", Step::budget, "write blkio.leaf_weight", "refused", "config-linux.md#block-io"},
        {"/linux/resources/blockIO/weightDevice/*", "major minor weight leafWeight", Step::budget, "write blkio.weight_device", "write io.weight", "config-linux.md#block-io"},
        {"/linux/resources/blockIO/throttleReadBpsDevice/*", "major minor rate", Step::budget, "write blkio.throttle.read_bps_device", "write io.max rbps=", "config-linux.md#block-io"},
        {"/linux/resources/blockIO/throttleWriteBpsDevice/*", "major minor rate", Step::budget, "write blkio.throttle.write_bps_device", "write io.max wbps=", "config-linux.md#block-io"},
        {"/linux/resources/blockIO/throttleReadIOPSDevice/*", "major minor rate", Step::budget, "write blkio.throttle.read_iops_device", "write io.max riops=", "config-linux.md#block-io"},
        {"/linux/resources/blockIO/throttleWriteIOPSDevice/*", "major minor rate", Step::budget, "write blkio.throttle.write_iops_device", "write io.max wiops=", "config-linux.md#block-io"},
        {"/linux/resources/hugepageLimits/*", "pageSize limit", Step::budget, "write hugetlb.SIZE.limit_in_bytes", "write hugetlb.SIZE.max", "config-linux.md#huge-page-limits"},
        {"/linux/resources/network", "classID", Step::budget, "write net_cls.classid", "refused", "config-linux.md#network"},
        {"/linux/resources/network/priorities/*", "name priority", Step::budget, "write net_prio.ifpriomap", "refused", "config-linux.md#network"},
        {"/linux/resources/rdma/*", "hcaHandles hcaObjects", Step::budget, "write rdma.max", "", "config-linux.md#rdma"},
        {"/linux/resources/unified/*", "", Step::budget, "write that file", "", "config-linux.md#unified"},
        {"/linux/intelRdt", "closID schemata l3CacheSchema memBwSchema enableMonitoring", Step::budget, "write schemata, tasks", "", "config-linux.md#intelrdt"},

        // A process with namespaces of its own.
        {"/linux/namespaces/*", "type", Step::make, "clone3, unshare", "", "namespaces(7)"},
        {"/linux/namespaces/*", "path", Step::make, "setns", "", "setns(2)"},
        {"/linux/timeOffsets/*", "secs nanosecs", Step::make, "write timens_offsets", "", "time_namespaces(7)"},
        {"/linux/uidMappings/*", "containerID hostID size", Step::maps, "write uid_map", "", "user_namespaces(7)"},
        {"/linux/gidMappings/*", "containerID hostID size", Step::maps, "write gid_map", "", "user_namespaces(7)"},
        {"/linux/netDevices/*", "name", Step::network, "netlink RTM_NEWLINK", "", "config-linux.md#network-devices"},

        // Its files.
        {"/linux", "rootfsPropagation", Step::cut_off, "mount(MS_PRIVATE|...)", "", "mount_namespaces(7)"},
        {"/root", "path", Step::new_root, "open_tree, move_mount", "", "pivot_root(2)"},
        {"/mounts/*", "type source", Step::files, "fsopen, fsmount, open_tree", "", "config.md#mounts"},
        {"/mounts/*", "options", Step::files, "fsconfig, mount_setattr", "", "mount_setattr(2)"},
        {"/mounts/*/uidMappings/*", "containerID hostID size", Step::files, "mount_setattr(IDMAP)", "", "mount_setattr(2)"},
        {"/mounts/*/gidMappings/*", "containerID hostID size", Step::files, "mount_setattr(IDMAP)", "", "mount_setattr(2)"},
        {"/mounts/*", "destination", Step::files, "openat2, move_mount", "", "move_mount(2)"},
        {"/linux", "mountLabel", Step::files, "fsconfig(context)", "", "config-linux.md#mount-label"},
        {"/linux/devices/*", "path type major minor", Step::devices, "mknodat", "", "mknod(2)"},
        {"/linux/devices/*", "fileMode uid gid", Step::devices, "fchmod, fchown", "", "chmod(2)"},
        {"/process", "terminal", Step::console, "ioctl(TIOCSCTTY)", "", "pty(7)"},
        {"/process/consoleSize", "height width", Step::console, "ioctl(TIOCSWINSZ)", "", "ioctl_tty(2)"},
        {"/hooks/prestart/*", "path args env timeout", Step::runtime_hooks_old, "execve, on the host", "", "config.md#prestart"},
        {"/hooks/createRuntime/*", "path args env timeout", Step::runtime_hooks, "execve, on the host", "", "config.md#createruntime-hooks"},
        {"/hooks/createContainer/*", "path args env timeout", Step::container_hooks, "execve, before the pivot", "", "config.md#createcontainer-hooks"},
        {"", "hostname", Step::names, "sethostname", "", "sethostname(2)"},
        {"", "domainname", Step::names, "setdomainname", "", "setdomainname(2)"},
        {"/linux/sysctl/*", "", Step::settings, "write /proc/sys", "", "sysctl(8)"},
        {"/linux", "maskedPaths", Step::masks, "move_mount(/dev/null)", "", "config-linux.md#masked-paths"},
        {"/linux", "readonlyPaths", Step::masks, "mount_setattr(RDONLY)", "", "config-linux.md#readonly-paths"},
        {"/root", "readonly", Step::pivot, "mount_setattr(RDONLY)", "", "mount_setattr(2)"},
        {"/process", "cwd", Step::pivot, "chdir", "", "chdir(2)"},

        // The program.
        {"/hooks/startContainer/*", "path args env timeout", Step::start_hooks, "execve, inside", "", "config.md#startcontainer-hooks"},
        {"/process", "oomScoreAdj", Step::prefer, "write oom_score_adj", "", "proc(5)"},
        {"/process/scheduler", "policy nice priority flags runtime deadline period", Step::prefer, "sched_setattr", "", "sched_setattr(2)"},
        {"/process/ioPriority", "class priority", Step::prefer, "ioprio_set", "", "ioprio_set(2)"},
        {"/linux/memoryPolicy", "mode nodes flags", Step::prefer, "set_mempolicy", "", "set_mempolicy(2)"},
        {"/linux/personality", "domain flags", Step::prefer, "personality", "", "personality(2)"},
        {"/process", "apparmorProfile", Step::label, "write attr/apparmor/exec", "", "apparmor(7)"},
        {"/process", "selinuxLabel", Step::label, "write attr/exec", "", "selinux(8)"},
        {"/process/rlimits/*", "type soft hard", Step::limit, "prlimit", "", "getrlimit(2)"},
        {"/process/user", "uid gid", Step::become, "setresuid, setresgid", "", "setresuid(2)"},
        {"/process/user", "additionalGids", Step::become, "setgroups", "", "setgroups(2)"},
        {"/process/user", "umask", Step::become, "umask", "", "umask(2)"},
        {"/process/user", "username", Step::nothing, "", "", "config.md#user"},
        {"/process/capabilities", "bounding", Step::become, "prctl(PR_CAPBSET_DROP)", "", "capabilities(7)"},
        {"/process/capabilities", "effective permitted inheritable", Step::become, "capset", "", "capset(2)"},
        {"/process/capabilities", "ambient", Step::become, "prctl(PR_CAP_AMBIENT)", "", "capabilities(7)"},
        {"/process", "noNewPrivileges", Step::become, "prctl(PR_SET_NO_NEW_PRIVS)", "", "prctl(2)"},
        {"/linux/seccomp", "defaultAction defaultErrnoRet architectures flags", Step::filter, "seccomp(SET_MODE_FILTER)", "", "seccomp(2)"},
        {"/linux/seccomp", "listenerPath listenerMetadata", Step::filter, "sendmsg(SCM_RIGHTS)", "", "seccomp_unotify(2)"},
        {"/linux/seccomp/syscalls/*", "names action errnoRet", Step::filter, "seccomp(SET_MODE_FILTER)", "", "seccomp(2)"},
        {"/linux/seccomp/syscalls/*/args/*", "index value valueTwo op", Step::filter, "seccomp(SET_MODE_FILTER)", "", "seccomp(2)"},
        {"/process", "args env", Step::program, "execve", "", "execve(2)"},
        {"/process/execCPUAffinity", "initial final", Step::nothing, "only for exec", "", "config.md#linux-process"},
        {"/hooks/poststart/*", "path args env timeout", Step::after_hooks, "execve, on the host", "", "config.md#poststart"},
        {"/hooks/poststop/*", "path args env timeout", Step::end_hooks, "execve, on the host", "", "config.md#poststop"},
    };
    // clang-format on
    return rows;
}

std::vector<std::string> fields_of(const FieldRow& row) {
    if (row.names.empty()) return {std::string(row.place)};
    std::vector<std::string> out;
    for (const std::string& name : text::split(row.names, ' ')) out.push_back(text::cat(row.place, "/", name));
    return out;
}

void check_rows() {
    std::vector<std::string> ours, models = oci::known_fields();
    for (const FieldRow& row : field_rows())
        for (std::string& field : fields_of(row)) ours.push_back(std::move(field));
    std::sort(ours.begin(), ours.end());
    std::sort(models.begin(), models.end());
    std::vector<std::string> differing;
    std::set_symmetric_difference(ours.begin(), ours.end(), models.begin(), models.end(),
                                  std::back_inserter(differing));
    if (!differing.empty())
        throw Error::bad(text::cat("the plan's table and the model differ: ", text::join(differing, " ")));
}

}  // namespace bell::plan
