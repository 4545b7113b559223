// early.c - the protected copy, before anything else.
//
// A verb that enters containers runs from a copy of the program that nobody can write to (common/sys/self.hpp). To find
// that out in main() costs a whole start of the program in vain: the C library asks the processor for its features and
// caches, and in a virtual machine each such question is an exit to the host, 0.3 ms together; constructors and options
// come on top. So the program's first instruction is here (ld --entry): on the kernel's own stack, with no library yet,
// the same three system calls are made. Whatever is unusual (a program that was given power by its file, systemd's
// helper to be looked for, a mount that isn't allowed) is left to main(), which does it all again, and more.
//
// Not in test builds whose guards can be switched off; on x86-64 and arm64 only (tools/CMakeLists.txt).
//
// execve(2), getauxval(3) on what lies on the stack; open_tree(2), mount_setattr(2), execveat(2).
#include <elf.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

#if defined(__x86_64__)
static long call(long number, long a, long b, long c, long d, long e) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

// Registers and stack as the kernel left them are what the C library's own first instruction expects.
__asm__(
    ".text\n.globl bell_entry\nbell_entry:\n"
    "    mov %rsp, %rbx\n    mov %rdx, %r12\n    mov %rsp, %rdi\n    and $-16, %rsp\n    call bell_early\n"
    "    mov %rbx, %rsp\n    mov %r12, %rdx\n    xor %ebx, %ebx\n    xor %r12d, %r12d\n    jmp _start\n");
#elif defined(__aarch64__)
static long call(long number, long a, long b, long c, long d, long e) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

__asm__(
    ".text\n.globl bell_entry\nbell_entry:\n"
    "    mov x19, x0\n    mov x0, sp\n    bl bell_early\n    mov x0, x19\n    b _start\n");
#endif

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

// The verbs that enter containers, as main.cpp has them.
static int may_enter(char** argv) {
    int enters = 0;
    for (char** word = argv; *word; ++word) {
        if (holds(*word, "systemd")) return 0;
        enters = enters || is(*word, "run") || is(*word, "create") || is(*word, "exec");
    }
    return enters;
}

static int has_power_of_its_file(char** environment) {
    while (*environment) ++environment;
    for (const Elf64_auxv_t* each = (const Elf64_auxv_t*)(environment + 1); each->a_type != AT_NULL; ++each)
        if (each->a_type == AT_SECURE) return each->a_un.a_val != 0;
    return 1;
}

static int is_copy(void) {
    char target[16] = {0};
    const long size = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)target, sizeof target - 1, 0);
    return size <= 0 || is(target, "/") || begins(target, "/memfd:");
}

void bell_early(long* stack);
void bell_early(long* stack) {
    char** argv = (char**)(stack + 1);
    char** environment = argv + stack[0] + 1;
    if (stack[0] < 2 || !may_enter(argv + 1) || has_power_of_its_file(environment) || is_copy()) return;
    const long mount =
        call(SYS_open_tree, AT_FDCWD, (long)"/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
    if (mount < 0) return;
    const struct mount_attr read_only = {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0};
    if (call(SYS_mount_setattr, mount, (long)"", AT_EMPTY_PATH, (long)&read_only, sizeof read_only) == 0)
        call(SYS_execveat, mount, (long)"", (long)argv, (long)environment, AT_EMPTY_PATH);
    call(SYS_close, mount, 0, 0, 0, 0);
}
