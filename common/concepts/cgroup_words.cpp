// cgroup_words.cpp - what both versions share. See cgroup_words.hpp.
#include "concepts/cgroup_words.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::cgroup {

const std::vector<std::string_view>& controllers() {
    static const std::vector<std::string_view> names = {"cpuset",  "cpu",  "memory",  "pids",     "blkio",
                                                        "hugetlb", "rdma", "net_cls", "net_prio", "devices"};
    return names;
}

bool uses(const oci::Resources& resources, std::string_view controller) {
    if (controller == "cpuset") return resources.cpu && (resources.cpu->cpus || resources.cpu->mems);
    if (controller == "cpu") {
        const auto& cpu = resources.cpu;
        return cpu && (cpu->shares || cpu->quota || cpu->burst || cpu->period || cpu->realtimeRuntime ||
                       cpu->realtimePeriod || cpu->idle);
    }
    if (controller == "memory") return resources.memory && resources.memory != oci::Memory{};
    if (controller == "pids") return resources.pids && resources.pids->limit;
    if (controller == "blkio") return resources.blockIO && resources.blockIO != oci::BlockIo{};
    if (controller == "hugetlb") return !resources.hugepageLimits.empty();
    if (controller == "rdma") return !resources.rdma.empty();
    if (controller == "net_cls") return resources.network && resources.network->classID;
    if (controller == "net_prio") return resources.network && !resources.network->priorities.empty();
    if (controller == "devices") return !resources.devices.empty();
    return false;
}

void refuse_kernel_memory(const oci::Memory& memory) {
    if (memory.kernel.value_or(0) > 0)
        throw Error::bad("memory.kernel: Linux has no limit of the kernel's own memory any more",
                         "memory.limit counts it, too");
}

// The linear formula that runc, crun and systemd used when v2 came: 2 -> 1, 1024 -> 39, 262144 -> 10000.
std::uint64_t weight_of_shares(std::uint64_t shares) {
    const std::uint64_t in_range = std::clamp<std::uint64_t>(shares, 2, 262'144);
    return 1 + (in_range - 2) * 9999 / 262'142;
}

// 10 -> 1, 1000 -> 10000.
std::uint64_t io_weight(std::uint64_t blkio_weight) {
    return 1 + (std::clamp<std::uint64_t>(blkio_weight, 10, 1000) - 10) * 9999 / 990;
}

}  // namespace bell::cgroup
