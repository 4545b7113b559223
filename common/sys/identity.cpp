// identity.cpp - see identity.hpp.
//
// The id calls go to the kernel directly: glibc's wrappers change all threads of a process, which a single-threaded
// program doesn't need and a static one would pay for.
#include "sys/identity.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::sys {

void set_user(uid_t uid) {
    call(
        "setresuid", text::cat(uid), [&] { return arguments(uid, uid, uid); },
        [&] { return syscall(SYS_setresuid, uid, uid, uid); });
}

void set_group(gid_t gid) {
    call(
        "setresgid", text::cat(gid), [&] { return arguments(gid, gid, gid); },
        [&] { return syscall(SYS_setresgid, gid, gid, gid); });
}

void set_groups(const std::vector<gid_t>& groups) {
    const auto words = [&] {
        std::vector<std::string> each;
        for (const gid_t group : groups) each.push_back(text::cat(group));
        return text::cat("[", text::join(each, " "), "]");
    };
    call("setgroups", words(), words, [&] { return syscall(SYS_setgroups, groups.size(), groups.data()); });
}

std::vector<gid_t> groups() {
    const int count = ::getgroups(0, nullptr);
    if (count < 0) throw Error::os("getgroups", "", errno);
    std::vector<gid_t> out(static_cast<std::size_t>(count));
    if (::getgroups(count, out.data()) != count) throw Error::os("getgroups", "", errno);
    return out;
}

void set_umask(mode_t mask) {
    const std::string digits = text::cat("0", (mask >> 6) & 7u, (mask >> 3) & 7u, mask & 7u);
    call(
        "umask", digits, [&] { return digits; },
        [&] {
            change_umask(mask);
            return 0;
        });
}

namespace {
constexpr __u32 low(std::uint64_t bits) { return static_cast<__u32>(bits); }
constexpr __u32 high(std::uint64_t bits) { return static_cast<__u32>(bits >> 32); }
constexpr std::uint64_t whole(__u32 low_half, __u32 high_half) { return std::uint64_t{high_half} << 32 | low_half; }
}  // namespace

void set_capabilities(const CapabilitySets& sets, const std::string& shown) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct data[2] = {
        {low(sets.effective), low(sets.permitted), low(sets.inheritable)},
        {high(sets.effective), high(sets.permitted), high(sets.inheritable)},
    };
    call(
        "capset", shown, [&] { return arguments(Raw{shown}); }, [&] { return syscall(SYS_capset, &header, data); });
}

CapabilitySets capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    if (syscall(SYS_capget, &header, data) < 0) throw Error::os("capget", "", errno);
    return {whole(data[0].effective, data[1].effective), whole(data[0].permitted, data[1].permitted),
            whole(data[0].inheritable, data[1].inheritable)};
}

void drop_from_bounding(unsigned capability, const std::string& shown) {
    call(
        "prctl", text::cat("PR_CAPBSET_DROP ", shown), [&] { return arguments(Raw{"PR_CAPBSET_DROP"}, Raw{shown}); },
        [&] { return ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); });
}

void raise_ambient(unsigned capability, const std::string& shown) {
    call(
        "prctl", text::cat("PR_CAP_AMBIENT ", shown),
        [&] { return arguments(Raw{"PR_CAP_AMBIENT"}, Raw{"RAISE"}, Raw{shown}); },
        [&] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0); });
}

void clear_ambient() {
    call(
        "prctl", "PR_CAP_AMBIENT", [] { return arguments(Raw{"PR_CAP_AMBIENT"}, Raw{"CLEAR_ALL"}); },
        [] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); }, Weight::detail);
}

namespace {

// A kernel's answer of yes or no; nothing for a capability that it doesn't know (EINVAL). Any other failure must not
// look like a no.
std::optional<bool> ask(int question, unsigned long first, unsigned long second, std::string_view shown) {
    const int answer = ::prctl(question, first, second, 0, 0);
    if (answer < 0 && errno != EINVAL) throw Error::os("prctl", shown, errno);
    return answer < 0 ? std::nullopt : std::optional(answer == 1);
}

}  // namespace

std::uint64_t bounding_set(std::uint64_t among) {
    std::uint64_t set = 0;
    for (unsigned number = 0; number < 64; ++number) {
        if ((among >> number & 1u) == 0) continue;
        const auto held = ask(PR_CAPBSET_READ, number, 0, "PR_CAPBSET_READ");
        if (!held) break;
        if (*held) set |= std::uint64_t{1} << number;
    }
    return set;
}

// The kernel keeps the ambient set within the permitted and the inheritable one: only these need asking about.
std::uint64_t ambient_set(const CapabilitySets& three) {
    const std::uint64_t possible = three.permitted & three.inheritable;
    std::uint64_t set = 0;
    for (unsigned number = 0; number < 64; ++number)
        if ((possible >> number & 1u) != 0 &&
            ask(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, "PR_CAP_AMBIENT_IS_SET").value_or(false))
            set |= std::uint64_t{1} << number;
    return set;
}

unsigned last_capability() {
    unsigned last = 0, beyond = 64;
    while (beyond - last > 1) {
        const unsigned middle = (last + beyond) / 2;
        (ask(PR_CAPBSET_READ, middle, 0, "PR_CAPBSET_READ") ? last : beyond) = middle;
    }
    return last;
}

void keep_capabilities(bool keep) {
    call(
        "prctl", "PR_SET_KEEPCAPS", [&] { return arguments(Raw{"PR_SET_KEEPCAPS"}, keep ? 1 : 0); },
        [&] { return ::prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0); }, Weight::detail);
}

void set_securebits(unsigned long bits) {
    call(
        "prctl", "PR_SET_SECUREBITS", [&] { return arguments(Raw{"PR_SET_SECUREBITS"}, bits); },
        [&] { return ::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0); }, Weight::detail);
}

void set_no_new_privileges() {
    call(
        "prctl", "PR_SET_NO_NEW_PRIVS", [] { return arguments(Raw{"PR_SET_NO_NEW_PRIVS"}, 1); },
        [] { return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); });
}

bool no_new_privileges() { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

void set_dumpable(bool dumpable) {
    call(
        "prctl", "PR_SET_DUMPABLE", [&] { return arguments(Raw{"PR_SET_DUMPABLE"}, dumpable ? 1 : 0); },
        [&] { return ::prctl(PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0); }, Weight::detail);
}

void set_limit(int resource, std::uint64_t soft, std::uint64_t hard, const std::string& shown, pid_t process) {
    const rlimit limit{soft, hard};
    call(
        "prlimit", process == 0 ? shown : text::cat(shown, " of process ", process),
        [&] { return process == 0 ? arguments(Raw{shown}) : arguments(static_cast<int>(process), Raw{shown}); },
        [&] { return ::prlimit(process, static_cast<__rlimit_resource>(resource), &limit, nullptr); });
}

}  // namespace bell::sys
