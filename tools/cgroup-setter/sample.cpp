// sample.cpp - which file tells what, in each version. See sample.hpp.
//
// Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel, Documentation/accounting/psi.rst.
#include "sample.hpp"

#include <time.h>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

using Number = std::optional<std::uint64_t>;
constexpr std::uint64_t v1_unlimited = std::uint64_t{1} << 62;

/// A group's directory for one controller, and which version it is of.
struct Place {
    std::optional<std::string> directory;
    bool is_v2 = false;

    [[nodiscard]] std::string read(std::string_view file) const {
        return directory ? sys::try_read_file(text::cat(*directory, "/", file)).value_or("") : std::string{};
    }
    [[nodiscard]] Number number(std::string_view v1, std::string_view v2) const {
        return text::number<std::uint64_t>(text::trim(read(is_v2 ? v2 : v1)));
    }
    /// A limit: "max", or so much that it is none.
    [[nodiscard]] Number limit(std::string_view v1, std::string_view v2) const {
        const Number value = number(v1, v2);
        return value && *value < v1_unlimited ? value : std::nullopt;
    }
    /// The number behind a word, in a file of lines "word number".
    [[nodiscard]] Number keyed(std::string_view file, std::string_view key) const {
        for (const std::string& line : text::split(read(file), '\n'))
            if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
                return text::number<std::uint64_t>(std::string_view(line).substr(key.size() + 1));
        return std::nullopt;
    }
};

Place place_of(const cgroup::Group& group, std::string_view controller) {
    const cgroup::Hierarchy* owner = group.host().owner_of(controller);
    return {group.directory_of(controller), owner && owner->version == 2};
}

// Every v2 group tells its pressure, whichever controllers it has: on a hybrid host, too.
Place v2_place(const cgroup::Group& group) {
    const std::vector<std::string> directories = group.directories();
    for (std::size_t i = 0; i < directories.size(); ++i)
        if (group.host().hierarchies()[i].version == 2) return {directories[i], true};
    return {};
}

void read_memory(Sample& out, const Place& memory) {
    out.memory = {memory.number("memory.usage_in_bytes", "memory.current"),
                  memory.limit("memory.limit_in_bytes", "memory.max")};
    out.memory_full = memory.is_v2 ? memory.keyed("memory.events", "max") : memory.number("memory.failcnt", "");
    out.oom_kills = memory.keyed(memory.is_v2 ? "memory.events" : "memory.oom_control", "oom_kill");
}

void read_cpu(Sample& out, const Place& cpu, const Place& accounting) {
    if (cpu.is_v2) {
        out.cpu_microseconds = cpu.keyed("cpu.stat", "usage_usec");
    } else if (const Number nanoseconds = accounting.number("cpuacct.usage", "")) {
        out.cpu_microseconds = *nanoseconds / 1000;
    }
    out.throttled = cpu.keyed("cpu.stat", "nr_throttled");
    const std::string words =
        cpu.is_v2 ? cpu.read("cpu.max")
                  : text::cat(text::trim(cpu.read("cpu.cfs_quota_us")), " ", text::trim(cpu.read("cpu.cfs_period_us")));
    const std::vector<std::string> part = text::split(text::trim(words), ' ');
    const Number quota = text::number<std::uint64_t>(part[0]);
    const Number period = part.size() > 1 ? text::number<std::uint64_t>(part[1]) : std::nullopt;
    if (quota && period && *period > 0) out.cpu_limit = *quota * 1000 / *period;
}

void add(Number& sum, Number value) {
    if (value) sum = sum.value_or(0) + *value;
}

// v2: "254:0 rbytes=4096 wbytes=0 ..."; v1: "254:0 Read 4096". A line a device.
void read_io(Sample& out, const Place& io) {
    if (!io.directory) return;
    out.read_bytes = out.written_bytes = 0;
    for (const std::string& line :
         text::split(io.read(io.is_v2 ? "io.stat" : "blkio.throttle.io_service_bytes"), '\n')) {
        const std::vector<std::string> word = text::split(line, ' ');
        if (!io.is_v2 && word.size() == 3) {
            if (word[1] == "Read") add(out.read_bytes, text::number<std::uint64_t>(word[2]));
            if (word[1] == "Write") add(out.written_bytes, text::number<std::uint64_t>(word[2]));
        }
        for (const std::string& each : word) {
            if (each.starts_with("rbytes=")) add(out.read_bytes, text::number<std::uint64_t>(each.substr(7)));
            if (each.starts_with("wbytes=")) add(out.written_bytes, text::number<std::uint64_t>(each.substr(7)));
        }
    }
}

// "some avg10=1.53 avg60=0.20 ...": 153.
Number pressure_in(const std::string& lines) {
    const std::size_t at = lines.find("some avg10=");
    if (at == std::string::npos) return std::nullopt;
    std::string digits = lines.substr(at + 11, lines.find(' ', at + 11) - at - 11);
    std::erase(digits, '.');
    return text::number<std::uint64_t>(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

std::uint64_t now_in_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Sample take_sample(const cgroup::Group& group) {
    Sample out;
    out.microseconds = now_in_microseconds();
    read_memory(out, place_of(group, "memory"));
    read_cpu(out, place_of(group, "cpu"), place_of(group, "cpuacct"));
    const Place pids = place_of(group, "pids");
    out.pids = {pids.number("pids.current", "pids.current"), pids.limit("pids.max", "pids.max")};
    out.pids_full = pids.keyed("pids.events", "max");
    const Place io = place_of(group, "io");
    read_io(out, io.directory ? io : place_of(group, "blkio"));
    const Place v2 = v2_place(group);
    out.pressure = {pressure_in(v2.read("cpu.pressure")), pressure_in(v2.read("memory.pressure")),
                    pressure_in(v2.read("io.pressure"))};
    return out;
}

std::optional<std::uint64_t> rate(const Sample& before, const Sample& now,
                                  std::optional<std::uint64_t> Sample::*counter) {
    const Number first = before.*counter, last = now.*counter;
    const std::uint64_t passed = now.microseconds - before.microseconds;
    if (!first || !last || *last < *first || passed == 0) return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<double>(*last - *first) * 1e6 / static_cast<double>(passed));
}

std::optional<std::uint64_t> cpu_between(const Sample& before, const Sample& now) {
    const Number microseconds = rate(before, now, &Sample::cpu_microseconds);
    return microseconds ? std::optional(*microseconds / 1000) : std::nullopt;
}

}  // namespace bell
