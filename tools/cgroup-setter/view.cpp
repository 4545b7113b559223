// view.cpp - see view.hpp.
//
//     memory      12M of 64M                [######........................]  19%
//     cpu         0.53 of 0.5               [##############################] 106%
//     processes   3 of 20                   [####..........................]  15%
//     io          read 1.2M/s, written 0B/s
//     pressure    cpu 12.00%  memory 0.00%  io 0.31%      (some waited, of the last 10 s)
//     events      memory full 2 (+1)  killed 0  throttled 12 (+3)  forks refused 0
#include "view.hpp"

#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "cli/json_writer.hpp"
#include "cli/units.hpp"

namespace bell {
namespace {

using Number = std::optional<std::uint64_t>;
using Words = std::string (*)(std::uint64_t);
constexpr std::size_t bar_width = 30;

std::string bytes(std::uint64_t value) { return cli::human_bytes(value); }
std::string count(std::uint64_t value) { return text::cat(value); }
std::string processors(std::uint64_t thousandths) {
    char words[32];
    std::snprintf(words, sizeof words, "%.2f", static_cast<double>(thousandths) / 1000);
    return words;
}
std::string percent(std::uint64_t hundredths) {
    char words[32];
    std::snprintf(words, sizeof words, "%.2f%%", static_cast<double>(hundredths) / 100);
    return words;
}

std::string or_dash(Number value, Words words) { return value ? words(*value) : "-"; }

std::string padded(std::string words, std::size_t width) {
    if (words.size() < width) words.resize(width, ' ');
    return words;
}

// Yellow from three quarters on, red from nine tenths on: as the number beside it says.
std::string bar(std::uint64_t use, std::uint64_t limit, bool colours) {
    const std::uint64_t share =
        limit == 0 ? 100 : static_cast<std::uint64_t>(static_cast<double>(use) * 100 / static_cast<double>(limit));
    const std::size_t filled = std::min<std::size_t>(bar_width, share * bar_width / 100);
    const std::string drawn = std::string(filled, '#') + std::string(bar_width - filled, '.');
    const char* colour = !colours || share < 75 ? "" : share < 90 ? "\033[33m" : "\033[31m";
    const std::string number = text::cat(share, "%");
    return text::cat("[", colour, drawn, *colour ? "\033[0m" : "", "] ",
                     std::string(number.size() < 4 ? 4 - number.size() : 0, ' '), number);
}

std::string use_line(std::string_view label, Number use, Number limit, Words words, bool colours) {
    const std::string amount =
        text::cat(or_dash(use, words), limit ? text::cat(" of ", words(*limit)) : std::string(", no limit"));
    std::string line = text::cat(padded(std::string(label), 12), amount);
    if (use && limit) line = text::cat(padded(line, 38), bar(*use, *limit, colours));
    return line;
}

std::string event(std::string_view what, const Sample& before, const Sample& now, Number Sample::*counter) {
    const Number last = now.*counter, first = before.*counter;
    if (!last) return {};
    const std::string rise = first && *last > *first ? text::cat(" (+", *last - *first, ")") : std::string{};
    return text::cat("  ", what, " ", *last, rise);
}

std::string event_words(const Sample& before, const Sample& now) {
    const std::string words =
        event("memory full", before, now, &Sample::memory_full) + event("killed", before, now, &Sample::oom_kills) +
        event("throttled", before, now, &Sample::throttled) + event("forks refused", before, now, &Sample::pids_full);
    return words.empty() ? "-" : words.substr(2);
}

std::string pair(Number use, Number limit, Words words) {
    return text::cat(or_dash(use, words), "/", limit ? words(*limit) : std::string("max"));
}

void put(cli::JsonWriter& json, std::string_view key, Number value) {
    json.key(key);
    value ? json.number(*value) : json.null();
}

}  // namespace

std::vector<std::string> draw_view(const std::string& group, const Sample& before, const Sample& now, bool colours) {
    const auto io = [&](auto counter) { return or_dash(rate(before, now, counter), bytes); };
    std::vector<std::string> lines = {
        text::cat("cgroup ", text::printable(group).substr(0, 54), "   Ctrl-C ends"),
        use_line("memory", now.memory.now, now.memory.limit, bytes, colours),
        use_line("cpu", cpu_between(before, now), now.cpu_limit, processors, colours),
        use_line("processes", now.pids.now, now.pids.limit, count, colours),
        text::cat(padded("io", 12), "read ", io(&Sample::read_bytes), "/s, written ", io(&Sample::written_bytes), "/s"),
    };
    if (now.pressure[0] || now.pressure[1] || now.pressure[2])
        lines.push_back(text::cat(padded("pressure", 12), "cpu ", or_dash(now.pressure[0], percent), "  memory ",
                                  or_dash(now.pressure[1], percent), "  io ", or_dash(now.pressure[2], percent),
                                  "  (some waited, of 10 s)"));
    lines.push_back(padded("events", 12) + event_words(before, now));
    return lines;
}

std::string plain_line(const Sample& before, const Sample& now) {
    const auto io = [&](auto counter) { return or_dash(rate(before, now, counter), bytes); };
    std::string line = text::cat("memory ", pair(now.memory.now, now.memory.limit, bytes), "  cpu ",
                                 pair(cpu_between(before, now), now.cpu_limit, processors), "  processes ",
                                 pair(now.pids.now, now.pids.limit, count), "  read ", io(&Sample::read_bytes),
                                 "/s  written ", io(&Sample::written_bytes), "/s");
    if (now.pressure[0])
        line += text::cat("  pressure ", percent(*now.pressure[0]), " ", or_dash(now.pressure[1], percent), " ",
                          or_dash(now.pressure[2], percent));
    return text::cat(line, "  events: ", event_words(before, now), "\n");
}

std::string json_line(const std::string& group, const Sample& before, const Sample& now) {
    cli::JsonWriter json;
    json.object([&] {
        json.key("group").string(group);
        put(json, "memory", now.memory.now);
        put(json, "memoryLimit", now.memory.limit);
        put(json, "cpuThousandths", cpu_between(before, now));
        put(json, "cpuLimitThousandths", now.cpu_limit);
        put(json, "cpuMicroseconds", now.cpu_microseconds);
        put(json, "pids", now.pids.now);
        put(json, "pidsLimit", now.pids.limit);
        put(json, "readBytes", now.read_bytes);
        put(json, "writtenBytes", now.written_bytes);
        put(json, "memoryFull", now.memory_full);
        put(json, "oomKills", now.oom_kills);
        put(json, "throttled", now.throttled);
        put(json, "forksRefused", now.pids_full);
        put(json, "pressureCpu", now.pressure[0]);
        put(json, "pressureMemory", now.pressure[1]);
        put(json, "pressureIo", now.pressure[2]);
    });
    return json.text() + "\n";
}

}  // namespace bell
