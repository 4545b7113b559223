// hop-floor.c - one hop of a chain with nothing around it: the system calls that a tool of the kit makes for the
// kernel's part of its work, then the exec. What the tool costs more than this is its own.
//
//     hop-floor none PROGRAM...         exec only
//     hop-floor uts NAME PROGRAM...     unshare(NEWUTS), sethostname         ns-enter --new uts --hostname NAME --
//     hop-floor pid PROGRAM...          clone3(NEWPID|NEWNS), the root made private, wait
//                                                                            ns-enter --new pid,mount --
//     hop-floor root DIR PROGRAM...     chroot, chdir                        chroot-only DIR --
//     hop-floor nnp PROGRAM...          PR_SET_NO_NEW_PRIVS                  priv-drop --no-new-privs --
//     hop-floor caps PROGRAM...         drop the bounding set, clear ambient, capset to nothing
//                                                                            priv-drop --caps none --
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(long result, const char* what) {
    if (result >= 0) return;
    dprintf(2, "hop-floor: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void own_pids_and_mounts(void) {
    struct clone_args how = {.flags = CLONE_NEWPID | CLONE_NEWNS, .exit_signal = SIGCHLD};
    const long pid = syscall(SYS_clone3, &how, sizeof how);
    must(pid, "clone3");
    if (pid > 0) {
        int status = 0;
        must(waitpid((pid_t)pid, &status, 0), "waitpid");
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    must(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), "mount");
}

static void drop_capabilities(void) {
    for (int number = 0; prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0; number++) {
    }
    must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    const struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    must(syscall(SYS_capset, &header, none), "capset");
}

int main(int argc, char** argv) {
    if (argc < 3) return 125;
    const char* what = argv[1];
    char** program = argv + 2;
    if (!strcmp(what, "uts") || !strcmp(what, "root")) program++;
    if (!strcmp(what, "uts")) {
        must(unshare(CLONE_NEWUTS), "unshare");
        must(sethostname(argv[2], strlen(argv[2])), "sethostname");
    } else if (!strcmp(what, "pid")) {
        own_pids_and_mounts();
    } else if (!strcmp(what, "root")) {
        must(chroot(argv[2]), "chroot");
        must(chdir("/"), "chdir");
    } else if (!strcmp(what, "nnp")) {
        must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
    } else if (!strcmp(what, "caps")) {
        drop_capabilities();
    }
    execv(program[0], program);
    must(-1, program[0]);
}
