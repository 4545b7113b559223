// early.c - the protected copy, before anything else.
//
// A verb that enters containers runs from a copy of the program that nobody can write to (common/sys/self.hpp). To find
// that out in main() costs a whole start of the program in vain: the C library asks the processor for its features and
// caches, and in a virtual machine each such question is an exit to the host, 0.3 ms together; constructors and options
// come on top. So the program's first instruction is here (ld --entry): on the kernel's own stack, with no library yet.
//
// It makes the same read-only mount as sys/self.cpp. But then it need not run itself again: nothing has happened yet,
// so it maps its own segments anew, from the file as the mount shows it, over the ones it runs from, and tells the
// kernel that this is the process's program now (PR_SET_MM_MAP; needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, and a
// kernel built with CONFIG_CHECKPOINT_RESTORE). The kernel agrees only when nothing of the old file is mapped any more.
// /proc/PID/exe and /proc/PID/map_files lead to the read-only mount then, as after an exec, which costs 1 ms. Where the
// kernel doesn't agree, it is an exec. Whatever is unusual (a program that was given power by its file, systemd's
// helper to be looked for, a mount that isn't allowed) is left to main(), which does it all again, and more.
//
// Not in test builds whose guards can be switched off; on x86-64 and arm64 only (tools/CMakeLists.txt).
//
// execve(2), getauxval(3) on what lies on the stack, elf(5); open_tree(2), mount_setattr(2), execveat(2), mmap(2),
// PR_SET_MM in prctl(2).
#include <elf.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

#if defined(__x86_64__)
static long call6(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

// Registers and stack as the kernel left them are what the C library's own first instruction expects.
__asm__(
    ".text\n.globl bell_entry\nbell_entry:\n"
    "    mov %rsp, %rbx\n    mov %rdx, %r12\n    mov %rsp, %rdi\n    and $-16, %rsp\n    call bell_early\n"
    "    mov %rbx, %rsp\n    mov %r12, %rdx\n    xor %ebx, %ebx\n    xor %r12d, %r12d\n    jmp _start\n");
#elif defined(__aarch64__)
static long call6(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

__asm__(
    ".text\n.globl bell_entry\nbell_entry:\n"
    "    mov x19, x0\n    mov x0, sp\n    bl bell_early\n    mov x0, x19\n    b _start\n");
#endif

static long call(long number, long a, long b, long c, long d, long e) { return call6(number, a, b, c, d, e, 0); }

static int is(const char* word, const char* other) {
    while (*word && *word == *other) ++word, ++other;
    return *word == *other;
}

static int begins(const char* word, const char* with) {
    while (*with && *word == *with) ++word, ++with;
    return !*with;
}

static int holds(const char* word, const char* part) {
    for (; *word; ++word)
        if (begins(word, part)) return 1;
    return 0;
}

static char* end_of(char* word) {
    while (*word) ++word;
    return word + 1;
}

// What the kernel lays on a new program's stack, from the stack pointer on (execve(2), getauxval(3)).
struct start {
    long* stack;
    char** argv;
    char** environment;
    const Elf64_auxv_t* facts;
};

static struct start start_of(long* stack) {
    struct start start = {stack, (char**)(stack + 1), (char**)(stack + 1) + stack[0] + 1, 0};
    char** end = start.environment;
    while (*end) ++end;
    start.facts = (const Elf64_auxv_t*)(end + 1);
    return start;
}

static unsigned long fact(const struct start* start, unsigned long type, unsigned long otherwise) {
    for (const Elf64_auxv_t* each = start->facts; each->a_type != AT_NULL; ++each)
        if (each->a_type == type) return each->a_un.a_val;
    return otherwise;
}

// The verbs that enter containers, as main.cpp has them.
static int may_enter(char** argv) {
    int enters = 0;
    for (char** word = argv; *word; ++word) {
        if (holds(*word, "systemd")) return 0;
        enters = enters || is(*word, "run") || is(*word, "create") || is(*word, "exec");
    }
    return enters;
}

static int is_copy(void) {
    char target[16] = {0};
    const long size = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)target, sizeof target - 1, 0);
    return size <= 0 || is(target, "/") || begins(target, "/memfd:");
}

static long read_only_mount_of_self(void) {
    const long mount = call(SYS_open_tree, AT_FDCWD, (long)"/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
    const struct mount_attr read_only = {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0};
    if (mount < 0 || call(SYS_mount_setattr, mount, (long)"", AT_EMPTY_PATH, (long)&read_only, sizeof read_only) == 0)
        return mount;
    call(SYS_close, mount, 0, 0, 0, 0);
    return -1;
}

// The descriptor of a mount is good for paths only (O_PATH): the file that it shows, opened.
static long open_for_mapping(long mount) {
    char path[32] = "/proc/self/fd/";
    char* digit = end_of(path) - 1;
    long unit = 1;
    while (mount / unit >= 10) unit *= 10;
    for (; unit; unit /= 10) *digit++ = (char)('0' + mount / unit % 10);
    return call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);
}

static void clear(char* begin, char* end) {
    for (; (unsigned long)begin % sizeof(long) && begin < end; ++begin) *(volatile char*)begin = 0;
    for (; begin < end; begin += sizeof(long)) *(volatile long*)begin = 0;
}

// A segment of the program (elf(5), PT_LOAD), from `file`, where it is. What the program writes to is as in the file
// but for the part of the last page that is beyond it, which has to be zero. Nothing was written to yet.
static int map_again(const Elf64_Phdr* segment, long file, unsigned long page) {
    const unsigned long begin = segment->p_vaddr & -page;
    const unsigned long end = segment->p_vaddr + segment->p_filesz;
    const int protection = (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
                           (segment->p_flags & PF_X ? PROT_EXEC : 0);
    const long done = call6(SYS_mmap, (long)begin, (long)(end - begin), protection, MAP_PRIVATE | MAP_FIXED, file,
                            (long)(segment->p_offset & -page));
    if (done < 0) return 0;
    if (segment->p_memsz > segment->p_filesz) clear((char*)end, (char*)((end + page - 1) & -page));
    return 1;
}

static int map_all_again(const struct start* start, long file, struct prctl_mm_map* map) {
    const Elf64_Phdr* segment = (const Elf64_Phdr*)fact(start, AT_PHDR, 0);
    const unsigned long page = fact(start, AT_PAGESZ, 4096);
    for (unsigned long left = fact(start, AT_PHNUM, 0); left; --left, ++segment) {
        if (segment->p_type != PT_LOAD) continue;
        if (!map_again(segment, file, page)) return 0;
        __u64* begin_and_end = segment->p_flags & PF_W ? &map->start_data : &map->start_code;
        begin_and_end[0] = segment->p_vaddr;
        begin_and_end[1] = segment->p_vaddr + segment->p_filesz;
    }
    return 1;
}

// Whether this process's program is `mount` now. All values but the last are what they were.
static int become(const struct start* start, long mount) {
    const long file = open_for_mapping(mount);
    if (file < 0) return 0;
    const unsigned long heap = (unsigned long)call(SYS_brk, 0, 0, 0, 0, 0);
    char* words_end = end_of(start->argv[start->stack[0] - 1]);
    char* last = 0;
    for (char** each = start->environment; *each; ++each) last = *each;
    struct prctl_mm_map map = {.start_brk = heap,
                               .brk = heap,
                               .start_stack = (unsigned long)start->stack,
                               .arg_start = (unsigned long)start->argv[0],
                               .arg_end = (unsigned long)words_end,
                               .env_start = (unsigned long)words_end,
                               .env_end = (unsigned long)(last ? end_of(last) : words_end),
                               .exe_fd = (__u32)file};
    const int done =
        map_all_again(start, file, &map) && call(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, (long)&map, sizeof map, 0) == 0;
    call(SYS_close, file, 0, 0, 0, 0);
    return done;
}

void bell_early(long* stack);
void bell_early(long* stack) {
    const struct start start = start_of(stack);
    if (stack[0] < 2 || !may_enter(start.argv + 1) || fact(&start, AT_SECURE, 1) || is_copy()) return;
    const long mount = read_only_mount_of_self();
    if (mount < 0) return;
    if (!become(&start, mount))
        call(SYS_execveat, mount, (long)"", (long)start.argv, (long)start.environment, AT_EMPTY_PATH);
    call(SYS_close, mount, 0, 0, 0, 0);
}
