// namespace.cpp - see namespace.hpp.
#include "sys/namespace.hpp"

#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "sys/call.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell::sys {

std::string clone_words(std::uint64_t flags) {
    constexpr std::array names = {
        std::pair{std::uint64_t{CLONE_NEWUSER}, "NEWUSER"},     std::pair{std::uint64_t{CLONE_NEWPID}, "NEWPID"},
        std::pair{std::uint64_t{CLONE_NEWNS}, "NEWNS"},         std::pair{std::uint64_t{CLONE_NEWUTS}, "NEWUTS"},
        std::pair{std::uint64_t{CLONE_NEWIPC}, "NEWIPC"},       std::pair{std::uint64_t{CLONE_NEWNET}, "NEWNET"},
        std::pair{std::uint64_t{CLONE_NEWCGROUP}, "NEWCGROUP"}, std::pair{std::uint64_t{CLONE_NEWTIME}, "NEWTIME"},
        std::pair{std::uint64_t{CLONE_PIDFD}, "PIDFD"},         std::pair{std::uint64_t{CLONE_PARENT}, "PARENT"},
    };
    std::vector<std::string> words;
    for (const auto& [bit, name] : names)
        if ((flags & bit) != 0) words.emplace_back(name);
    return words.empty() ? "0" : text::join(words, "|");
}

namespace {
// The hints table tells failures with a user namespace from those without one.
std::string subject(std::uint64_t flags) {
    return (flags & CLONE_NEWUSER) != 0 ? text::cat(clone_words(flags), " (user)") : clone_words(flags);
}
}  // namespace

void unshare(std::uint64_t clone_flags) {
    call(
        "unshare", subject(clone_flags), [&] { return clone_words(clone_flags); },
        [&] { return syscall(SYS_unshare, clone_flags); });
}

void set_namespace(int fd, std::uint64_t clone_flags, const std::string& shown) {
    call(
        "setns", shown, [&] { return arguments(shown, Raw{clone_words(clone_flags)}); },
        [&] { return syscall(SYS_setns, fd, clone_flags); });
}

void set_hostname(const std::string& name) {
    call(
        "sethostname", name, [&] { return arguments(name); }, [&] { return ::sethostname(name.data(), name.size()); });
}

void set_domainname(const std::string& name) {
    call(
        "setdomainname", name, [&] { return arguments(name); },
        [&] { return ::setdomainname(name.data(), name.size()); });
}

}  // namespace bell::sys
