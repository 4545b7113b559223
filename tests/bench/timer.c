// timer.c - times programs side by side: one run of each in turn, many rounds, so that whatever else the machine does
// hits all of them alike. The median is what to expect, the minimum what it costs when nobody disturbs.
//
//     timer ROUNDS WARM_UPS SETTLE_MS SECONDS LABEL COMMAND [+++ COMMAND]... [~~~ COMMAND] [::: LABEL ...]
//
// Commands joined by +++ are timed together (create +++ start +++ delete); the one after ~~~ tidies up, untimed. Before
// each measurement SETTLE_MS pass: a kernel that is still taking network namespaces apart makes the next run slow.
// stdin, stdout are /dev/null. A command that takes SECONDS ends it all (SIGALRM). The WARM_UPS, rounds that
// don't count, come first. A line of tab-separated fields comes out for each label:
//     label  median  minimum  90th percentile  processor time (median), all in microseconds  peak memory in KiB
//
// Peak memory is wait4(2)'s ru_maxrss: the largest process of those the command waited for, itself included. It can't
// tell less than this program has itself (an exec keeps the mark), so this program is static and small.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CASES = 48, MOST_COMMANDS = 8, MOST_ROUNDS = 4000 };

struct sample {
    double wall, cpu;  // microseconds
    long memory;       // KiB
};
struct benchmark {
    const char* label;
    char **command[MOST_COMMANDS], **tidy;
    int commands;
    float wall[MOST_ROUNDS], cpu[MOST_ROUNDS];
    long memory;
};
static struct benchmark cases[MOST_CASES];
static posix_spawn_file_actions_t to_null;
static unsigned seconds;

static int by_size(const void* a, const void* b) {
    const float x = *(const float*)a, y = *(const float*)b;
    return (x > y) - (x < y);
}

// Splits argv in place: the separators become the ends of the commands.
static int parse(char** words) {
    int count = 0;
    while (*words) {
        if (count == MOST_CASES) exit(125);
        struct benchmark* one = &cases[count++];
        one->label = *words++;
        one->command[one->commands++] = words;
        for (; *words && strcmp(*words, ":::") != 0; words++) {
            const int joined = !strcmp(*words, "+++"), tidy = !strcmp(*words, "~~~");
            if (!joined && !tidy) continue;
            *words = NULL;
            if (tidy)
                one->tidy = words + 1;
            else if (one->commands < MOST_COMMANDS)
                one->command[one->commands++] = words + 1;
        }
        if (*words) *words++ = NULL;
    }
    return count;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}
static double microseconds(struct timeval t) { return (double)t.tv_sec * 1e6 + (double)t.tv_usec; }

static void run(const char* label, char** command, struct sample* sum) {
    pid_t pid;
    int status;
    struct rusage used;
    alarm(seconds);
    const double start = now();
    if (posix_spawnp(&pid, command[0], &to_null, NULL, command, environ)) {
        perror(command[0]);
        exit(127);
    }
    if (wait4(pid, &status, 0, &used) < 0) exit(125);
    sum->wall += now() - start;
    sum->cpu += microseconds(used.ru_utime) + microseconds(used.ru_stime);
    alarm(0);
    if (used.ru_maxrss > sum->memory) sum->memory = used.ru_maxrss;
    if (!status) return;
    fprintf(stderr, "timer: %s: '%s' failed (wait status %#x)\n", label, command[0], (unsigned)status);
    exit(1);
}

int main(int argc, char** argv) {
    if (argc < 7) return 125;
    const int rounds = atoi(argv[1]), warm_ups = atoi(argv[2]), settle = atoi(argv[3]), count = parse(argv + 5);
    seconds = (unsigned)atoi(argv[4]);
    if (rounds < 1 || rounds > MOST_ROUNDS) return 125;
    prctl(PR_SET_PDEATHSIG, SIGKILL);        // the benchmark is killed: so are we, and it sweeps up
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0);  // the first process of a created container becomes our child
    posix_spawn_file_actions_init(&to_null);
    posix_spawn_file_actions_addopen(&to_null, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&to_null, 0, 1);
    for (int round = -warm_ups; round < rounds; round++) {
        for (struct benchmark* one = cases; one < cases + count; one++) {
            struct sample sum = {0}, ignored = {0};
            usleep((useconds_t)settle * 1000);
            for (int i = 0; i < one->commands; i++) run(one->label, one->command[i], &sum);
            if (one->tidy) run(one->label, one->tidy, &ignored);
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
            if (sum.memory > one->memory) one->memory = sum.memory;
            if (round < 0) continue;
            one->wall[round] = (float)sum.wall, one->cpu[round] = (float)sum.cpu;
        }
    }
    for (struct benchmark* one = cases; one < cases + count; one++) {
        qsort(one->wall, (size_t)rounds, sizeof *one->wall, by_size);
        qsort(one->cpu, (size_t)rounds, sizeof *one->cpu, by_size);
        printf("%s\t%.0f\t%.0f\t%.0f\t%.0f\t%ld\n", one->label, one->wall[rounds / 2], one->wall[0],
               one->wall[rounds * 9 / 10], one->cpu[rounds / 2], one->memory);
    }
    return 0;
}
