// proc_process.cpp - see proc_process.hpp.
#include "sys/proc_process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

#include "base/narrate.hpp"
#include "base/text.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t mountinfo_bytes = std::size_t{64} << 20;  // 100,000 mounts of 600 bytes
constexpr unsigned entries_limit = 1'000'000;

template <class Value>
Fact<Value> failed() {
    return {std::nullopt, errno};
}

// What `parse` makes of the bytes, or why there are none.
template <class Parse>
auto parsed(Fact<std::string> bytes, Parse&& parse) -> Fact<decltype(parse(*bytes))> {
    if (!bytes) return {std::nullopt, bytes.error};
    return {parse(*bytes), 0};
}

// The words between the NULs of /proc/PID/cmdline. A process may write over them: what it leaves is believed.
std::vector<std::string> command_words(std::string_view bytes) {
    while (bytes.ends_with('\0')) bytes.remove_suffix(1);
    if (bytes.empty()) return {};
    return text::split(bytes, '\0');
}

// "docker-default (enforce)\n", or a context with a NUL at its end; "" where there is no such security module.
std::string label_words(const Fact<std::string>& bytes) {
    if (!bytes) return {};
    std::string_view words = *bytes;
    while (!words.empty() && (words.back() == '\0' || words.back() == '\n')) words.remove_suffix(1);
    return std::string(words);
}

}  // namespace

std::optional<ProcDirectory> ProcDirectory::open(const std::string& name, Told told) {
    std::string path = "/proc/" + name;
    Fd fd{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return std::nullopt;
    return ProcDirectory(std::move(fd), std::move(path), told);
}

void ProcDirectory::tell(std::string_view file) const {
    if (told_ == Told::yes && narrate::on()) narrate::note(text::cat("read ", path_, "/", file));
}

Fact<std::string> ProcDirectory::read(const std::string& file, std::size_t limit) const {
    tell(file);
    const Fd fd{::openat(directory_.get(), file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return failed<std::string>();
    std::string content;
    std::array<char, 16384> buffer;
    while (content.size() < limit) {
        const ssize_t got = ::read(fd.get(), buffer.data(), std::min(buffer.size(), limit - content.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed<std::string>();
        if (got == 0) break;
        content.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return {std::move(content), 0};
}

Fact<std::string> ProcDirectory::link(const std::string& file) const {
    tell(file);
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlinkat(directory_.get(), file.c_str(), target.data(), target.size());
    if (size < 0) return failed<std::string>();
    return {std::string(target.data(), static_cast<std::size_t>(size)), 0};
}

Fact<unsigned> ProcDirectory::count(const std::string& directory) const {
    tell(directory);
    Fd fd{::openat(directory_.get(), directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return failed<unsigned>();
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.get()), ::closedir);
    if (!entries) return failed<unsigned>();
    static_cast<void>(fd.release());
    unsigned count = 0;
    while (const dirent* entry = readdir(entries.get()))
        if (entry->d_name[0] != '.' && ++count == entries_limit) break;
    return {count, 0};
}

std::optional<Process> read_process(const ProcDirectory& directory) {
    const Fact<std::string> status = directory.read("status");
    std::optional<ProcStatus> summary = status ? parse_status(*status) : std::nullopt;
    if (!summary) return std::nullopt;
    Process process;
    process.pid = summary->pid;
    process.status = *std::move(summary);
    process.command = command_words(directory.read("cmdline").value.value_or(""));
    process.executable = directory.link("exe");
    process.root = directory.link("root");
    process.directory = directory.link("cwd");
    if (process.directory.error == ESRCH) return std::nullopt;
    directory.tell("ns/*");
    process.namespaces = read_namespaces(directory.fd());
    process.user_map = parsed(directory.read("uid_map"), parse_id_map);
    process.group_map = parsed(directory.read("gid_map"), parse_id_map);
    process.may_set_groups = text::trim(directory.read("setgroups").value.value_or("")) != "deny";
    process.mounts = parsed(directory.read("mountinfo", mountinfo_bytes), parse_mountinfo);
    process.cgroups = parse_proc_cgroup(directory.read("cgroup").value.value_or(""));
    process.limits = parse_limits(directory.read("limits").value.value_or(""));
    process.open_files = directory.count("fd");
    process.oom_score_adj = text::number<int>(text::trim(directory.read("oom_score_adj").value.value_or("")));
    process.label = label_words(directory.read("attr/current"));
    process.time_offsets = parse_time_offsets(directory.read("timens_offsets").value.value_or(""));
    return process;
}

}  // namespace bell::sys
