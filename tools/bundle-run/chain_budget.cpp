// chain_budget.cpp - linux.resources as cgroup-setter's options. See chain.hpp.
#include "base/text.hpp"
#include "chain.hpp"
#include "concepts/cgroup_devices.hpp"

namespace bell::chain {
namespace {

// Collects options; a field that has none is Missing.
class Options {
public:
    explicit Options(std::vector<Missing>& missing) : missing_(missing) {}

    template <class T>
    void put(std::string_view option, const std::optional<T>& value) {
        if (value) put(option, text::cat(*value));
    }
    void put(std::string_view option, const std::string& value) { out_.push_back(Line{}.add(option, value).text()); }
    void flag(std::string_view option) { out_.emplace_back(option); }
    void lacks(bool is_there, std::string_view pointer) {
        if (is_there) missing_.push_back({std::string(pointer), "cgroup-setter has no option for it"});
    }
    [[nodiscard]] const std::vector<std::string>& all() const { return out_; }

private:
    std::vector<std::string> out_;
    std::vector<Missing>& missing_;
};

// -1 and below: no limit.
std::optional<std::string> size_of(const std::optional<std::int64_t>& value) {
    if (!value) return std::nullopt;
    return *value < 0 ? std::string("max") : text::cat(*value);
}

void memory(Options& out, const oci::Memory& memory) {
    out.put("--memory", size_of(memory.limit));
    out.put("--swap", size_of(memory.swap));
    out.put("--memory-reservation", size_of(memory.reservation));
    out.put("--swappiness", memory.swappiness);
    if (memory.disableOOMKiller.value_or(false)) out.flag("--oom-kill-disable");
    out.put("--kernel-tcp-memory", size_of(memory.kernelTCP));
    out.lacks(memory.useHierarchy.has_value(), "/linux/resources/memory/useHierarchy");
}

void cpu(Options& out, const oci::Cpu& cpu) {
    out.put("--cpu-shares", cpu.shares);
    out.put("--cpu-quota", size_of(cpu.quota));
    out.put("--cpu-period", cpu.period);
    out.put("--cpu-burst", cpu.burst);
    out.put("--cpu-rt-runtime", cpu.realtimeRuntime);
    out.put("--cpu-rt-period", cpu.realtimePeriod);
    out.put("--cpuset-cpus", cpu.cpus);
    out.put("--cpuset-mems", cpu.mems);
    out.put("--cpu-idle", cpu.idle);
}

std::string numbers(const auto& device) { return text::cat(device.major, ":", device.minor, "="); }

void io(Options& out, const oci::BlockIo& io) {
    out.put("--io-weight", io.weight);
    out.put("--io-leaf-weight", io.leafWeight);
    for (const oci::WeightDevice& each : io.weightDevice) {
        if (each.weight) out.put("--io-weight-device", text::cat(numbers(each), *each.weight));
        out.lacks(each.leafWeight.has_value(), "/linux/resources/blockIO/weightDevice");
    }
    for (const auto& each : io.throttleReadBpsDevice) out.put("--read-bps", text::cat(numbers(each), each.rate));
    for (const auto& each : io.throttleWriteBpsDevice) out.put("--write-bps", text::cat(numbers(each), each.rate));
    for (const auto& each : io.throttleReadIOPSDevice) out.put("--read-iops", text::cat(numbers(each), each.rate));
    for (const auto& each : io.throttleWriteIOPSDevice) out.put("--write-iops", text::cat(numbers(each), each.rate));
}

// "c 1:3 rwm", as --device-allow has it.
std::string rule_words(const oci::DeviceCgroup& rule, const std::string& type) {
    const auto number = [](const auto& value) { return value && *value >= 0 ? text::cat(*value) : std::string("*"); };
    return text::cat(type, " ", number(rule.major), ":", number(rule.minor), " ", rule.access.value_or("rwm"));
}

void devices(Options& out, const std::vector<oci::DeviceCgroup>& rules) {
    std::vector<oci::DeviceCgroup> own = cgroup::container_devices(rules);
    own.resize(own.size() - cgroup::always_allowed_devices().size());
    for (const oci::DeviceCgroup& rule : own) {
        const std::string option = rule.allow ? "--device-allow" : "--device-deny";
        const std::string type = rule.type.value_or("a");
        if (cgroup::is_all(rule))
            out.put(option, "a");
        else
            for (const std::string& each : type == "a" ? std::vector<std::string>{"b", "c"} : std::vector{type})
                out.put(option, rule_words(rule, each));
    }
    out.flag("--device-defaults");
}

void others(Options& out, const oci::Resources& resources) {
    if (resources.pids && resources.pids->limit)
        out.put("--pids", *resources.pids->limit > 0 ? text::cat(*resources.pids->limit) : "max");
    for (const auto& each : resources.hugepageLimits) out.put("--hugetlb", text::cat(each.pageSize, "=", each.limit));
    for (const auto& [device, limit] : resources.rdma) {
        const bool whole = limit.hcaHandles && limit.hcaObjects;
        if (whole) out.put("--rdma", text::cat(device, "=", *limit.hcaHandles, ":", *limit.hcaObjects));
        out.lacks(!whole, text::cat("/linux/resources/rdma/", device));
    }
    for (const auto& [file, value] : resources.unified) out.put("--unified", text::cat(file, "=", value));
    if (resources.network) out.put("--net-class", resources.network->classID);
    if (resources.network)
        for (const auto& each : resources.network->priorities)
            out.put("--net-priority", text::cat(each.name, "=", each.priority));
}

}  // namespace

Link budget(const Situation& here, const std::string& id, std::vector<Missing>& missing) {
    Link link{"cgroup-setter", {}};
    oci::Resources resources = here.linux_part.resources.value_or(oci::Resources{});
    if (!here.is_root) resources.devices.clear();
    if (!here.without_group.empty()) {
        link.is_needed = false;
        if (resources != oci::Resources{}) missing.push_back({"/linux/resources", here.without_group});
        return link;
    }
    const std::string named = here.linux_part.cgroupsPath.value_or("");
    Options out(missing);
    out.put("--name", named.empty() ? text::cat(here.is_root ? "/" : "", id) : named);
    if (resources.memory) memory(out, *resources.memory);
    if (resources.cpu) cpu(out, *resources.cpu);
    if (resources.blockIO) io(out, *resources.blockIO);
    others(out, resources);
    if (here.is_root) devices(out, resources.devices);
    add_wrapped(link, out.all());
    return link;
}

}  // namespace bell::chain
