// floor.c - the least a container start can cost. It does, with nothing around it, what `run` has to do for the default
// spec, so that a benchmark can tell how much of a runtime's time is the kernel's and how much is its own.
//
//     floor -n NAME [-c] [-g] [-d] [-s DIR] [-p] ROOTFS PROGRAM [ARG...]       (root; a static PROGRAM)
//       -n  the container's name: of its cgroups and its state
//       -c  a cgroup in every hierarchy below /sys/fs/cgroup, with the default device list, removed afterwards
//       -g  mount the hierarchies in the container's /sys/fs/cgroup
//       -d  first exec again from a detached read-only mount of this program (CVE-2019-5736)
//       -s  state written ahead, then "running", then removed, in DIR/NAME
//       -p  read the posture back before the exec
// `-cg` alone is the container; with -d, -s and -p it is as safe as bundle-run. No config.json is read, no error is
// undone, nothing is explained. What the order means is told in tools/bundle-run/init.cpp.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
enum { NOSUID = MOUNT_ATTR_NOSUID, NODEV = MOUNT_ATTR_NODEV, NOEXEC = MOUNT_ATTR_NOEXEC, RDONLY = MOUNT_ATTR_RDONLY };
static char name[64], hier[16][32];         // the container; the cgroup hierarchies (directory names)
static int nhier, tasks[16], unified = -1;  // of ours: v1 "tasks" files, v2 directory
static void die(const char* what) { dprintf(2, "floor: %s: %s\n", what, strerror(errno)), _exit(125); }
#define TRY(call)                     \
    ({                                \
        __typeof__(call) r_ = (call); \
        if (r_ < 0) die(#call);       \
        r_;                           \
    })
static void put(const char* path, const char* text, int flags) {  // write a small file
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) die(path);
    close(fd);
}

// --- mounts, by descriptor only -------------------------------------------------------------------------------------
static int fs(const char* type, const char* options, unsigned attr) {  // a new filesystem, not attached yet
    int ctx = TRY(fsopen(type, FSOPEN_CLOEXEC));
    char copy[128], *save = NULL;
    TRY(fsconfig(ctx, FSCONFIG_SET_STRING, "source", type, 0));  // else mountinfo says "none"
    snprintf(copy, sizeof copy, "%s", options);
    for (char* o = strtok_r(copy, ",", &save); o; o = strtok_r(NULL, ",", &save)) {
        char* value = strchr(o, '=');
        if (value) *value++ = 0;
        TRY(fsconfig(ctx, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, o, value, 0));
    }
    TRY(fsconfig(ctx, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
    int mnt = TRY(fsmount(ctx, FSMOUNT_CLOEXEC, attr));
    close(ctx);
    return mnt;
}
static void attach(int mnt, int dir, const char* to) { TRY(move_mount(mnt, "", dir, to, MOVE_MOUNT_F_EMPTY_PATH)); }
static void attach_close(int mnt, int dir, const char* to) {
    attach(mnt, dir, to);
    close(mnt);
}
static int clone_mount(int dir, const char* path, unsigned recursive) {
    return open_tree(dir, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | recursive);
}
static void set_attr(int mnt, unsigned set, unsigned propagation, unsigned recursive) {
    struct mount_attr a = {.attr_set = set, .propagation = propagation};
    TRY(mount_setattr(mnt, mnt == AT_FDCWD ? "/" : "", AT_EMPTY_PATH | recursive, &a, sizeof a));
}

// --- exec again from a copy the container can't write to ------------------------------------------------------------
static void execute_copy(char** argv) {
    int self = TRY(open("/proc/self/exe", O_PATH | O_CLOEXEC));
    int copy = TRY(clone_mount(self, "", 0));  // dissolved by the exec (CLOEXEC): nobody can make it writable again
    set_attr(copy, RDONLY | NOSUID, 0, 0);
    argv[0] = "floor-copy";
    syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
    die("execveat");
}

// --- cgroups, in the parent -----------------------------------------------------------------------------------------
static const char* cg(int i, const char* file) {
    static char path[192];
    snprintf(path, sizeof path, "/sys/fs/cgroup/%.31s/%.63s%s%s", hier[i], name, *file ? "/" : "", file);
    return path;
}
static void find_hierarchies(void) {  // lines "4:memory:/x", "9:name=systemd:/", "0::/"
    FILE* f = fopen("/proc/self/cgroup", "re");
    for (char line[256], c[32], path[64]; f && fgets(line, sizeof line, f) && nhier < 16;) {
        if (sscanf(line, "%*d:%31[^:]:", c) != 1) strcpy(c, "unified");
        strcpy(hier[nhier], strncmp(c, "name=", 5) ? c : c + 5);
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s/cgroup.procs", hier[nhier]);
        nhier += !access(path, F_OK);  // known to the kernel and mounted
    }
    if (f) fclose(f);
}
static void cgroups_make(void) {
    static const char* allow[] = {"b *:* m",   "c *:* m",   "c 1:3 rwm", "c 1:5 rwm",    "c 1:7 rwm",  "c 1:8 rwm",
                                  "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 10:200 rwm", "c 136:* rwm"};
    for (int i = 0; i < nhier; i++) {
        TRY(mkdir(cg(i, ""), 0755));
        if (!strcmp(hier[i], "cpuset")) {  // v1: empty until somebody fills it, and then nothing can join
            char parent[2][64] = {{0}};
            const char* files[] = {"cpuset.cpus", "cpuset.mems"};
            for (int k = 0; k < 2; k++) {
                char from[96];
                snprintf(from, sizeof from, "/sys/fs/cgroup/cpuset/%s", files[k]);
                int fd = TRY(open(from, O_RDONLY | O_CLOEXEC));
                TRY(read(fd, parent[k], 63));
                close(fd);
                put(cg(i, files[k]), parent[k], 0);
            }
        }
        if (!strcmp(hier[i], "devices")) {
            put(cg(i, "devices.deny"), "a", 0);
            for (unsigned k = 0; k < sizeof allow / sizeof *allow; k++) put(cg(i, "devices.allow"), allow[k], 0);
        }
    }
}
// Moving *another* process (cgroup.procs) takes the kernel's global threadgroup lock for writing: a whole RCU grace
// period, 8-20 ms on an idle machine. A single-threaded process that moves *itself* ("0" into v1's tasks) needs no lock
// (Linux >= 6.0), and neither does one that is born in its v2 cgroup (CLONE_INTO_CGROUP).
static void cgroups_open(void) {
    for (int i = 0; i < nhier; i++)
        if (!strcmp(hier[i], "unified"))
            tasks[i] = -1, unified = TRY(open(cg(i, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        else
            tasks[i] = TRY(open(cg(i, "tasks"), O_WRONLY | O_CLOEXEC));
}
static void cgroups_join_self(void) {
    for (int i = 0; i < nhier; i++)
        if (tasks[i] >= 0) TRY(write(tasks[i], "0", 1));
}
static void cgroups_remove(void) {
    for (int i = 0; i < nhier; i++)
        for (int k = 0; rmdir(cg(i, "")) && errno != ENOENT; k++)  // EBUSY while a process is still leaving
            if (errno != EBUSY || k == 1000 || usleep(1000)) die("rmdir cgroup");
}

// --- state, written before the first side effect --------------------------------------------------------------------
static void state(const char* dir, const char* status) {
    char d[192], tmp[256], to[256], text[1024];
    snprintf(d, sizeof d, "%s/%s", dir, name);
    snprintf(tmp, sizeof tmp, "%s/state.tmp", d);
    snprintf(to, sizeof to, "%s/state.json", d);
    if (!status) return (void)TRY(unlink(to)), (void)TRY(rmdir(d));
    if (!strcmp(status, "creating")) TRY(mkdir(d, 0700));
    snprintf(text, sizeof text, "{\"ociVersion\":\"1.0.2\",\"id\":\"%s\",\"status\":\"%s\",\"pad\":\"%0500d\"}", name,
             status, 0);
    put(tmp, text, O_CREAT | O_EXCL);
    TRY(rename(tmp, to));
}

// --- the child: from a process with new namespaces to the program ---------------------------------------------------
static void devices(int dev) {  // on the fresh tmpfs, still reached by its own descriptor only
    static const struct {
        const char* name;
        unsigned major, minor;
    } nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    static const char* links[][2] = {{"/proc/self/fd", "fd"},
                                     {"/proc/self/fd/0", "stdin"},
                                     {"/proc/self/fd/1", "stdout"},
                                     {"/proc/self/fd/2", "stderr"},
                                     {"pts/ptmx", "ptmx"}};
    static const char* dirs[] = {"pts", "shm", "mqueue"};
    umask(0);
    for (int i = 0; i < 6; i++)
        TRY(mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)));
    for (int i = 0; i < 5; i++) TRY(symlinkat(links[i][0], dev, links[i][1]));
    for (int i = 0; i < 3; i++) TRY(mkdirat(dev, dirs[i], 0755));
    umask(022);
}
static void cgroup_mounts(int root) {  // after the cgroup namespace: each hierarchy shows our part of it
    int top = fs("tmpfs", "mode=755", NOSUID | NOEXEC | NODEV);
    attach(top, root, "sys/fs/cgroup");
    for (int i = 0; i < nhier; i++) {
        int v2 = !strcmp(hier[i], "unified"), systemd = !strcmp(hier[i], "systemd");
        TRY(mkdirat(top, hier[i], 0755));
        attach_close(fs(v2 ? "cgroup2" : "cgroup",
                        v2        ? ""
                        : systemd ? "none,name=systemd"
                                  : hier[i],
                        NOSUID | NOEXEC | NODEV | RDONLY),
                     top, hier[i]);
    }
    set_attr(top, RDONLY, 0, 0);
}
static void mask_and_protect(int root, int null) {  // null: a detached clone of the host's verified /dev/null
    static const char* masked[] = {"proc/acpi",          "proc/asound",     "proc/kcore",       "proc/keys",
                                   "proc/latency_stats", "proc/timer_list", "proc/timer_stats", "proc/sched_debug",
                                   "sys/firmware",       "proc/scsi"};
    static const char* readonly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
    int empty = -1;  // one empty read-only tmpfs serves every masked directory
    for (int i = 0; i < 10; i++) {
        struct stat st;
        int fd = openat(root, masked[i], O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) continue;  // not in this kernel
        if (fd < 0 || fstat(fd, &st)) die(masked[i]);
        if (S_ISDIR(st.st_mode) && empty < 0)
            empty = fs("tmpfs", "size=0,nr_inodes=1", RDONLY | NOSUID | NODEV | NOEXEC);
        int cover = TRY(clone_mount(S_ISDIR(st.st_mode) ? empty : null, "", 0));
        TRY(move_mount(cover, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
        close(cover), close(fd);
    }
    for (int i = 0; i < 5; i++) {
        int mnt = clone_mount(root, readonly[i], AT_RECURSIVE);
        if (mnt < 0 && errno == ENOENT) continue;
        if (mnt < 0) die(readonly[i]);
        set_attr(mnt, RDONLY | NOSUID | NODEV | NOEXEC, 0, AT_RECURSIVE);
        attach_close(mnt, root, readonly[i]);
    }
}
static void drop_privileges(void) {  // bounding set first: it needs CAP_SETPCAP
    const unsigned keep = 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE | 1u << CAP_AUDIT_WRITE;
    for (int c = 0; prctl(PR_CAPBSET_READ, c) >= 0; c++)
        if (c > 31 || !(keep >> c & 1)) TRY(prctl(PR_CAPBSET_DROP, c));
    TRY(setgroups(0, NULL));
    TRY(prctl(PR_SET_KEEPCAPS, 1));
    TRY(setresgid(0, 0, 0));
    TRY(setresuid(0, 0, 0));
    struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct d[2] = {{keep, keep, keep}, {0, 0, 0}};
    TRY(syscall(SYS_capset, &h, d));
    TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}
static void child(int with_cgroups, int with_cgmount, int posture, char** argv) {
    set_attr(AT_FDCWD, 0, MS_PRIVATE, AT_RECURSIVE);
    int null = TRY(open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC));  // the host's, while it is in sight
    struct stat st;
    if (fstat(null, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) errno = ENODEV, die("/dev/null");
    null = TRY(clone_mount(null, "", 0));
    int root =
        TRY(clone_mount(AT_FDCWD, "", AT_RECURSIVE));  // the parent did fchdir(ROOTFS) before clone3: "." came along
    attach(root, AT_FDCWD, ".");                       // a mount of its own, so that it can become the root
    int proc = fs("proc", "", NOSUID | NODEV | NOEXEC),
        dev = fs("tmpfs", "mode=755,size=65536k", NOSUID | MOUNT_ATTR_STRICTATIME);
    attach(proc, root, "proc");
    devices(dev);
    attach(dev, root, "dev");
    attach_close(fs("devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", NOSUID | NOEXEC), dev, "pts");
    attach_close(fs("tmpfs", "mode=1777,size=65536k", NOSUID | NOEXEC | NODEV), dev, "shm");
    attach_close(fs("mqueue", "", NOSUID | NOEXEC | NODEV), dev, "mqueue");
    attach_close(fs("sysfs", "", NOSUID | NOEXEC | NODEV | RDONLY), root, "sys");
    TRY(sethostname("floor", 5));
    int s = TRY(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    TRY(ioctl(s, SIOCSIFFLAGS, &lo));
    if (with_cgroups) cgroups_join_self();
    if (with_cgroups) TRY(unshare(CLONE_NEWCGROUP));  // only now: its root is where we are
    if (with_cgmount) cgroup_mounts(root);
    // pivot: the old root is stacked on the new one for a moment, then gone
    TRY(fchdir(root));
    TRY(syscall(SYS_pivot_root, ".", "."));
    TRY(umount2(".", MNT_DETACH));
    TRY(chdir("/"));
    mask_and_protect(root, null);
    set_attr(root, RDONLY, 0, 0);
    TRY(setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 1024}));
    TRY(setsid());
    drop_privileges();
    if (posture) {  // what the kernel says we are; a real runtime compares it
        static const char* files[] = {"self/status", "self/mountinfo", "self/uid_map"};
        for (int i = 0; i < 3; i++) {
            char buffer[16384];
            int fd = TRY(openat(proc, files[i], O_RDONLY | O_CLOEXEC));
            while (TRY(read(fd, buffer, sizeof buffer)) > 0) {
            }
            close(fd);
        }
    }
    TRY(close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
    execv(argv[0], argv);
    die(argv[0]);
}

int main(int argc, char** argv) {
    int asked[128] = {0}, pidfd = -1;
    const char* dir = NULL;
    for (int o; (o = getopt(argc, argv, "+n:cgds:p")) > 0;) {
        if (o == '?') return 125;
        asked[o] = 1;
        if (o == 'n') snprintf(name, sizeof name, "%s", optarg);
        if (o == 's') dir = optarg;
    }
    const int cgroups = asked['c'];
    if (argc - optind < 2 || !*name)
        return dprintf(2, "usage: floor -n NAME [-c] [-g] [-d] [-s DIR] [-p] ROOTFS PROGRAM [ARG...]\n"), 125;
    if (asked['d'] && strcmp(argv[0], "floor-copy")) execute_copy(argv);
    int rootfs = TRY(open(argv[optind], O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (dir) state(dir, "creating");
    find_hierarchies();
    if (cgroups) cgroups_make(), cgroups_open();
    TRY(fchdir(rootfs));
    struct clone_args a = {.flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWNET | (cgroups ? 0 : CLONE_NEWCGROUP),
                           .pidfd = (unsigned long)&pidfd,
                           .exit_signal = SIGCHLD};
    if (unified >= 0) a.flags |= CLONE_INTO_CGROUP, a.cgroup = (unsigned long long)unified;
    pid_t pid = (pid_t)TRY(syscall(SYS_clone3, &a, sizeof a));
    if (!pid) child(cgroups, asked['g'], asked['p'], argv + optind + 1);
    if (dir) state(dir, "running");
    siginfo_t info = {0};
    TRY(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED));
    if (cgroups) cgroups_remove();
    if (dir) state(dir, NULL);
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}
