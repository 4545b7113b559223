// cgroup_v2.cpp - a budget in the words of cgroup version 2. See cgroup_words.hpp.
#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_words.hpp"

namespace bell::cgroup {
namespace v2 {
namespace {

using Writes = std::vector<Write>;

std::string or_max(std::int64_t value) { return value < 0 ? "max" : text::cat(value); }

[[noreturn]] void impossible(std::string_view field) {
    throw Error::bad(text::cat(field, ": cgroup v2 has nothing like it"), "leave it out on this host");
}

// The specification's swap is memory and swap together; v2 counts swap by itself.
std::string swap_alone(const oci::Memory& memory) {
    const std::int64_t both = *memory.swap;
    if (both < 0) return "max";
    if (!memory.limit || *memory.limit < 0)
        throw Error::bad("memory.swap: needs memory.limit beside it: it means memory and swap together");
    if (both < *memory.limit)
        throw Error::bad("memory.swap: is below memory.limit, but means memory and swap together");
    return text::cat(both - *memory.limit);
}

Writes memory(const oci::Memory& memory) {
    refuse_kernel_memory(memory);
    if (memory.kernelTCP.value_or(0) > 0) impossible("memory.kernelTCP");
    if (!memory.useHierarchy.value_or(true)) impossible("memory.useHierarchy = false");
    if (memory.swappiness) impossible("memory.swappiness");
    if (memory.disableOOMKiller.value_or(false)) impossible("memory.disableOOMKiller");
    Writes out;
    // Swap first: while the new limit isn't in force, less of both is used than after it.
    if (memory.swap) out.push_back({"memory.swap.max", swap_alone(memory)});
    if (memory.limit) out.push_back({"memory.max", or_max(*memory.limit)});
    if (memory.reservation) out.push_back({"memory.low", or_max(*memory.reservation)});
    return out;
}

Writes cpu(const oci::Cpu& cpu) {
    if (cpu.realtimeRuntime || cpu.realtimePeriod) impossible("cpu.realtimeRuntime");
    Writes out;
    // idle first: cpu.weight can't be written while the group is idle.
    if (cpu.idle) out.push_back({"cpu.idle", text::cat(*cpu.idle)});
    if (cpu.shares && *cpu.shares != 0 && cpu.idle.value_or(0) == 0)
        out.push_back({"cpu.weight", text::cat(weight_of_shares(*cpu.shares))});
    if (cpu.quota || cpu.period) {
        const bool limited = cpu.quota && *cpu.quota > 0;
        std::string value = limited ? text::cat(*cpu.quota) : "max";
        if (cpu.period && *cpu.period != 0) value += text::cat(" ", *cpu.period);
        out.push_back({"cpu.max", value});
    }
    if (cpu.burst) out.push_back({"cpu.max.burst", text::cat(*cpu.burst)});
    return out;
}

void add_throttles(Writes& out, std::string_view key, const std::vector<oci::ThrottleDevice>& devices) {
    for (const oci::ThrottleDevice& each : devices)
        out.push_back({"io.max", text::cat(each.major, ":", each.minor, " ", key, "=", each.rate)});
}

Writes io(const oci::BlockIo& io) {
    if (io.leafWeight) impossible("blockIO.leafWeight");
    Writes out;
    // The BFQ scheduler has a file of its own, with the numbers of version 1.
    if (io.weight) {
        out.push_back({"io.bfq.weight", text::cat("default ", *io.weight), true});
        out.push_back({"io.weight", text::cat("default ", io_weight(*io.weight)), false, "io.bfq.weight"});
    }
    for (const oci::WeightDevice& each : io.weightDevice) {
        if (each.leafWeight) impossible("blockIO.weightDevice.leafWeight");
        if (!each.weight) continue;
        const std::string device = text::cat(each.major, ":", each.minor, " ");
        out.push_back({"io.bfq.weight", text::cat(device, *each.weight), true});
        out.push_back({"io.weight", text::cat(device, io_weight(*each.weight)), false, "io.bfq.weight"});
    }
    add_throttles(out, "rbps", io.throttleReadBpsDevice);
    add_throttles(out, "wbps", io.throttleWriteBpsDevice);
    add_throttles(out, "riops", io.throttleReadIOPSDevice);
    add_throttles(out, "wiops", io.throttleWriteIOPSDevice);
    return out;
}

Writes hugetlb(const std::vector<oci::HugepageLimit>& limits) {
    Writes out;
    for (const oci::HugepageLimit& each : limits) {
        out.push_back({text::cat("hugetlb.", each.pageSize, ".max"), text::cat(each.limit)});
        out.push_back({text::cat("hugetlb.", each.pageSize, ".rsvd.max"), text::cat(each.limit), true});
    }
    return out;
}

}  // namespace
}  // namespace v2

std::vector<Write> words_v2(const oci::Resources& resources, std::string_view controller) {
    if (!uses(resources, controller)) return {};
    if (controller == "memory") return v2::memory(*resources.memory);
    if (controller == "cpu") return v2::cpu(*resources.cpu);
    if (controller == "blkio") return v2::io(*resources.blockIO);
    if (controller == "hugetlb") return v2::hugetlb(resources.hugepageLimits);
    if (controller == "net_cls") v2::impossible("network.classID");
    if (controller == "net_prio") v2::impossible("network.priorities");
    // cpuset, pids and rdma have the same words in both versions.
    return words_v1(resources, controller);
}

}  // namespace bell::cgroup
