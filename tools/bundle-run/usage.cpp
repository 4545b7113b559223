// usage.cpp - see usage.hpp.
//
// Both versions of cgroups count the same things in other files and units; the document is that of version 1:
// nanoseconds, bytes, swap as memory and swap together, "unlimited" as the largest number. Values that are 0 are left
// out where runc leaves them out.
//
// runc's types/events.go, cgroup-v1/*.rst, cgroup-v2.rst. Next: verb_events.cpp.
#include "usage.hpp"

#include <dirent.h>
#include <unistd.h>

#include <limits>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "concepts/scheduling.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

using Number = std::uint64_t;
using Counts = std::map<std::string, Number>;
constexpr Number unlimited = std::numeric_limits<Number>::max();

/// The files of one controller of the group; all are missing if the host or the group doesn't have it.
class Files {
public:
    Files(const cgroup::Group& group, std::string_view controller)
        : directory_(group.directory_of(controller).value_or("")) {
        for (std::size_t i = 0; i < group.directories().size(); ++i)
            if (group.directories()[i] == directory_) is_v2_ = group.host().hierarchies()[i].version == 2;
    }
    [[nodiscard]] bool is_v2() const { return is_v2_; }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::string text(const std::string& file) const {
        return directory_.empty() ? "" : sys::try_read_file(directory_ + "/" + file).value_or("");
    }
    /// "max" is `unlimited`; what isn't there is 0.
    [[nodiscard]] Number number(const std::string& file) const {
        const std::string words(text::trim(text(file)));
        return words == "max" ? unlimited : text::number<Number>(words).value_or(0);
    }
    /// Lines of "name number".
    [[nodiscard]] Counts counts(const std::string& file) const {
        Counts out;
        for (const std::string& line : text::split(text(file), '\n')) {
            const std::size_t blank = line.find(' ');
            if (blank == std::string::npos) continue;
            if (const auto value = text::number<Number>(line.substr(blank + 1))) out[line.substr(0, blank)] = *value;
        }
        return out;
    }

private:
    std::string directory_;
    bool is_v2_ = false;
};

Number at(const Counts& counts, const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
}

void some(cli::JsonWriter& json, std::string_view key, Number value) {
    if (value != 0) json.key(key).number(value);
}

void list(cli::JsonWriter& json, std::string_view key, const std::vector<Number>& values) {
    if (values.empty()) return;
    json.key(key).array([&] {
        for (const Number value : values) json.number(value);
    });
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0": how long somebody, or all, had to wait. Since Linux 4.20, v2 only.
void pressure(cli::JsonWriter& json, const std::string& lines) {
    if (lines.empty()) return;
    json.key("psi").object([&] {
        for (const std::string& line : text::split(text::trim(lines), '\n')) {
            const std::vector<std::string> words = text::split(line, ' ');
            json.key(words[0]).object([&] {
                for (std::size_t i = 1; i < words.size(); ++i) {
                    const std::size_t equals = words[i].find('=');
                    if (equals != std::string::npos)
                        json.key(words[i].substr(0, equals)).decimal(words[i].substr(equals + 1));
                }
            });
        }
    });
}

// ---- cpu

std::vector<Number> numbers(const std::string& words) {
    std::vector<Number> out;
    for (const std::string& word : text::split(words, ' '))
        if (const auto value = text::number<Number>(text::trim(word))) out.push_back(*value);
    return out;
}

// cpuacct.usage_all: "cpu user system" as a head, then a line for each CPU.
void each_cpu(cli::JsonWriter& json, const Files& files) {
    std::vector<Number> user, kernel;
    for (const std::string& line : text::split(files.text("cpuacct.usage_all"), '\n')) {
        const std::vector<Number> values = numbers(line);
        if (values.size() < 3) continue;
        user.push_back(values[1]);
        kernel.push_back(values[2]);
    }
    list(json, "percpu", numbers(files.text("cpuacct.usage_percpu")));
    list(json, "percpu_kernel", kernel);
    list(json, "percpu_user", user);
}

void cpu_times_v1(cli::JsonWriter& json, const Files& files) {
    const Counts ticks = files.counts("cpuacct.stat");
    const Number tick = 1'000'000'000 / static_cast<Number>(sysconf(_SC_CLK_TCK));
    some(json, "total", files.number("cpuacct.usage"));
    each_cpu(json, files);
    json.key("kernel").number(at(ticks, "system") * tick);
    json.key("user").number(at(ticks, "user") * tick);
}

void cpu_times_v2(cli::JsonWriter& json, const Counts& stat) {
    some(json, "total", at(stat, "usage_usec") * 1000);
    json.key("kernel").number(at(stat, "system_usec") * 1000);
    json.key("user").number(at(stat, "user_usec") * 1000);
}

void write_cpu(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files files(group, "cpu");
    const Counts stat = files.counts("cpu.stat");
    json.key("usage").object([&] {
        if (files.is_v2())
            cpu_times_v2(json, stat);
        else
            cpu_times_v1(json, Files(group, "cpuacct"));
    });
    json.key("throttling").object([&] {
        some(json, "periods", at(stat, "nr_periods"));
        some(json, "throttledPeriods", at(stat, "nr_throttled"));
        some(json, "throttledTime", files.is_v2() ? at(stat, "throttled_usec") * 1000 : at(stat, "throttled_time"));
    });
    if (files.is_v2()) pressure(json, files.text("cpu.pressure"));
}

std::vector<Number> cpu_list(const std::string& words) {
    std::vector<Number> out;
    if (text::trim(words).empty()) return out;
    for (const unsigned cpu : scheduling::parse_cpus(text::trim(words))) out.push_back(cpu);
    return out;
}

void write_cpuset(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files files(group, "cpuset");
    list(json, "cpus", cpu_list(files.text(files.is_v2() ? "cpuset.cpus.effective" : "cpuset.cpus")));
    list(json, "mems", cpu_list(files.text(files.is_v2() ? "cpuset.mems.effective" : "cpuset.mems")));
    for (const char* name : {"cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page",
                             "memory_spread_slab", "memory_pressure", "sched_load_balance"})
        json.key(name).number(files.number(text::cat("cpuset.", name)));
    const auto level = text::number<int>(text::trim(files.text("cpuset.sched_relax_domain_level")));
    json.key("sched_relax_domain_level").number(level.value_or(0));
}

// ---- memory

struct Amount {
    Number limit = 0, usage = 0, peak = 0, failures = 0;
};

void write_amount(cli::JsonWriter& json, std::string_view key, const Amount& it) {
    json.key(key).object([&] {
        json.key("limit").number(it.limit);
        some(json, "usage", it.usage);
        some(json, "max", it.peak);
        json.key("failcnt").number(it.failures);
    });
}

Amount amount_v1(const Files& files, const std::string& prefix) {
    return {files.number(prefix + "limit_in_bytes"), files.number(prefix + "usage_in_bytes"),
            files.number(prefix + "max_usage_in_bytes"), files.number(prefix + "failcnt")};
}

Number sum(Number left, Number right) { return left == unlimited || right == unlimited ? unlimited : left + right; }

void write_memory_v1(cli::JsonWriter& json, const Files& files) {
    write_amount(json, "usage", amount_v1(files, "memory."));
    write_amount(json, "swap", amount_v1(files, "memory.memsw."));
    write_amount(json, "kernel", amount_v1(files, "memory.kmem."));
    write_amount(json, "kernelTCP", amount_v1(files, "memory.kmem.tcp."));
}

void write_memory_v2(cli::JsonWriter& json, const Files& files) {
    const Amount memory{files.number("memory.max"), files.number("memory.current"), files.number("memory.peak"), 0};
    const Amount both{sum(memory.limit, files.number("memory.swap.max")),
                      memory.usage + files.number("memory.swap.current"), 0, 0};
    write_amount(json, "usage", memory);
    write_amount(json, "swap", both);
    write_amount(json, "kernel", {});
    write_amount(json, "kernelTCP", {});
    pressure(json, files.text("memory.pressure"));
}

void write_memory(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files files(group, "memory");
    const Counts stat = files.counts("memory.stat");
    some(json, "cache", at(stat, files.is_v2() ? "file" : "cache"));
    if (files.is_v2())
        write_memory_v2(json, files);
    else
        write_memory_v1(json, files);
    if (stat.empty()) return;
    json.key("raw").object([&] {
        for (const auto& [name, value] : stat) json.key(name).number(value);
    });
}

// ---- the rest

void write_pids(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files files(group, "pids");
    const Number limit = files.number("pids.max");
    some(json, "current", files.number("pids.current"));
    some(json, "limit", limit == unlimited ? 0 : limit);
}

struct DiskCount {
    Number major = 0, minor = 0;
    std::string operation;
    Number value = 0;
};

void write_disks(cli::JsonWriter& json, std::string_view key, const std::vector<DiskCount>& counts) {
    if (counts.empty()) return;
    json.key(key).array([&] {
        for (const DiskCount& each : counts)
            json.object([&] {
                some(json, "major", each.major);
                some(json, "minor", each.minor);
                if (!each.operation.empty()) json.key("op").string(each.operation);
                some(json, "value", each.value);
            });
    });
}

// "8:0" at the head of a line.
bool parse_disk(const std::string& word, DiskCount& out) {
    const std::size_t colon = word.find(':');
    if (colon == std::string::npos) return false;
    const auto major = text::number<Number>(word.substr(0, colon)),
               minor = text::number<Number>(word.substr(colon + 1));
    if (!major || !minor) return false;
    out.major = *major;
    out.minor = *minor;
    return true;
}

// v1: "8:0 Read 4096".
std::vector<DiskCount> disks_v1(const std::string& lines) {
    std::vector<DiskCount> out;
    for (const std::string& line : text::split(lines, '\n')) {
        const std::vector<std::string> words = text::split(line, ' ');
        DiskCount count;
        if (words.size() < 2 || !parse_disk(words[0], count)) continue;
        if (words.size() > 2) count.operation = words[1];
        count.value = text::number<Number>(words.back()).value_or(0);
        out.push_back(count);
    }
    return out;
}

// v2: "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0".
std::vector<DiskCount> disks_v2(const std::string& lines, const std::map<std::string, std::string>& operations) {
    std::vector<DiskCount> out;
    for (const std::string& line : text::split(lines, '\n')) {
        const std::vector<std::string> words = text::split(line, ' ');
        DiskCount count;
        if (!parse_disk(words[0], count)) continue;
        for (const std::string& word : words) {
            const std::size_t equals = word.find('=');
            const auto operation = operations.find(word.substr(0, equals));
            if (equals == std::string::npos || operation == operations.end()) continue;
            count.operation = operation->second;
            count.value = text::number<Number>(word.substr(equals + 1)).value_or(0);
            out.push_back(count);
        }
    }
    return out;
}

// Who counts depends on the scheduler of the disk: BFQ by itself, CFQ until Linux 5.0, else the throttling layer.
std::vector<DiskCount> first_counted(const Files& files, const std::string& what) {
    for (const char* prefix : {"blkio.bfq.", "blkio.", "blkio.throttle."}) {
        std::vector<DiskCount> found = disks_v1(files.text(prefix + what));
        if (!found.empty()) return found;
    }
    return {};
}

void write_blkio(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files v2(group, "io");
    if (v2.is_v2()) {
        const std::string stat = v2.text("io.stat");
        write_disks(json, "ioServiceBytesRecursive",
                    disks_v2(stat, {{"rbytes", "Read"}, {"wbytes", "Write"}, {"dbytes", "Discard"}}));
        write_disks(json, "ioServicedRecursive",
                    disks_v2(stat, {{"rios", "Read"}, {"wios", "Write"}, {"dios", "Discard"}}));
        return pressure(json, v2.text("io.pressure"));
    }
    const Files files(group, "blkio");
    for (const auto& [key, file] : std::initializer_list<std::pair<const char*, const char*>>{
             {"ioServiceBytesRecursive", "io_service_bytes_recursive"},
             {"ioServicedRecursive", "io_serviced_recursive"},
             {"ioQueueRecursive", "io_queued_recursive"},
             {"ioServiceTimeRecursive", "io_service_time_recursive"},
             {"ioWaitTimeRecursive", "io_wait_time_recursive"},
             {"ioMergedRecursive", "io_merged_recursive"},
             {"ioTimeRecursive", "time_recursive"},
             {"sectorsRecursive", "sectors_recursive"}})
        write_disks(json, key, first_counted(files, file));
}

// The sizes there are: hugetlb.2MB.usage_in_bytes, hugetlb.2MB.current.
std::vector<std::string> page_sizes(const Files& files) {
    std::vector<std::string> out;
    const std::string ending = files.is_v2() ? ".current" : ".usage_in_bytes";
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(files.directory().c_str()), ::closedir);
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
        const std::vector<std::string> parts = text::split(entry->d_name, '.');
        if (parts.size() == 3 && parts[0] == "hugetlb" && "." + parts[2] == ending) out.push_back(parts[1]);
    }
    return out;
}

void write_hugetlb(cli::JsonWriter& json, const cgroup::Group& group) {
    const Files files(group, "hugetlb");
    if (files.directory().empty()) return;
    for (const std::string& size : page_sizes(files)) {
        const std::string prefix = text::cat("hugetlb.", size, ".");
        json.key(size).object([&] {
            some(json, "usage", files.number(prefix + (files.is_v2() ? "current" : "usage_in_bytes")));
            some(json, "max", files.number(prefix + "max_usage_in_bytes"));
            json.key("failcnt").number(files.is_v2() ? at(files.counts(prefix + "events"), "max")
                                                     : files.number(prefix + "failcnt"));
        });
    }
}

}  // namespace

void write_usage(cli::JsonWriter& json, const cgroup::Group& group) {
    json.object([&] {
        json.key("cpu").object([&] { write_cpu(json, group); });
        json.key("cpuset").object([&] { write_cpuset(json, group); });
        json.key("memory").object([&] { write_memory(json, group); });
        json.key("pids").object([&] { write_pids(json, group); });
        json.key("blkio").object([&] { write_blkio(json, group); });
        json.key("hugetlb").object([&] { write_hugetlb(json, group); });
        json.key("intel_rdt").object([] {});
        json.key("network_interfaces").null();
    });
}

}  // namespace bell
