// cgroup_v1.cpp - a budget in the words of cgroup version 1. See cgroup_words.hpp.
#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_words.hpp"

namespace bell::cgroup {
namespace v1 {
namespace {

using Writes = std::vector<Write>;

template <class Number>
void add(Writes& out, std::string file, const std::optional<Number>& value) {
    if (value) out.push_back({std::move(file), text::cat(*value)});
}

Writes memory(const oci::Memory& memory) {
    refuse_kernel_memory(memory);
    Writes out;
    // Swap means memory and swap together, and may not be below memory: memory first while both grow from nothing.
    add(out, "memory.limit_in_bytes", memory.limit);
    add(out, "memory.memsw.limit_in_bytes", memory.swap);
    add(out, "memory.soft_limit_in_bytes", memory.reservation);
    add(out, "memory.kmem.tcp.limit_in_bytes", memory.kernelTCP);
    add(out, "memory.swappiness", memory.swappiness);
    if (memory.useHierarchy) out.push_back({"memory.use_hierarchy", *memory.useHierarchy ? "1" : "0"});
    if (memory.disableOOMKiller) out.push_back({"memory.oom_control", *memory.disableOOMKiller ? "1" : "0"});
    return out;
}

Writes cpu(const oci::Cpu& cpu) {
    Writes out;
    add(out, "cpu.shares", cpu.shares);
    // The period first: a quota is refused if it is too small for the period in force. Burst within the quota: last.
    add(out, "cpu.cfs_period_us", cpu.period);
    add(out, "cpu.cfs_quota_us", cpu.quota);
    add(out, "cpu.cfs_burst_us", cpu.burst);
    add(out, "cpu.rt_period_us", cpu.realtimePeriod);
    add(out, "cpu.rt_runtime_us", cpu.realtimeRuntime);
    add(out, "cpu.idle", cpu.idle);
    return out;
}

Writes cpuset(const oci::Cpu& cpu) {
    Writes out;
    if (cpu.cpus) out.push_back({"cpuset.cpus", *cpu.cpus});
    if (cpu.mems) out.push_back({"cpuset.mems", *cpu.mems});
    return out;
}

void add_throttles(Writes& out, std::string_view file, const std::vector<oci::ThrottleDevice>& devices) {
    for (const oci::ThrottleDevice& each : devices)
        out.push_back({std::string(file), text::cat(each.major, ":", each.minor, " ", each.rate)});
}

Writes blkio(const oci::BlockIo& io) {
    Writes out;
    // Two schedulers know weights: BFQ's files have its name, those of CFQ went with it in Linux 5.0.
    if (io.weight) out.push_back({"blkio.bfq.weight", text::cat(*io.weight), true});
    if (io.weight) out.push_back({"blkio.weight", text::cat(*io.weight), false, "blkio.bfq.weight"});
    add(out, "blkio.leaf_weight", io.leafWeight);
    for (const oci::WeightDevice& each : io.weightDevice) {
        const std::string device = text::cat(each.major, ":", each.minor, " ");
        if (each.weight) {
            out.push_back({"blkio.bfq.weight_device", text::cat(device, *each.weight), true});
            out.push_back({"blkio.weight_device", text::cat(device, *each.weight), false, "blkio.bfq.weight_device"});
        }
        if (each.leafWeight) out.push_back({"blkio.leaf_weight_device", text::cat(device, *each.leafWeight)});
    }
    add_throttles(out, "blkio.throttle.read_bps_device", io.throttleReadBpsDevice);
    add_throttles(out, "blkio.throttle.write_bps_device", io.throttleWriteBpsDevice);
    add_throttles(out, "blkio.throttle.read_iops_device", io.throttleReadIOPSDevice);
    add_throttles(out, "blkio.throttle.write_iops_device", io.throttleWriteIOPSDevice);
    return out;
}

Writes hugetlb(const std::vector<oci::HugepageLimit>& limits) {
    Writes out;
    for (const oci::HugepageLimit& each : limits) {
        out.push_back({text::cat("hugetlb.", each.pageSize, ".limit_in_bytes"), text::cat(each.limit)});
        out.push_back({text::cat("hugetlb.", each.pageSize, ".rsvd.limit_in_bytes"), text::cat(each.limit), true});
    }
    return out;
}

Writes rdma(const std::map<std::string, oci::Rdma>& devices) {
    Writes out;
    for (const auto& [name, limit] : devices) {
        std::string value = name;
        if (limit.hcaHandles) value += text::cat(" hca_handle=", *limit.hcaHandles);
        if (limit.hcaObjects) value += text::cat(" hca_object=", *limit.hcaObjects);
        out.push_back({"rdma.max", value});
    }
    return out;
}

}  // namespace
}  // namespace v1

std::vector<Write> words_v1(const oci::Resources& resources, std::string_view controller) {
    if (!uses(resources, controller)) return {};
    if (controller == "memory") return v1::memory(*resources.memory);
    if (controller == "cpu") return v1::cpu(*resources.cpu);
    if (controller == "cpuset") return v1::cpuset(*resources.cpu);
    if (controller == "pids") {
        const std::int64_t limit = *resources.pids->limit;
        return {{"pids.max", limit > 0 ? text::cat(limit) : "max"}};
    }
    if (controller == "blkio") return v1::blkio(*resources.blockIO);
    if (controller == "hugetlb") return v1::hugetlb(resources.hugepageLimits);
    if (controller == "rdma") return v1::rdma(resources.rdma);
    if (controller == "net_cls") return {{"net_cls.classid", text::cat(*resources.network->classID)}};
    std::vector<Write> out;
    if (controller == "net_prio")
        for (const oci::InterfacePriority& each : resources.network->priorities)
            out.push_back({"net_prio.ifpriomap", text::cat(each.name, " ", each.priority)});
    return out;
}

}  // namespace bell::cgroup
