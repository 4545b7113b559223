// proc_list.cpp - see proc_list.hpp.
#include "sys/proc_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/mountinfo.hpp"
#include "sys/proc_process.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t process_limit = 4'194'304;          // the kernel's PID_MAX_LIMIT
constexpr unsigned long kernel_thread_flag = 0x00200000;  // PF_KTHREAD

std::vector<pid_t> numbers_in(DIR* directory) {
    std::vector<pid_t> pids;
    while (const dirent* entry = readdir(directory)) {
        const auto pid = text::number<pid_t>(entry->d_name);
        if (pid && *pid > 0) pids.push_back(*pid);
        if (pids.size() >= process_limit) break;
    }
    std::sort(pids.begin(), pids.end());
    return pids;
}

std::vector<pid_t> numbers_in_proc() {
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    if (!proc) throw Error::os("open", "/proc", errno);
    return numbers_in(proc.get());
}

std::string bytes_of(const ProcDirectory& directory, const char* file) {
    const Fd fd{::openat(directory.fd(), file, O_RDONLY | O_CLOEXEC)};
    if (!fd) return {};
    std::string bytes(8192, '\0');
    const ssize_t size = ::read(fd.get(), bytes.data(), bytes.size());
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
}

std::optional<ListedProcess> look_at(pid_t pid, ListCgroups cgroups) {
    const std::optional<ProcDirectory> directory = ProcDirectory::open(text::cat(pid), Told::no);
    if (!directory) return std::nullopt;
    std::optional<ProcStat> stat = parse_stat(bytes_of(*directory, "stat"));
    if (!stat) return std::nullopt;
    ListedProcess found{*std::move(stat), read_namespaces(directory->fd()), {}};
    if (cgroups == ListCgroups::yes) found.cgroups = parse_proc_cgroup(bytes_of(*directory, "cgroup"));
    return found;
}

}  // namespace

std::vector<pid_t> threads_of(int proc) {
    Fd task{::openat(proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const std::unique_ptr<DIR, int (*)(DIR*)> threads(task ? ::fdopendir(task.get()) : nullptr, ::closedir);
    if (!threads) return {};
    static_cast<void>(task.release());
    return numbers_in(threads.get());
}

std::optional<ProcStat> parse_stat(std::string_view line) {
    // "4711 (name) S 1 ...": the name may hold blanks and brackets, so it ends at the last bracket.
    const std::size_t open = line.find(" (");
    const std::size_t close = line.rfind(") ");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return std::nullopt;
    const std::vector<std::string> fields = text::split(text::trim(line.substr(close + 2)), ' ');
    if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
    const auto pid = text::number<pid_t>(line.substr(0, open));
    const auto parent = text::number<pid_t>(fields[1]);
    const auto flags = text::number<unsigned long>(fields[6]);
    const auto start_time = text::number<std::uint64_t>(fields[19]);
    if (!pid || *pid <= 0 || !parent || *parent < 0 || !flags || !start_time) return std::nullopt;
    const std::string_view name = line.substr(open + 2, close - open - 2);
    return ProcStat{*pid, std::string(name), fields[0][0], *parent, (*flags & kernel_thread_flag) != 0, *start_time};
}

ProcView view_of_proc() {
    struct statfs file_system {};
    if (::statfs("/proc", &file_system) < 0 || file_system.f_type != PROC_SUPER_MAGIC)
        throw Error::bad("no proc file system is mounted on /proc: there is nothing to look at",
                         "'bind-mounter --proc /proc' mounts it, in a mount namespace of its own");
    const std::optional<ProcDirectory> self = ProcDirectory::open("self", Told::no);
    const Fact<std::string> bytes = self ? self->read("status") : Fact<std::string>{};
    const std::optional<ProcStatus> status = bytes ? parse_status(*bytes) : std::nullopt;
    if (!status)
        throw Error::bad("/proc shows another pid namespace, in which this process has no number",
                         "mount a new one: 'bind-mounter --proc /proc'");
    // In a /proc of an outer pid namespace NSpid lists more than one number.
    return {status->pid, status->pid != getpid() || status->pids_inside.size() > 1};
}

unsigned hidepid() {
    const std::vector<MountInfo> mounts = read_mountinfo();
    const MountInfo* proc = mount_of(mounts, "/proc");
    if (!proc || proc->type != "proc") return 0;
    for (const std::string& option : text::split(proc->super_options, ',')) {
        if (option == "hidepid=1" || option == "hidepid=noaccess") return 1;
        if (option == "hidepid=2" || option == "hidepid=invisible") return 2;
        if (option == "hidepid=4" || option == "hidepid=ptraceable") return 4;
    }
    return 0;
}

std::vector<ListedProcess> list_processes(ListCgroups cgroups) {
    std::vector<ListedProcess> processes;
    for (const pid_t pid : numbers_in_proc())
        if (std::optional<ListedProcess> found = look_at(pid, cgroups)) processes.push_back(*std::move(found));
    return processes;
}

}  // namespace bell::sys
