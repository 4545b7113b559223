// steps.c - runs a program instruction by instruction, and says which ones it came by: for tests/bench/order.
//
//     steps FIRST END PROGRAM [ARG...]        hexadecimal addresses of the program's code
//
// A line for each address between FIRST and END, when a process comes by it for the first time: "r ADDRESS" for the
// program itself, "i ADDRESS" for its children, until they run another program. Children that still run when the
// program has ended are killed. A million instructions take about 40 s. ptrace(2).
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
static unsigned long instruction_of(pid_t pid) {
    return (unsigned long)ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), NULL);
}
#else
#error "written for x86-64: the list that comes of it is for all"
#endif

enum { MOST_PIDS = 1 << 22, RUNTIME = 1, INIT = 2 };
static unsigned char elsewhere[MOST_PIDS];  // whether a process runs another program
static unsigned char* seen;                 // for each address: RUNTIME, INIT or both came by
static FILE* out;                           // stdout; the program's own goes to /dev/null

static void note(pid_t pid, pid_t runtime, unsigned long first, unsigned long end) {
    const unsigned long at = instruction_of(pid);
    if (at < first || at >= end) return;
    const unsigned char who = pid == runtime ? RUNTIME : INIT;
    if (seen[at - first] & who) return;
    seen[at - first] |= who;
    fprintf(out, "%c %lx\n", who == RUNTIME ? 'r' : 'i', at);
}

// What to pass on to a process that stopped: the signal, unless it is ptrace's own.
static int signal_of(int status) {
    return status >> 16 || WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
}

// What a child runs in the end is held back until nobody has moved for a second: the runtime waits for it then, as it
// does when nobody counts its instructions.
static pid_t held;

static pid_t next_stop(int* status) {
    for (int milliseconds = 0; held && milliseconds < 1000; milliseconds++) {
        const pid_t pid = waitpid(-1, status, __WALL | WNOHANG);
        if (pid != 0) return pid;
        usleep(1000);
    }
    if (held) ptrace(PTRACE_CONT, held, NULL, NULL);
    held = 0;
    return waitpid(-1, status, __WALL);
}

static void go_on(pid_t pid, int status, pid_t runtime) {
    const int is_exec = status >> 16 == PTRACE_EVENT_EXEC;
    if (is_exec) elsewhere[pid] = pid != runtime;
    if (is_exec && pid != runtime && !held)
        held = pid;
    else
        ptrace(elsewhere[pid] ? PTRACE_CONT : PTRACE_SINGLESTEP, pid, NULL, (void*)(long)signal_of(status));
}

int main(int argc, char** argv) {
    if (argc < 4) return 125;
    const unsigned long first = strtoul(argv[1], NULL, 16), end = strtoul(argv[2], NULL, 16);
    seen = calloc(1, end - first);
    out = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "w");
    if (!seen || !out || !freopen("/dev/null", "w", stdout)) return 125;
    const pid_t runtime = fork();
    if (runtime == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execv(argv[3], argv + 3);
        _exit(127);
    }
    elsewhere[runtime] = 1;  // it is this program still
    int status;
    waitpid(runtime, &status, 0);
    ptrace(PTRACE_SETOPTIONS, runtime, NULL,
           PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    for (pid_t pid = runtime; pid > 0; pid = next_stop(&status)) {
        if (WIFSTOPPED(status)) {
            if (!elsewhere[pid]) note(pid, runtime, first, end);
            go_on(pid, status, runtime);
        } else if (pid == runtime) {
            fclose(out);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    return 125;
}
