// process_table.cpp - see process_table.hpp.
//
// ps(1) reads all of /proc to show a few lines of it, and may not be there. So its usual table is made here; for its
// options, of which it has some hundred, it is asked itself. proc_pid_stat(5), ps(1).
#include "process_table.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/proc_ids.hpp"
#include "sys/proc_process.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace bell {
namespace {

/// Fields of /proc/PID/stat, in seconds.
struct Times {
    std::uint64_t used = 0;
    time_t started = 0;
    unsigned terminal = 0;
};

time_t boot_time() {
    timespec since_boot{}, now{};
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - since_boot.tv_sec;
}

std::optional<Times> times_of(const sys::ProcDirectory& directory) {
    const sys::Fact<std::string> line = directory.read("stat");
    const std::size_t name_end = line ? line->rfind(") ") : std::string::npos;
    if (name_end == std::string::npos) return std::nullopt;
    const std::vector<std::string> fields = text::split(std::string_view(*line).substr(name_end + 2), ' ');
    if (fields.size() < 20) return std::nullopt;
    // The first of these fields is the third of the man page.
    const auto field = [&](std::size_t number) { return text::number<std::uint64_t>(fields[number - 3]).value_or(0); };
    const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    return Times{(field(14) + field(15)) / ticks, boot_time() + static_cast<time_t>(field(22) / ticks),
                 static_cast<unsigned>(field(7))};
}

std::string terminal_name(unsigned number) {
    if (number == 0) return "?";
    const unsigned first_pts = 136;  // Documentation/admin-guide/devices.txt: 136 to 143
    if (major(number) >= first_pts && major(number) < first_pts + 8)
        return text::cat("pts/", minor(number) + (major(number) - first_pts) * 256);
    return major(number) == 4 ? text::cat("tty", minor(number)) : "?";
}

// Today's by the hour, this year's by the day.
std::string start_words(time_t started) {
    const time_t now = ::time(nullptr);
    tm then{}, today{};
    localtime_r(&started, &then);
    localtime_r(&now, &today);
    const bool same_year = then.tm_year == today.tm_year;
    const char* form = same_year && then.tm_yday == today.tm_yday ? "%H:%M" : same_year ? "%b%d" : "%Y";
    char words[16];
    return {words, strftime(words, sizeof words, form, &then)};
}

std::string hours(std::uint64_t seconds) {
    char words[32];
    const int size = std::snprintf(
        words, sizeof words, "%02llu:%02llu:%02llu", static_cast<unsigned long long>(seconds / 3600),
        static_cast<unsigned long long>(seconds / 60 % 60), static_cast<unsigned long long>(seconds % 60));
    return {words, static_cast<std::size_t>(size)};
}

std::string line_of(const sys::Process& process, const Times& times, const std::string& passwd) {
    const std::uint32_t uid = process.status.users.effective;
    std::string user = sys::name_of_id(passwd, uid);
    if (user.empty() || user.size() > 8) user = text::cat(uid);
    const std::string command =
        process.command.empty() ? text::cat("[", process.status.name, "]") : text::join(process.command, " ");
    const auto alive = static_cast<std::uint64_t>(std::max<time_t>(1, ::time(nullptr) - times.started));
    char head[128];
    const int size = std::snprintf(head, sizeof head, "%-8s %7d %7d %2llu %-5s %-8s %8s ", user.c_str(), process.pid,
                                   process.status.parent, static_cast<unsigned long long>(times.used * 100 / alive),
                                   start_words(times.started).c_str(), terminal_name(times.terminal).c_str(),
                                   hours(times.used).c_str());
    return text::cat(std::string_view(head, static_cast<std::size_t>(size)), text::printable(command), "\n");
}

// Its stdout, to the end.
std::string output_of(const std::vector<std::string>& argv) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) throw Error::os("pipe2", argv[0], errno);
    Fd reading{ends[0]}, writing{ends[1]};
    const char* path = std::getenv("PATH");
    const std::string program = sys::find_program(argv[0], path ? std::string_view(path) : sys::default_path);
    const sys::Child child = sys::fork();
    if (child.is_me()) {
        ::dup2(writing.get(), STDOUT_FILENO);
        (void)sys::try_execute(program, argv, nullptr);
        sys::exit_now(exit_cannot_run);
    }
    writing.reset();
    std::string out = sys::read_all(reading.get(), argv[0]);
    if (const int status = sys::wait_for(child); status != 0)
        throw Error::bad(text::cat(argv[0], " ended with status ", status));
    return out;
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> out;
    for (std::string& word : text::split(line, ' '))
        if (!word.empty()) out.push_back(std::move(word));
    return out;
}

}  // namespace

std::string draw_processes(const std::vector<pid_t>& pids) {
    const std::string passwd = sys::try_read_file("/etc/passwd").value_or("");
    std::string out = "UID          PID    PPID  C STIME TTY          TIME CMD\n";
    for (const pid_t pid : pids) {
        const auto directory = sys::ProcDirectory::open(text::cat(pid), sys::Told::no);
        const auto process = directory ? sys::read_process(*directory) : std::nullopt;
        const auto times = directory ? times_of(*directory) : std::nullopt;
        if (process && times) out += line_of(*process, *times, passwd);
    }
    return out;
}

std::string draw_processes_by_ps(const std::vector<pid_t>& pids, const std::vector<std::string>& options) {
    std::vector<std::string> argv = {"ps"};
    argv.insert(argv.end(), options.begin(), options.end());
    const std::vector<std::string> lines = text::split(output_of(argv), '\n');
    const std::vector<std::string> titles = words_of(lines.front());
    const auto column = std::find(titles.begin(), titles.end(), "PID");
    if (column == titles.end()) throw Error::bad("ps prints no column PID", "let its options name it: -o pid,...");
    const auto index = static_cast<std::size_t>(column - titles.begin());
    std::string out = lines.front() + "\n";
    for (const std::string& line : lines) {
        const std::vector<std::string> words = words_of(line);
        const auto pid = index < words.size() ? text::number<pid_t>(words[index]) : std::nullopt;
        if (pid && std::binary_search(pids.begin(), pids.end(), *pid)) out += line + "\n";
    }
    return out;
}

}  // namespace bell
