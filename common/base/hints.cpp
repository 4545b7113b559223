// hints.cpp - the table of ways out. See hints.hpp.
//
// A row matches when the call's name (empty: any) and the errno do, the caller is who the row speaks of, and the
// subject contains the given words (empty: any). The first match counts, so the special rows stand before the general
// ones.
#include "base/hints.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace bell::hints {
namespace {

enum class Caller { anyone, ordinary_user, root };

struct Row {
    std::string_view call;
    int errno_value;
    Caller caller;
    std::string_view subject;
    std::string_view hint;
};

constexpr std::array rows = {
    Row{"chroot", EPERM, Caller::ordinary_user, "", "put 'ns-enter --new user --' in front"},
    Row{"chroot", EPERM, Caller::root, "", "this root has lost CAP_SYS_CHROOT; 'proc-peek' shows what is left"},
    Row{"chroot", ENOTDIR, Caller::anyone, "", "the new root must be a directory"},
    Row{"keyctl", EDQUOT, Caller::anyone, "_ses.",
        "this user has all the keys it may have: /proc/sys/kernel/keys/maxkeys, or --no-new-keyring"},
    Row{"keyctl", EPERM, Caller::anyone, "_ses.",
        "a seccomp filter around this forbids it: --no-new-keyring does without"},
    Row{"keyctl", EACCES, Caller::anyone, "_ses.", "another user has a keyring of that name: choose another id"},
    Row{"open", EACCES, Caller::ordinary_user, "/sys/fs/cgroup",
        "this cgroup isn't yours; 'systemd-run --user --scope -p Delegate=yes' gives you one that is"},
    Row{"mkdir", EACCES, Caller::ordinary_user, "/sys/fs/cgroup",
        "this cgroup isn't yours; 'systemd-run --user --scope -p Delegate=yes' gives you one that is"},
    Row{"mkdir", EROFS, Caller::anyone, "/sys/fs/cgroup", "the cgroup file system is mounted read-only here"},
    Row{"write", EBUSY, Caller::anyone, "cgroup.subtree_control",
        "a cgroup v2 with processes in it can't give controllers to children; move the processes to a leaf first"},
    Row{"write", EBUSY, Caller::anyone, "/sys/fs/cgroup", "the cgroup is in use, or already holds more than that"},
    Row{"write", EINVAL, Caller::anyone, "/sys/fs/cgroup", "the kernel refuses this value; is it in range?"},
    Row{"open", ENOENT, Caller::anyone, "/sys/fs/cgroup",
        "the kernel or this hierarchy lacks that controller; 'cgroup-setter --show' tells what there is"},
    Row{"unshare", EPERM, Caller::ordinary_user, "user",
        "user namespaces are blocked here: see /proc/sys/kernel/unprivileged_userns_clone, "
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns and /proc/sys/user/max_user_namespaces"},
    Row{"unshare", EPERM, Caller::root, "user",
        "inside a chroot no user namespace can be made: root-pivot has no such limit"},
    Row{"unshare", EPERM, Caller::ordinary_user, "", "add 'user' to --new: it brings the power to make the others"},
    Row{"unshare", EPERM, Caller::root, "", "this root has lost CAP_SYS_ADMIN"},
    Row{"unshare", ENOSPC, Caller::anyone, "", "a limit in /proc/sys/user/max_*_namespaces is reached"},
    Row{"unshare", EINVAL, Caller::anyone, "", "this kernel was built without one of these namespaces"},
    Row{"clone3", EPERM, Caller::ordinary_user, "user",
        "user namespaces are blocked here: see /proc/sys/kernel/unprivileged_userns_clone, "
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns and /proc/sys/user/max_user_namespaces"},
    Row{"clone3", EPERM, Caller::root, "user",
        "inside a chroot no user namespace can be made: root-pivot has no such limit"},
    Row{"clone3", EPERM, Caller::ordinary_user, "", "add 'user' to --new: it brings the power to make the others"},
    Row{"clone3", EPERM, Caller::root, "", "this root has lost CAP_SYS_ADMIN"},
    Row{"clone3", ENOSPC, Caller::anyone, "", "a limit in /proc/sys/user/max_*_namespaces is reached"},
    Row{"clone3", EAGAIN, Caller::anyone, "", "a limit on processes is reached: pids.max or 'ulimit -u'"},
    Row{"setns", EPERM, Caller::ordinary_user, "", "join its user namespace too: --join user,..."},
    Row{"setns", EPERM, Caller::root, "", "entering needs CAP_SYS_ADMIN in the namespace's owner"},
    Row{"setns", EINVAL, Caller::anyone, "user", "a process can't join the user namespace it is already in"},
    Row{"setns", EINVAL, Caller::anyone, "", "is the file a namespace of this type, and the process single-threaded?"},
    Row{"pidfd_open", ESRCH, Caller::anyone, "", "it may have ended; 'proc-peek --tree' shows those there are"},
    Row{"pidfd_open", EINVAL, Caller::anyone, "", "is it the number of a thread? A process is named by its first one"},
    Row{"pidfd_open", ENOENT, Caller::anyone, "", "is it the number of a thread? A process is named by its first one"},
    Row{"readlink", EACCES, Caller::anyone, "/ns/", "its namespaces aren't yours to look at: be its owner, or root"},
    Row{"move_mount", EINVAL, Caller::anyone, "", "the place must be in the mount namespace this process is in now"},
    Row{"umount2", EINVAL, Caller::anyone, "",
        "in a user namespace, mounts that came with its mount namespace are locked together"},
    Row{"sethostname", EPERM, Caller::anyone, "",
        "it needs a uts namespace of its own: --new uts (rootless: user,uts)"},
    Row{"sethostname", EINVAL, Caller::anyone, "", "a host name has at most 64 bytes"},
    Row{"setdomainname", EINVAL, Caller::anyone, "", "a domain name has at most 64 bytes"},
    Row{"setdomainname", EPERM, Caller::anyone, "",
        "it needs a uts namespace of its own: --new uts (rootless: user,uts)"},
    Row{"write", EPERM, Caller::ordinary_user, "uid_map",
        "without privileges only your own id can be mapped; --map-auto uses the ranges of /etc/subuid"},
    Row{"write", EPERM, Caller::ordinary_user, "gid_map",
        "without privileges only your own id can be mapped; --map-auto uses the ranges of /etc/subgid"},
    Row{"write", EPERM, Caller::root, "id_map",
        "the ids outside must be mapped where you are: 'cat /proc/self/uid_map /proc/self/gid_map'"},
    Row{"write", EINVAL, Caller::anyone, "_map", "ids must not overlap, and must exist in the parent user namespace"},
    Row{"open_tree", EPERM, Caller::ordinary_user, "", "put 'ns-enter --new user,mount --' in front"},
    Row{"open_tree", EPERM, Caller::root, "",
        "in a user namespace 'ns-enter --new user' has to say 'user,mount'; else this root has lost CAP_SYS_ADMIN"},
    Row{"open_tree", EINVAL, Caller::anyone, "",
        "some mounts can't be copied alone (locked in a user namespace, or unbindable): bind recursively, 'rbind'"},
    Row{"open_tree", ENOSPC, Caller::anyone, "",
        "a mount namespace may hold /proc/sys/fs/mount-max mounts, and is full"},
    Row{"move_mount", ENOSPC, Caller::anyone, "",
        "a mount namespace may hold /proc/sys/fs/mount-max mounts, and is full"},
    Row{"mkdir", EACCES, Caller::anyone, "rootfs",
        "the root file system isn't this user's, and lacks that directory: make it there, or give the files to the "
        "user"},
    Row{"mkdir", EROFS, Caller::anyone, "",
        "a mount point that isn't in the rootfs can't be made where it is read-only: make it in the image, or mount in "
        "another order"},
    Row{"create", EROFS, Caller::anyone, "",
        "a mount point that isn't in the rootfs can't be made where it is read-only: make it in the image, or mount in "
        "another order"},
    Row{"fsopen", EPERM, Caller::ordinary_user, "", "put 'ns-enter --new user,mount --' in front"},
    Row{"fsopen", ENODEV, Caller::anyone, "",
        "the kernel doesn't know this file system; 'cat /proc/filesystems' lists them"},
    Row{"fsconfig", EINVAL, Caller::anyone, "create overlay",
        "upperdir and workdir must be on one writable file system that isn't itself an overlay and knows xattrs: ext4, "
        "xfs, tmpfs"},
    Row{"RTM_NEWLINK", EPERM, Caller::anyone, "",
        "moving a network device needs CAP_NET_ADMIN on the host and in the container's network namespace"},
    Row{"RTM_NEWLINK", EINVAL, Caller::anyone, "", "some devices (lo, bridges with ports) can't leave their namespace"},
    Row{"fsconfig", EPERM, Caller::anyone, "create proc",
        "a new proc needs a pid namespace of its own: ns-enter --new pid,mount"},
    Row{"fsconfig", EPERM, Caller::anyone, "create mqueue",
        "mqueue needs an ipc namespace of its own: ns-enter --new ipc,mount"},
    Row{"fsconfig", EPERM, Caller::anyone, "create sysfs",
        "a new sysfs needs a network namespace of its own: ns-enter --new net,mount, or bind the host's /sys"},
    Row{"fchown", EINVAL, Caller::anyone, "",
        "its owner has no id in this user namespace; 'ns-enter --map-auto' maps more"},
    Row{"fsmount", EPERM, Caller::anyone, "proc",
        "a new proc needs a pid namespace of its own and a host whose /proc is not masked: ns-enter --new pid,mount"},
    Row{"fsmount", EPERM, Caller::anyone, "sysfs",
        "a new sysfs needs a network namespace of its own: ns-enter --new net,mount, or bind the host's /sys"},
    Row{"mount", EPERM, Caller::anyone, "proc",
        "a new proc needs a pid namespace of its own and a host whose /proc is not masked: ns-enter --new pid,mount"},
    Row{"mount", EPERM, Caller::anyone, "sysfs",
        "a new sysfs needs a network namespace of its own: ns-enter --new net,mount, or bind the host's /sys"},
    Row{"mount", EPERM, Caller::anyone, "mqueue", "mqueue needs an ipc namespace of its own: ns-enter --new ipc,mount"},
    Row{"mount", EPERM, Caller::ordinary_user, "", "put 'ns-enter --new user,mount --' in front"},
    Row{"mount_setattr", EPERM, Caller::anyone, "idmap",
        "an idmapped mount needs CAP_SYS_ADMIN over the file system itself; rootless can't do it on the host's"},
    Row{"mount_setattr", EINVAL, Caller::anyone, "idmap", "this file system can't be idmapped"},
    Row{"mount_setattr", EPERM, Caller::anyone, "",
        "flags of a mount from a more privileged owner are locked: they can be added to, not taken away"},
    Row{"pivot_root", EINVAL, Caller::anyone, "",
        "the new root must be a mount of its own, and its parent must not be shared"},
    Row{"pivot_root", EBUSY, Caller::anyone, "", "the new root must be a mount of its own: leave --no-bind out"},
    Row{"pivot_root", EPERM, Caller::ordinary_user, "", "put 'ns-enter --new user,mount --' in front"},
    Row{"pivot_root", EPERM, Caller::root, "", "put 'ns-enter --new mount --' in front"},
    Row{"mknod", EPERM, Caller::anyone, "", "device nodes can't be made in a user namespace: bind the host's instead"},
    Row{"setgroups", EPERM, Caller::ordinary_user, "",
        "changing groups needs CAP_SETGID: be root, or in a user namespace with more than one id"},
    Row{"setgroups", EPERM, Caller::anyone, "",
        "in a user namespace with one mapped id supplementary groups can't change; --map-auto maps more"},
    Row{"setresgid", EINVAL, Caller::anyone, "", "this id isn't mapped here; 'cat /proc/self/gid_map' shows which are"},
    Row{"setresuid", EINVAL, Caller::anyone, "", "this id isn't mapped here; 'cat /proc/self/uid_map' shows which are"},
    Row{"setresuid", EPERM, Caller::anyone, "",
        "changing to another user needs CAP_SETUID: be root, or in a user namespace"},
    Row{"setresgid", EPERM, Caller::anyone, "",
        "changing to another group needs CAP_SETGID: be root, or in a user namespace"},
    Row{"prlimit", EPERM, Caller::anyone, "of process",
        "the limits of another user's process, and raising a hard one, need CAP_SYS_RESOURCE"},
    Row{"prlimit", EPERM, Caller::anyone, "",
        "raising a hard limit needs CAP_SYS_RESOURCE on the host; a lower one is always allowed"},
    Row{"prctl", EPERM, Caller::ordinary_user, "PR_CAPBSET_DROP",
        "the bounding set needs CAP_SETPCAP: put 'ns-enter --new user --' in front, or close the way with "
        "--no-new-privs"},
    Row{"prctl", EPERM, Caller::root, "PR_CAPBSET_DROP", "this root has lost CAP_SETPCAP"},
    Row{"prctl", EPERM, Caller::anyone, "PR_CAP_AMBIENT",
        "an ambient capability must be permitted and inheritable as well"},
    Row{"capset", EPERM, Caller::anyone, "", "a capability can be kept or dropped, never gained: is it permitted now?"},
    Row{"sched_setattr", EPERM, Caller::anyone, "thread",
        "another user's process, a realtime policy or a lower nice value: each needs CAP_SYS_NICE"},
    Row{"sched_setaffinity", EPERM, Caller::anyone, "thread", "another user's process needs CAP_SYS_NICE"},
    Row{"ioprio_set", EPERM, Caller::anyone, "thread", "another user's process, and the class rt, need CAP_SYS_NICE"},
    Row{"sched_setattr", EPERM, Caller::anyone, "",
        "a realtime policy or a nice value below the present one needs CAP_SYS_NICE"},
    Row{"sched_setattr", EBUSY, Caller::anyone, "", "the CPUs have no time left to promise to SCHED_DEADLINE"},
    Row{"ioprio_set", EPERM, Caller::anyone, "", "the class rt needs CAP_SYS_NICE"},
    Row{"sched_setaffinity", EINVAL, Caller::anyone, "",
        "none of these CPUs is one this process may use: 'nproc' and /proc/self/status (Cpus_allowed_list) tell"},
    Row{"set_mempolicy", EINVAL, Caller::anyone, "",
        "does the mode take nodes, and are these there? 'ls /sys/devices/system/node' tells"},
    Row{"seccomp", EACCES, Caller::anyone, "", "without CAP_SYS_ADMIN a filter needs --no-new-privs"},
    Row{"seccomp", EBUSY, Caller::anyone, "", "this process has a filter with a listener already; there can be one"},
    Row{"seccomp", EINVAL, Caller::anyone, "", "does this kernel know all the flags? Or the program is too long"},
    Row{"write", EACCES, Caller::anyone, "oom_score_adj", "lowering the score needs CAP_SYS_RESOURCE"},
    Row{"execve", ENOENT, Caller::anyone, "", "the program is there: its interpreter or loader isn't"},
    Row{"execve", ENOEXEC, Caller::anyone, "", "not a program for this machine, or a script without a '#!' line"},
    Row{"open", ENOSPC, Caller::anyone, "", "the disk is full; 'df -h' shows which"},
    Row{"write", ENOSPC, Caller::anyone, "", "the disk is full; 'df -h' shows which"},
    Row{"create", ENOSPC, Caller::anyone, "", "the disk is full; 'df -h' and 'df -i' show which"},
    Row{"mkdir", ENOSPC, Caller::anyone, "", "the disk is full; 'df -h' and 'df -i' show which"},
    Row{"", EMFILE, Caller::anyone, "", "too many open files: 'ulimit -n' shows the limit"},
    Row{"", ENFILE, Caller::anyone, "", "the whole machine has too many open files: see /proc/sys/fs/file-max"},
    Row{"", EFBIG, Caller::anyone, "", "'ulimit -f' forbids files of that size"},
    Row{"", ENAMETOOLONG, Caller::anyone, "", "a path has at most 4095 bytes, and each name in it 255"},
    Row{"", EDQUOT, Caller::anyone, "", "a disk quota is used up; 'quota' shows it"},
    Row{"", ENOMEM, Caller::anyone, "", "is the memory limit too small, or the machine out of memory?"},
};

bool is_caller(Caller wanted) {
    if (wanted == Caller::anyone) return true;
    return (wanted == Caller::root) == (geteuid() == 0);
}

}  // namespace

std::string find(std::string_view call, std::string_view subject, int errno_value) {
    for (const Row& row : rows) {
        const bool fits = (row.call.empty() || row.call == call) && row.errno_value == errno_value &&
                          is_caller(row.caller) && subject.find(row.subject) != std::string_view::npos;
        if (fits) return std::string(row.hint);
    }
    return {};
}

}  // namespace bell::hints
