// namespaces.hpp - what a process sees: eight kinds of namespace.                                       Lesson 03 to 10
//
// A namespace is a kernel object that gives the processes in it their own copy of something global: host name, process
// numbers, mounts, network devices... A process is always in one of each kind; new ones come by clone3(2) or
// unshare(2), existing ones are joined by setns(2). A pid or time namespace is special: it holds the *children* of
// whoever made it, so there a fork follows.
//
// namespaces(7), config-linux.md#namespaces. Next: idmap.hpp (who is who in a user namespace).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::namespaces {

struct Kind {
    std::string_view type;       ///< the specification's word: "mount"
    std::string_view alias;      ///< the other word people use: "mnt"
    std::uint64_t flag;          ///< CLONE_NEWNS
    std::string_view proc_name;  ///< below /proc/PID/ns: "mnt"
};

[[nodiscard]] std::span<const Kind> kinds();
/// By either word; throws with the nearest one.
[[nodiscard]] const Kind& kind(std::string_view word);
/// "user,pid,mnt" or "all" as kinds.
[[nodiscard]] std::vector<const Kind*> parse_list(std::string_view list);

/// The CLONE_NEW* bits of those without a path.
[[nodiscard]] std::uint64_t new_flags(const std::vector<oci::Namespace>& wanted);
/// The entry of this type, or null.
[[nodiscard]] const oci::Namespace* find(const std::vector<oci::Namespace>& wanted, std::string_view type);
/// Whether it has a path, and that leads to the namespace this process is in: joining it separates nothing.
[[nodiscard]] bool is_ours(const oci::Namespace& wanted);
/// Puts it into the list, in place of one of the same type.
void add(std::vector<oci::Namespace>& list, oci::Namespace wanted);
/// Throws if a type stands there twice or isn't one.
void validate(const std::vector<oci::Namespace>& wanted);

/// Joins those that have a path; all are opened before the first is entered, since entering changes what paths mean.
/// With `only`, just these types (CLONE_NEW* bits).
void join(const std::vector<oci::Namespace>& wanted, std::uint64_t only = ~std::uint64_t{0});

/// The bits of those in which a process isn't with us; `proc` is its folder in /proc.
[[nodiscard]] std::uint64_t differing(int proc, pid_t pid);
/// Joins those of a process in one call, the ones it shares with us left out; returns the bits joined. 0 for `flags`
/// means all. Kernel 5.8.
std::uint64_t join_process(int pidfd, int proc, pid_t pid, std::uint64_t flags);

/// Host and domain name, where given. Needs a uts namespace of its own.
void set_names(const std::optional<std::string>& hostname, const std::optional<std::string>& domainname);

/// time_namespaces(7): after unshare(CLONE_NEWTIME), before the first process in it. Keys: monotonic, boottime.
void write_time_offsets(const std::map<std::string, oci::TimeOffset>& offsets);

/// "uts:[4026531838]", the name of a process's namespace; empty if the kernel has none of that kind, or hides those of
/// that process. "self": this one.
[[nodiscard]] std::string name_of(std::string_view pid, const Kind& kind);

/// Whether this process's namespace of that kind belongs to its own user namespace: then it may mount what shows it
/// (sysfs for network, proc for pid). ioctl_ns(2).
[[nodiscard]] bool is_owned(const Kind& kind);
/// Whether it isn't the machine's first one. For user, uts, ipc, pid, cgroup and time, whose first has a fixed number.
[[nodiscard]] bool is_new(const Kind& kind);

/// Keeps a namespace alive without a process: binds /proc/PID/ns/KIND on `file`, which is created. See ip-netns(8).
void keep(pid_t pid, const Kind& kind, const std::string& file);

}  // namespace bell::namespaces
