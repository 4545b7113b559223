// exec_fault.cpp - see exec_fault.hpp.
#include "sys/exec_fault.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/fd.hpp"
#include "base/text.hpp"

namespace bell::sys {
namespace {

struct Machine {
    unsigned number;
    std::string_view name;
};

constexpr std::array machines = {
    Machine{EM_386, "i386"},        Machine{EM_X86_64, "x86_64"}, Machine{EM_ARM, "arm"},
    Machine{EM_AARCH64, "aarch64"}, Machine{EM_PPC, "ppc"},       Machine{EM_PPC64, "ppc64"},
    Machine{EM_S390, "s390x"},      Machine{EM_MIPS, "mips"},     Machine{EM_SPARC, "sparc"},
    Machine{EM_RISCV, "riscv"},     Machine{258, "loongarch64"},
};

std::string head_of(const std::string& file) {
    const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    std::array<char, 4096> buffer;
    const ssize_t size = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
    return size < 4 ? std::string{} : std::string(buffer.data(), static_cast<std::size_t>(size));
}

// "#!/usr/bin/env python3" -> "/usr/bin/env".
std::string script_interpreter(std::string_view head) {
    const std::string_view line = text::trim(head.substr(2, head.find('\n') - 2));
    return std::string(line.substr(0, line.find_first_of(" \t")));
}

// The loader named by an ELF file's PT_INTERP, which stands near the start of every linked program: the first string
// that begins with '/' and whose file name holds "ld". Reading the header properly would need both word sizes and byte
// orders.
std::string elf_loader(std::string_view head) {
    for (std::size_t at = head.find('/'); at != std::string_view::npos; at = head.find('/', at + 1)) {
        const std::string_view candidate = head.substr(at, head.find('\0', at) - at);
        const std::string_view file = candidate.substr(candidate.rfind('/') + 1);
        if (candidate.size() < 256 && file.starts_with("ld")) return std::string(candidate);
    }
    return {};
}

// e_machine is the third field after the 16 bytes of identification, in the byte order that those name.
std::string machine_of(std::string_view head) {
    if (!head.starts_with(ELFMAG) || head.size() < 20) return {};
    const auto byte = [&](std::size_t at) { return unsigned{static_cast<unsigned char>(head[at])}; };
    const bool little = byte(EI_DATA) == ELFDATA2LSB;
    const unsigned number = little ? byte(18) | byte(19) << 8u : byte(19) | byte(18) << 8u;
    for (const Machine& each : machines)
        if (each.number == number) return std::string(each.name);
    return text::cat("machine ", number);
}

std::string wrong_format(const std::string& file) {
    const std::string built_for = machine_of(head_of(file));
    utsname here{};
    if (built_for.empty() || ::uname(&here) < 0)
        return "not a program for this machine, or a script without a '#!' line";
    return text::cat(file, " is a program for ", built_for, ", and this machine is ", here.machine);
}

std::string missing_helper(const std::string& file) {
    const std::string head = head_of(file);
    if (head.empty()) return {};
    const bool script = head.starts_with("#!");
    const std::string needed = script ? script_interpreter(head) : elf_loader(head);
    if (needed.empty()) return {};
    return text::cat(file, " is there, but its ", script ? "interpreter " : "loader ", needed, " is not");
}

}  // namespace

std::string exec_reason(int errno_value) {
    std::string words = std::strerror(errno_value);
    if (words.size() > 1 && words[0] >= 'A' && words[0] <= 'Z') words[0] = static_cast<char>(words[0] - 'A' + 'a');
    return words;
}

std::string explain_exec_failure(const std::string& file, int errno_value) {
    switch (errno_value) {
        case ENOENT: return missing_helper(file);
        case ENOEXEC: return wrong_format(file);
        case EACCES: return "is it executable, and its file system mounted without noexec?";
        case EAGAIN: return "this user has more processes than RLIMIT_NPROC allows";
        case E2BIG:
            return "arguments and environment together may take a quarter of the stack limit ('ulimit -s'), each 128 "
                   "KiB";
        case ETXTBSY: return "somebody has the file open for writing";
        case ELOOP: return "its interpreter is a script, and so on: five are the most";
        case ENOMEM: return "there isn't memory enough to load it: see the memory limit and RLIMIT_AS";
        default: return {};
    }
}

}  // namespace bell::sys
