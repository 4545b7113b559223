// procfs.hpp - writing to /proc and being sure that it is /proc.
//
// Settings (sysctl, security labels, oom score, id maps) are made by writing to files of procfs. If an attacker can put
// something else in the place of such a file, the write does nothing, or something else: that was runc's CVE-2019-19921
// and CVE-2025-52881. So writes go through a procfs that nobody else sees: made by fsopen(2), attached nowhere, walked
// without symlinks and without leaving it. Where a process may not make one (rootless without a pid namespace of its
// own), the /proc of the host is taken, before the root changes, if it really is one.
//
// proc(5), openat2(2). Next: concepts/sysctl.hpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/fd.hpp"

namespace bell::sys {

class Procfs {
public:
    /// A private one; if that isn't allowed, the /proc there is. Throws when there is neither.
    static Procfs open_best();
    /// The /proc there is, checked to be one.
    static Procfs open_mounted();
    /// One in which the numbers of processes mean what they mean to this process: the /proc there is, unless it was
    /// mounted for another pid namespace (a hook in a container's namespaces still sees the host's); then a private
    /// one.
    static Procfs open_own();

    /// What a process is called there: its number; for this process also where it has another one there.
    [[nodiscard]] std::string name_of(pid_t pid) const;

    /// Writes a value in one piece. `path` is relative to /proc: "sys/net/ipv4/ip_forward"; "self" is resolved.
    void write(const std::string& path, std::string_view value) const;
    [[nodiscard]] std::string read(const std::string& path) const;
    [[nodiscard]] Fd open(const std::string& path, int flags) const;

private:
    explicit Procfs(Fd root) : root_(std::move(root)) {}
    Fd root_;
};

}  // namespace bell::sys
