// narrate.cpp - see narrate.hpp.
#include "base/narrate.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <new>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace bell::narrate {

namespace detail {
Switch current;
}

namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t call_column = 17;  // "1 " + the longest tool name + two blanks
constexpr std::string_view arrow = "-> ";

// Shared with every child, so that steps are numbered in the order in which they happen whoever takes them.
struct Shared {
    std::atomic<int> next_step{1};
    timespec start{};
};

struct Held {
    std::string call;  // the call whose repetitions are being counted
    std::string line;
    int repeated = 0;
};

// What goes with the switch: mutable like it, and only when it is on.
struct Teller {
    Shared* shared = nullptr;
    Held held;
    int step = 0;
    std::string tool;
    bool colour = false;
    std::function<void(std::string_view)> log;  // of warnings
};

Teller& teller() {
    static Teller instance;
    return instance;
}

void write_line(std::string line) {
    line += '\n';
    // A reader that went away must not end the work; there is nobody left to tell.
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

// At most so many bytes; never within a letter of several (UTF-8), which a terminal would show as rubbish.
std::string cut(std::string line, std::size_t width = line_width) {
    if (line.size() <= width) return line;
    std::size_t end = width - 3;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    line.resize(end);
    return line + "...";
}

std::string dim(std::string_view line) {
    return teller().colour ? text::cat("\x1b[2m", line, "\x1b[0m") : std::string(line);
}

std::string json_string(std::string_view words) {
    std::string out = "\"";
    constexpr std::string_view hex = "0123456789abcdef";
    for (const char byte : words) {
        const auto value = static_cast<unsigned char>(byte);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += byte;
        } else if (value < 32 || value > 126) {
            out += "\\u00";
            out += hex[value >> 4];
            out += hex[value & 15];
        } else {
            out += byte;
        }
    }
    return out += '"';
}

std::string elapsed() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const timespec& start = teller().shared->start;
    const long micros = (now.tv_sec - start.tv_sec) * 1'000'000 + (now.tv_nsec - start.tv_nsec) / 1000;
    std::string fraction = text::cat(micros % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    return text::cat(micros / 1'000'000, ".", fraction);
}

std::string json_head() {
    return text::cat("{\"pid\":", getpid(), ",\"time\":", elapsed(), ",\"step\":", teller().step);
}

void wait_for_enter() {
    const Fd terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC)};
    if (!terminal) throw Error::bad("--step waits for Enter on a terminal, and there is none", "leave --step out");
    constexpr std::string_view prompt = "                 [Enter] ";
    [[maybe_unused]] const ssize_t ignored = ::write(terminal.get(), prompt.data(), prompt.size());
    char key = 0;
    while (::read(terminal.get(), &key, 1) == 1)
        if (key == '\n') return;
    throw Error::bad("stopped before this step");
}

void tell_brief(const Event& event) {
    if (event.weight == Weight::detail && !event.failed) return;
    Held& held = teller().held;
    if (held.call == event.call && !event.failed) {
        ++held.repeated;
        return;
    }
    flush();
    held.call = event.call;
    held.line = text::cat(std::string(call_column, ' '), arrow, event.call, "(", event.arguments, ")");
    if (!event.result.empty()) held.line += text::cat(" = ", event.result);
    if (event.failed) flush();
}

void tell_full(const Event& event) {
    std::string line = text::cat("  [", getpid(), " ", elapsed(), "] ", event.call, "(", event.arguments, ")");
    if (!event.result.empty()) line += text::cat(" = ", event.result);
    write_line(dim(line) + text::cat("  ", event.call, "(2)"));
}

void tell_json(const Event& event) {
    write_line(text::cat(json_head(), ",\"call\":", json_string(event.call),
                         ",\"arguments\":", json_string(event.arguments), ",\"result\":", json_string(event.result),
                         ",\"ok\":", event.failed ? "false" : "true", ",\"man\":\"", event.call, "(2)\"}"));
}

}  // namespace

void configure(Switch wanted, int first_step) {
    if ((wanted.step || wanted.dry_run) && wanted.level == Level::off) wanted.level = Level::brief;
    detail::current = wanted;
    if (wanted.level == Level::off) return;
    Teller& self = teller();
    if (!self.shared) {
        void* page = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw Error::os("mmap", "the narration", errno);
        self.shared = new (page) Shared;
    }
    self.shared->next_step = first_step;
    clock_gettime(CLOCK_MONOTONIC, &self.shared->start);
    self.colour = isatty(STDERR_FILENO) && !std::getenv("NO_COLOR");
}

// "full+step+dry@4": the level, the other switches, the next step's number.
std::string carried() {
    if (!on()) return {};
    constexpr std::string_view names[] = {"off", "brief", "full", "json"};
    std::string out(names[static_cast<std::size_t>(detail::current.level)]);
    if (detail::current.step) out += "+step";
    if (detail::current.dry_run) out += "+dry";
    return out + text::cat("@", teller().shared->next_step.load());
}

// What was typed for this tool (the switch is on already) counts, but a dry run stays dry for the rest of the chain.
void take_over(std::string_view carried) {
    const std::size_t at = carried.find('@');
    if (at == std::string_view::npos) return;
    const Switch typed = detail::current;
    Switch wanted = typed;
    for (const std::string& word : text::split(carried.substr(0, at), '+')) {
        if (word == "brief") wanted.level = Level::brief;
        if (word == "full") wanted.level = Level::full;
        if (word == "json") wanted.level = Level::json;
        if (word == "step") wanted.step = true;
        if (word == "dry") wanted.dry_run = true;
    }
    if (typed.level != Level::off) wanted.level = typed.level;
    configure(wanted, text::number<int>(carried.substr(at + 1)).value_or(1));
}

Section::Section(std::string_view tool, std::string_view sentence, std::string_view source) {
    if (!on()) return;
    flush();
    Teller& self = teller();
    self.step = self.shared->next_step++;
    self.tool = tool;
    if (detail::current.level == Level::json) {
        write_line(text::cat(json_head(), ",\"tool\":", json_string(tool), ",\"why\":", json_string(sentence),
                             ",\"source\":", json_string(source), "}"));
    } else {
        std::string line = text::cat(self.step, " ", tool);
        line.resize(std::max(line.size() + 1, call_column), ' ');
        line += sentence;
        if (full() && !source.empty()) line += text::cat("  [", source, "]");
        write_line(full() ? line : cut(std::move(line)));
    }
    if (detail::current.step) wait_for_enter();
}

Section::~Section() { flush(); }

void tell(const Event& event) {
    switch (detail::current.level) {
        case Level::off: return;
        case Level::brief: return tell_brief(event);
        case Level::full: return tell_full(event);
        case Level::json: return tell_json(event);
    }
}

void note(std::string_view line) {
    if (!on()) return;
    flush();
    if (detail::current.level == Level::json)
        write_line(text::cat(json_head(), ",\"note\":", json_string(line), "}"));
    else
        write_line(cut(text::cat(std::string(call_column + arrow.size(), ' '), line)));
}

void title(std::string_view line) {
    if (!on()) return;
    flush();
    if (detail::current.level == Level::json)
        write_line(text::cat(json_head(), ",\"title\":", json_string(line), "}"));
    else
        write_line(cut(std::string(line)));
}

void log_warnings(std::function<void(std::string_view line)> log) { teller().log = std::move(log); }

void warn(std::string_view line) {
    flush();
    if (teller().log) teller().log(line);
    if (detail::current.level == Level::json)
        write_line(text::cat(json_head(), ",\"warning\":", json_string(line), "}"));
    else
        write_line(text::cat(program_invocation_short_name, ": warning: ", line));
}

void flush() {
    Held& held = teller().held;
    if (held.line.empty()) return;
    std::string count = held.repeated > 0 ? text::cat("  +", held.repeated) : std::string{};
    std::string line = std::move(held.line);
    write_line(dim(cut(std::move(line), line_width - count.size()) + count));
    held = {};
}

}  // namespace bell::narrate
