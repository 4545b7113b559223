// overview.cpp - a process on one screen: the title, and a line or two of everything. See sections.hpp.
#include <unistd.h>

#include "base/text.hpp"
#include "sections.hpp"
#include "sys/program.hpp"

namespace bell::peek {
namespace {

constexpr std::size_t command_length = 60;  // of a title that fits 80 columns

bool is_plain(std::string_view word) {
    constexpr std::string_view special = " \t\n\"'\\$&|;<>()*?[]{}`!#~";
    return !word.empty() && word.find_first_of(special) == std::string_view::npos;
}

// As it would be typed.
std::string shell_word(std::string_view word) {
    if (is_plain(word)) return std::string(word);
    std::string out = "'";
    for (const char byte : word) out += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    return out + "'";
}

std::string pid_words(const sys::Process& process) {
    const std::vector<pid_t>& pids = process.status.pids_inside;
    std::string out = text::cat(process.pid);
    if (pids.size() > 1) out += text::cat(", in its own pid namespace ", pids.back());
    if (process.status.thread_group != process.pid) out += text::cat(", a thread of ", process.status.thread_group);
    return out;
}

void fact_of_process(Page& page, const Look& look) {
    const sys::ProcStatus& status = look.process.status;
    std::string words = text::cat(pid_words(look.process), "; ", sys::state_word(status.state));
    if (status.parent > 0)
        words += text::cat("; parent ", status.parent);
    else if (look.process.pid != 1 && !look.process.is_kernel_thread())
        words += "; its parent is outside of this /proc";
    if (status.threads > 1) words += text::cat("; ", status.threads, " threads");
    if (status.tracer != 0) words += text::cat("; traced by ", status.tracer);
    page.fact("process", words);
    if (look.foreign_proc)
        page.fact("", "(/proc shows an outer pid namespace: 'bind-mounter --proc /proc' mounts its own)");
}

void fact_of_clocks(Page& page, const Look& look) {
    const auto& offsets = look.process.time_offsets;
    if (!offsets || *offsets == sys::TimeOffsets{}) return;
    page.fact("clocks", text::cat("monotonic ", offsets->monotonic.seconds, "s, boottime ", offsets->boottime.seconds,
                                  "s from the machine's"));
}

void fact_of_the_rest(Page& page, const Look& look) {
    const sys::Process& process = look.process;
    std::string words = process.open_files ? text::cat(*process.open_files, " open files")
                                           : text::cat("open files ", why_missing(look, process.open_files.error));
    if (process.oom_score_adj && *process.oom_score_adj != 0)
        words += text::cat("; oom_score_adj ", *process.oom_score_adj);
    if (!process.label.empty()) words += text::cat("; label ", process.label);
    page.fact("more", words);
}

}  // namespace

std::string command_line(const sys::Process& process) {
    if (process.command.empty()) return text::cat("[", process.status.name, "]");
    std::string out;
    for (const std::string& word : process.command) {
        // What tools of a chain tell each other isn't for people.
        if (word.starts_with(sys::chain_option)) continue;
        if (!out.empty()) out += ' ';
        out += shell_word(word);
        if (out.size() > command_length) return out.substr(0, command_length) + "...";
    }
    return out;
}

std::string why_missing(const Look& look, int error) {
    if (error == EACCES || error == EPERM) {
        const bool others = look.process.status.users.effective != geteuid();
        return others ? "(not readable: another user's process)" : "(not readable: it has powers that you lack)";
    }
    if (look.process.is_zombie()) return "(none: it has ended)";
    if (look.process.is_kernel_thread()) return "(none: a thread of the kernel)";
    return "(none)";
}

void show_title(Page& page, const Look& look) {
    page.line(text::cat(look.process.pid, ": ", command_line(look.process)));
}

void show_overview(Page& page, const Look& look) {
    fact_of_process(page, look);
    facts_of_user(page, look);
    facts_of_files(page, look);
    fact_of_namespaces(page, look);
    fact_of_mounts(page, look);
    facts_of_cgroups(page, look);
    facts_of_powers(page, look);
    fact_of_limits(page, look);
    fact_of_clocks(page, look);
    fact_of_the_rest(page, look);
}

}  // namespace bell::peek
