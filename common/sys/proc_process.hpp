// proc_process.hpp - everything /proc tells about one process.
//
// /proc/PID is opened once and everything is read below that descriptor. It stays with the process it was opened for:
// when that one ends, reading fails with ESRCH, even if its number is used again meanwhile. So what is put together
// here is one process, never the halves of two.
//
// Much of it only the process's owner may read; some things not every process has (a kernel thread has no program, a
// zombie nothing at all). A Fact is what was read or why it wasn't; nothing here throws because of a process.
//
// proc(5), ptrace(2) "Ptrace access mode checking". Next: proc_list.hpp, for all of them at once.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "sys/mountinfo.hpp"
#include "sys/proc_cgroup.hpp"
#include "sys/proc_ids.hpp"
#include "sys/proc_limits.hpp"
#include "sys/proc_namespaces.hpp"
#include "sys/proc_status.hpp"

namespace bell::sys {

/// A value, or the errno that kept it: EACCES and EPERM: not ours to look at; ENOENT and ESRCH: there is none.
template <class Value>
struct Fact {
    std::optional<Value> value;
    int error = 0;
    [[nodiscard]] bool forbidden() const;
    const Value* operator->() const { return &*value; }
    const Value& operator*() const { return *value; }
    explicit operator bool() const { return value.has_value(); }
};

/// Whether --explain names each file.
enum class Told : bool { no, yes };

/// One process's folder in /proc.
class ProcDirectory {
public:
    /// Empty (errno tells) if there is no such process. `name` is a number or "self".
    static std::optional<ProcDirectory> open(const std::string& name, Told told = Told::yes);

    /// At most `limit` bytes: more are cut off.
    [[nodiscard]] Fact<std::string> read(const std::string& file, std::size_t limit = std::size_t{1} << 20) const;
    [[nodiscard]] Fact<std::string> link(const std::string& file) const;
    /// How many entries a directory has.
    [[nodiscard]] Fact<unsigned> count(const std::string& directory) const;
    [[nodiscard]] int fd() const { return directory_.get(); }
    /// Tells that a file is read.
    void tell(std::string_view file) const;
    /// "/proc/4711"
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    ProcDirectory(Fd directory, std::string path, Told told)
        : directory_(std::move(directory)), path_(std::move(path)), told_(told) {}
    Fd directory_;
    std::string path_;
    Told told_;
};

/// What a process is made of.
struct Process {
    pid_t pid = 0;  ///< in the pid namespace of /proc
    ProcStatus status;
    std::vector<std::string> command;  ///< empty for kernel threads and zombies
    Fact<std::string> executable;      ///< a path as its mount namespace has it, " (deleted)" behind if it is gone
    Fact<std::string> root;
    Fact<std::string> directory;
    NamespaceIds namespaces;
    Fact<std::vector<IdRange>> user_map;
    Fact<std::vector<IdRange>> group_map;
    bool may_set_groups = true;  ///< /proc/PID/setgroups
    Fact<std::vector<MountInfo>> mounts;
    std::vector<CgroupMembership> cgroups;
    std::vector<ResourceLimit> limits;
    Fact<unsigned> open_files;
    std::optional<int> oom_score_adj;
    std::string label;  ///< AppArmor's profile or SELinux' context; empty if there is none
    std::optional<TimeOffsets> time_offsets;
    [[nodiscard]] bool is_zombie() const { return status.state == 'Z' || status.state == 'X'; }
    /// A thread of the kernel's own; false if that can't be told.
    [[nodiscard]] bool is_kernel_thread() const {
        return command.empty() && executable.error == ENOENT && !is_zombie();
    }
};

/// Nothing if it ended meanwhile.
[[nodiscard]] std::optional<Process> read_process(const ProcDirectory& directory);

template <class Value>
bool Fact<Value>::forbidden() const {
    return error == EACCES || error == EPERM;
}

}  // namespace bell::sys
