// seccomp_program.cpp - see seccomp_program.hpp.
#include "concepts/seccomp_program.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <bit>
#include <cerrno>
#include <cstddef>

#include "base/guard.hpp"

namespace bell::seccomp {
namespace {

constexpr std::uint32_t x32_bit = 0x40000000;

std::uint64_t instruction(unsigned code, std::uint32_t operand, unsigned if_true = 0, unsigned if_false = 0) {
    return std::bit_cast<std::uint64_t>(sock_filter{static_cast<std::uint16_t>(code),
                                                    static_cast<std::uint8_t>(if_true),
                                                    static_cast<std::uint8_t>(if_false), operand});
}

std::uint64_t load(std::size_t offset) {
    return instruction(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

std::uint64_t give_back(std::uint32_t action) { return instruction(BPF_RET | BPF_K, action); }

// A jump over `count` instructions; conditional ones reach only 255.
std::uint64_t skip(std::size_t count) { return instruction(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(count)); }

void append(Program& out, const Program& more) { out.insert(out.end(), more.begin(), more.end()); }

// The part behind its own conditions. Built from the end, since each condition must know how far to jump.
Program block(const Part& part) {
    Program out = part.program;
    const auto in_front = [&](const Program& head) { out.insert(out.begin(), head.begin(), head.end()); };
    if (part.largest)
        in_front({load(offsetof(seccomp_data, nr)), instruction(BPF_JMP | BPF_JGT | BPF_K, *part.largest, 0, 1),
                  give_back(SECCOMP_RET_ERRNO | ENOSYS)});
    if (part.x32)
        in_front({load(offsetof(seccomp_data, nr)),
                  instruction(BPF_JMP | BPF_JSET | BPF_K, x32_bit, *part.x32 ? 1 : 0, *part.x32 ? 0 : 1),
                  skip(out.size())});
    in_front({load(offsetof(seccomp_data, arch)), instruction(BPF_JMP | BPF_JEQ | BPF_K, part.architecture, 1, 0),
              skip(out.size())});
    return out;
}

}  // namespace

Program join(const std::vector<Part>& parts) {
    Program out;
    for (const Part& part : parts) append(out, block(part));
    out.push_back(
        give_back(guard::on(guard::Guard::unknown_architecture) ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ALLOW));
    return out;
}

}  // namespace bell::seccomp
