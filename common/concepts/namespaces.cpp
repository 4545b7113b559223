// namespaces.cpp - see namespaces.hpp.
#include "concepts/namespaces.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/namespace.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell::namespaces {
namespace {

// User first: for an ordinary user it brings the power to make and join the others.
// LESSON: namespace-kinds
constexpr std::array table = {
    Kind{"user", "usr", CLONE_NEWUSER, "user"},
    Kind{"pid", "pid", CLONE_NEWPID, "pid"},
    Kind{"mount", "mnt", CLONE_NEWNS, "mnt"},
    Kind{"uts", "uts", CLONE_NEWUTS, "uts"},
    Kind{"ipc", "ipc", CLONE_NEWIPC, "ipc"},
    Kind{"network", "net", CLONE_NEWNET, "net"},
    Kind{"cgroup", "cgroup", CLONE_NEWCGROUP, "cgroup"},
    Kind{"time", "time", CLONE_NEWTIME, "time"},
};
// LESSON: end

}  // namespace

std::span<const Kind> kinds() { return table; }

const Kind& kind(std::string_view word) {
    for (const Kind& each : table)
        if (word == each.type || word == each.alias) return each;
    std::vector<std::string> words;
    for (const Kind& each : table) {
        words.emplace_back(each.type);
        words.emplace_back(each.alias);
    }
    throw Error::bad(text::cat("unknown namespace '", text::printable(word), "'", text::did_you_mean(word, words)),
                     "there are user, pid, mount, uts, ipc, network, cgroup and time");
}

std::vector<const Kind*> parse_list(std::string_view list) {
    std::vector<const Kind*> out;
    if (list == "all") {
        for (const Kind& each : table) out.push_back(&each);
        return out;
    }
    for (const std::string& word : text::split(list, ',')) out.push_back(&kind(word));
    return out;
}

std::uint64_t new_flags(const std::vector<oci::Namespace>& wanted) {
    std::uint64_t flags = 0;
    for (const oci::Namespace& each : wanted)
        if (!each.path) flags |= kind(each.type).flag;
    return flags;
}

const oci::Namespace* find(const std::vector<oci::Namespace>& wanted, std::string_view type) {
    const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const auto& each) { return each.type == type; });
    return found == wanted.end() ? nullptr : &*found;
}

bool is_ours(const oci::Namespace& wanted) {
    if (!wanted.path) return false;
    const auto theirs = sys::open_if_there(AT_FDCWD, *wanted.path, O_PATH);
    if (!theirs) return false;  // join() will tell
    const Fd ours = sys::open(text::cat("/proc/self/ns/", kind(wanted.type).proc_name), O_PATH);
    const struct stat there = sys::status(theirs->get(), *wanted.path);
    const struct stat here = sys::status(ours.get(), "namespace");
    return there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

void add(std::vector<oci::Namespace>& list, oci::Namespace wanted) {
    const auto same =
        std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.type == wanted.type; });
    if (same == list.end())
        list.push_back(std::move(wanted));
    else
        *same = std::move(wanted);
}

void validate(const std::vector<oci::Namespace>& wanted) {
    std::uint64_t seen = 0;
    for (const oci::Namespace& each : wanted) {
        const Kind& type = kind(each.type);
        if (type.type != each.type)
            throw Error::bad(text::cat("namespace '", each.type, "' is spelt '", type.type, "' in a config.json"));
        if ((seen & type.flag) != 0) throw Error::bad(text::cat("namespace '", each.type, "' stands there twice"));
        seen |= type.flag;
    }
}

void join(const std::vector<oci::Namespace>& wanted, std::uint64_t only) {
    struct Opened {
        const Kind* kind;
        Fd fd;
        std::string path;
    };
    std::vector<Opened> opened;
    for (const oci::Namespace& each : wanted) {
        const Kind& type = kind(each.type);
        if (!each.path || (type.flag & only) == 0) continue;
        opened.push_back({&type, sys::open(*each.path, O_RDONLY), *each.path});
    }
    // An ordinary user gains power over the others by the user namespace, root would lose it: first or last.
    const bool user_first = geteuid() != 0;
    std::stable_partition(opened.begin(), opened.end(),
                          [&](const Opened& each) { return (each.kind->flag == CLONE_NEWUSER) == user_first; });
    for (const Opened& each : opened) sys::set_namespace(each.fd.get(), each.kind->flag, each.path);
}

std::uint64_t differing(int proc, pid_t pid) {
    std::uint64_t out = 0;
    for (const Kind& each : table) {
        const std::string ours = name_of("self", each);
        if (ours.empty()) continue;  // this kernel has none of that kind
        char target[64];
        const std::string link = text::cat("ns/", each.proc_name);
        const ssize_t size = ::readlinkat(proc, link.c_str(), target, sizeof target);
        if (size <= 0) throw Error::os("readlink", text::cat("/proc/", pid, "/", link), errno);
        if (std::string_view(target, static_cast<std::size_t>(size)) != ours) out |= each.flag;
    }
    return out;
}

std::uint64_t join_process(int pidfd, int proc, pid_t pid, std::uint64_t flags) {
    const std::uint64_t others = differing(proc, pid);
    const std::uint64_t wanted = flags == 0 ? others : flags & others;
    if (wanted != 0) sys::set_namespace(pidfd, wanted, text::cat("process ", pid));
    return wanted;
}

void set_names(const std::optional<std::string>& hostname, const std::optional<std::string>& domainname) {
    if (hostname) sys::set_hostname(*hostname);
    if (domainname) sys::set_domainname(*domainname);
}

void write_time_offsets(const std::map<std::string, oci::TimeOffset>& offsets) {
    for (const auto& [clock, offset] : offsets) {
        if (clock != "monotonic" && clock != "boottime")
            throw Error::bad(
                text::cat("time offset of '", text::printable(clock), "': there are monotonic and boottime"));
        sys::write_value("/proc/self/timens_offsets", text::cat(clock, " ", offset.secs, " ", offset.nanosecs));
    }
}

std::string name_of(std::string_view pid, const Kind& kind) {
    char target[64];
    const std::string link = text::cat("/proc/", pid, "/ns/", kind.proc_name);
    const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
    if (size > 0) return {target, static_cast<std::size_t>(size)};
    // A kind that can't be read must not be taken for one that the kernel hasn't got: it would be left unjoined.
    const bool is_none = errno == ENOENT;
    const bool is_hidden = pid != "self" && (errno == EACCES || errno == EPERM || errno == ESRCH);
    if (!is_none && !is_hidden) throw Error::os("readlink", link, errno);
    return {};
}

bool is_owned(const Kind& kind) {
    const auto inode = [](int fd) { return sys::status(fd, "namespace").st_ino; };
    const Fd space = sys::open(text::cat("/proc/self/ns/", kind.proc_name), O_RDONLY);
    const Fd owner{ioctl(space.get(), NS_GET_USERNS)};
    // EPERM: the owner is outside our reach, so it isn't us.
    return owner && inode(owner.get()) == inode(sys::open("/proc/self/ns/user", O_RDONLY).get());
}

bool is_new(const Kind& kind) {
    // PROC_*_INIT_INO of the kernel's proc_ns.h.
    constexpr std::array firsts = {
        std::pair{"ipc", 0xEFFFFFFFu}, std::pair{"uts", 0xEFFFFFFEu},    std::pair{"user", 0xEFFFFFFDu},
        std::pair{"pid", 0xEFFFFFFCu}, std::pair{"cgroup", 0xEFFFFFFBu}, std::pair{"time", 0xEFFFFFFAu},
    };
    const auto number =
        sys::status(sys::open(text::cat("/proc/self/ns/", kind.proc_name), O_RDONLY).get(), "namespace").st_ino;
    return std::none_of(firsts.begin(), firsts.end(),
                        [&](const auto& first) { return kind.proc_name == first.first && number == first.second; });
}

void keep(pid_t pid, const Kind& kind, const std::string& file) {
    const narrate::Section why("ns-enter", text::cat("a name keeps the ", kind.type, " namespace alive"),
                               "namespaces(7)");
    const Fd target = sys::make_file(AT_FDCWD, file, 0600, file);
    const std::string source = text::cat("/proc/", pid, "/ns/", kind.proc_name);
    sys::attach(sys::copy_tree(AT_FDCWD, source, false, source), target.get(), file);
}

}  // namespace bell::namespaces
