// cgroup_systemd_limits.cpp - a budget in the words of systemd. See cgroup_systemd.hpp.
//
// Each limit is also written to cgroupfs afterwards, exactly (cgroup_v1.cpp, cgroup_v2.cpp): systemd rounds some of
// them, a CPU quota to whole percents. A value that cgroupfs will refuse with its reason is left out here.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_systemd.hpp"
#include "concepts/cgroup_words.hpp"

namespace bell::cgroup {
namespace {

using Properties = std::vector<sys::BusProperty>;

constexpr std::uint64_t infinity = std::numeric_limits<std::uint64_t>::max();

void add(Properties& out, std::string name, std::uint64_t value) {
    out.push_back({std::move(name), "t", {text::cat(value)}});
}

// -1: unlimited; 0: not set.
void add_limit(Properties& out, const std::string& name, const std::optional<std::int64_t>& value) {
    if (value && *value != 0) add(out, name, *value < 0 ? infinity : static_cast<std::uint64_t>(*value));
}

void add_memory(Properties& out, const oci::Memory& memory, bool v2) {
    if (!v2) return add_limit(out, "MemoryLimit", memory.limit);
    add_limit(out, "MemoryMax", memory.limit);
    add_limit(out, "MemoryLow", memory.reservation);
    if (!memory.swap) return;
    // The specification's swap is memory and swap together; v2 and systemd count swap by itself.
    if (*memory.swap < 0)
        add(out, "MemorySwapMax", infinity);
    else if (memory.limit && *memory.limit > 0 && *memory.swap >= *memory.limit)
        add(out, "MemorySwapMax", static_cast<std::uint64_t>(*memory.swap - *memory.limit));
}

// Microseconds of CPU in a second. systemd thinks in whole percents: rounded up, so that a group below, whose quota is
// written exactly, isn't refused for asking more than its parent has.
std::uint64_t quota_per_second(std::uint64_t quota, std::uint64_t period) {
    constexpr std::uint64_t second = 1'000'000, percent = 10'000;
    if (quota >= infinity / second) return infinity;
    return (quota * second / period + percent - 1) / percent * percent;
}

void add_quota(Properties& out, std::int64_t quota, std::uint64_t period, const Manager& manager) {
    if (period != 0 && manager.version >= 242) add(out, "CPUQuotaPeriodUSec", period);
    constexpr std::uint64_t default_period = 100'000;
    add(out, "CPUQuotaPerSecUSec",
        quota > 0 ? quota_per_second(static_cast<std::uint64_t>(quota), period == 0 ? default_period : period)
                  : infinity);
}

void add_bytes(Properties& out, std::string name, const std::string& list, const Manager& manager) {
    if (manager.v2 && manager.version >= 244) out.push_back({std::move(name), "ay", list_as_bytes(list)});
}

void add_cpu(Properties& out, const oci::Cpu& cpu, const Manager& manager) {
    if (cpu.shares && *cpu.shares != 0)
        manager.v2 ? add(out, "CPUWeight", weight_of_shares(*cpu.shares)) : add(out, "CPUShares", *cpu.shares);
    if (cpu.quota.value_or(0) != 0 || cpu.period.value_or(0) != 0)
        add_quota(out, cpu.quota.value_or(0), cpu.period.value_or(0), manager);
    if (cpu.cpus && !cpu.cpus->empty()) add_bytes(out, "AllowedCPUs", *cpu.cpus, manager);
    if (cpu.mems && !cpu.mems->empty()) add_bytes(out, "AllowedMemoryNodes", *cpu.mems, manager);
}

void add_io(Properties& out, const oci::BlockIo& io, bool v2) {
    if (!io.weight || *io.weight == 0) return;
    v2 ? add(out, "IOWeight", io_weight(*io.weight)) : add(out, "BlockIOWeight", *io.weight);
}

// What DeviceAllow calls it: "/dev/char/1:3", "char-136" for all of a major, "char-*" for all.
std::string device_name(const oci::DeviceCgroup& rule) {
    const std::string kind = rule.type == "b" ? "block" : "char";
    const auto wild = [](const std::optional<std::int64_t>& number) { return number.value_or(-1) < 0; };
    if (wild(rule.major)) return kind + "-*";
    if (wild(rule.minor)) return text::cat(kind, "-", *rule.major);
    return text::cat("/dev/", kind, "/", *rule.major, ":", *rule.minor);
}

bool is_for_all(const oci::DeviceCgroup& rule) {
    const std::string type = rule.type.value_or("a");
    return type.empty() || type == "a";
}

// v1 only. There systemd writes to devices.allow and devices.deny what it thinks is right, at every reload: it must
// think what config.json does. On v2 it only adds a program that forbids more, and ours alone is enough.
// systemd knows a list of what is allowed, nothing of what isn't: rules that forbid a few devices, all others allowed,
// become "none" for it, until our own rules are written. Stricter for a moment, never looser.
void add_devices(Properties& out, const std::vector<oci::DeviceCgroup>& rules) {
    bool allowed_unless_named = true, some_denied = false;
    std::vector<std::string> entries;
    for (const oci::DeviceCgroup& rule : rules) {
        const std::string name = device_name(rule);
        if (is_for_all(rule)) {
            allowed_unless_named = rule.allow;
            some_denied = false;
            entries.clear();
        } else if (rule.allow) {
            entries.insert(entries.end(), {name, rule.access.value_or("rwm")});
        } else {
            some_denied = true;
            entries.clear();  // which of them it touches isn't worth the thought: ours are written next
        }
    }
    const bool all = allowed_unless_named && !some_denied;
    if (allowed_unless_named) entries.clear();
    out.push_back({"DevicePolicy", "s", {all ? "auto" : "strict"}});
    out.push_back({"DeviceAllow", "a(ss)", entries});
}

std::uint64_t or_infinity(const std::string& file, const std::string& word) {
    if (word == "max") return infinity;
    const auto number = text::number<std::uint64_t>(word);
    if (!number) throw Error::bad(text::cat("unified ", file, ": must be a number or max, is ", text::quote(word)));
    return *number;
}

// cgroup v2's own files, for those that systemd has a property for.
void add_unified(Properties& out, const std::string& file, const std::string& value, const Manager& manager) {
    constexpr std::array numbers = {
        std::pair{"memory.min", "MemoryMin"},          std::pair{"memory.low", "MemoryLow"},
        std::pair{"memory.high", "MemoryHigh"},        std::pair{"memory.max", "MemoryMax"},
        std::pair{"memory.swap.max", "MemorySwapMax"}, std::pair{"pids.max", "TasksMax"},
        std::pair{"cpu.weight", "CPUWeight"},
    };
    for (const auto& [name, property] : numbers)
        if (file == name) return add(out, property, or_infinity(file, value));
    if (file == "cpuset.cpus") return add_bytes(out, "AllowedCPUs", value, manager);
    if (file == "cpuset.mems") return add_bytes(out, "AllowedMemoryNodes", value, manager);
    if (file != "cpu.max") return;
    const std::vector<std::string> words = text::split(value, ' ');
    const std::uint64_t quota = or_infinity(file, words[0]);
    const std::uint64_t period = words.size() > 1 ? or_infinity(file, words[1]) : 0;
    add_quota(out, std::in_range<std::int64_t>(quota) ? static_cast<std::int64_t>(quota) : -1, period, manager);
}

}  // namespace

std::vector<std::string> list_as_bytes(const std::string& list) {
    constexpr unsigned most = 8192;  // CPUs a kernel can be built for
    std::vector<unsigned> bytes;
    for (const std::string& range : text::split(list, ',')) {
        const std::size_t dash = range.find('-');
        const auto first = text::number<unsigned>(range.substr(0, dash));
        const auto last = dash == std::string::npos ? first : text::number<unsigned>(range.substr(dash + 1));
        if (!first || !last || *first > *last || *last >= most)
            throw Error::bad(text::cat("cpuset ", text::quote(list), ": must be a list as 0-3,7"));
        for (unsigned bit = *first; bit <= *last; ++bit) {
            if (bit / 8 >= bytes.size()) bytes.resize(bit / 8 + 1);
            bytes[bit / 8] |= 1u << bit % 8;
        }
    }
    std::vector<std::string> out;
    for (const unsigned byte : bytes) out.push_back(text::cat(byte));
    return out;
}

std::vector<sys::BusProperty> limit_properties(const oci::Resources& resources, const Manager& manager) {
    Properties out;
    if (resources.memory) add_memory(out, *resources.memory, manager.v2);
    if (resources.cpu) add_cpu(out, *resources.cpu, manager);
    if (resources.pids && resources.pids->limit)
        add(out, "TasksMax",
            *resources.pids->limit > 0 ? static_cast<std::uint64_t>(*resources.pids->limit) : infinity);
    if (resources.blockIO) add_io(out, *resources.blockIO, manager.v2);
    if (!manager.v2 && !resources.devices.empty()) add_devices(out, resources.devices);
    if (manager.v2)
        for (const auto& [file, value] : resources.unified) add_unified(out, file, value, manager);
    return out;
}

}  // namespace bell::cgroup
