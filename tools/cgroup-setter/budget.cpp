// budget.cpp - see budget.hpp.
#include "budget.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "concepts/cgroup_devices.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
using cli::Help;

std::pair<std::string, std::string> two(std::string_view option, const std::string& words, char separator,
                                        std::string_view form) {
    const std::size_t at = words.rfind(separator);
    if (at == std::string::npos || at == 0)
        throw Error::bad(text::cat(option, " ", text::printable(words), ": must be ", form));
    return {words.substr(0, at), words.substr(at + 1)};
}

// "/dev/vda" or "254:0".
std::pair<std::int64_t, std::int64_t> device_number(std::string_view option, const std::string& words) {
    if (words.starts_with('/')) {
        const struct stat found = sys::status(sys::open(words, O_PATH).get(), words);
        if (!S_ISBLK(found.st_mode)) throw Error::bad(text::cat(option, " ", words, ": is not a block device"));
        return {major(found.st_rdev), minor(found.st_rdev)};
    }
    const auto [first, second] = two(option, words, ':', "DEVICE=VALUE, with DEVICE as /dev/vda or 254:0");
    return {cli::integer(option, first, 0, 4095), cli::integer(option, second, 0, 1'048'575)};
}

oci::ThrottleDevice throttle(std::string_view option, const std::string& words) {
    const auto [device, rate] = two(option, words, '=', "DEVICE=RATE, as in /dev/vda=10M");
    const auto number = device_number(option, device);
    return {number.first, number.second, static_cast<std::uint64_t>(cli::bytes(option, rate))};
}

// "1.5" processors as a quota of a 100 ms period.
std::int64_t quota_of(const std::string& words) {
    const std::int64_t quota = cli::microseconds("--cpus", words + "s") / 10;
    if (quota < 1000) throw Error::bad(text::cat("--cpus ", text::printable(words), ": must be at least 0.01"));
    return quota;
}

template <class T>
void take_over(std::optional<T>& there, const std::optional<T>& wanted) {
    if (wanted) there = wanted;
}

}  // namespace

void Budget::add_to(cli::Command& command) {
    add_memory(command);
    add_cpu(command);
    add_others(command);
    add_io(command);
    add_devices(command);
    command.text("--name", name, "GROUP", "its name: /a/b from the top, a/b from here (default: one of its own)");
}

void Budget::add_memory(cli::Command& command) {
    command.each(
        "-m,--memory", [this](const std::string& words) { memory().limit = cli::bytes("--memory", words); }, "SIZE",
        "at most this much memory (64M, 1G, max)");
    command.each(
        "--swap", [this](const std::string& words) { memory().swap = cli::bytes("--swap", words); }, "SIZE",
        "at most this much memory and swap together", Help::all);
    command.each(
        "--memory-reservation",
        [this](const std::string& words) { memory().reservation = cli::bytes("--memory-reservation", words); }, "SIZE",
        "keep this much when memory is short", Help::all);
    command.each(
        "--swappiness",
        [this](const std::string& words) {
            memory().swappiness = static_cast<std::uint64_t>(cli::integer("--swappiness", words, 0, 100));
        },
        "0-100", "how readily to swap (v1)", Help::all);
    command.each(
        "--kernel-tcp-memory",
        [this](const std::string& words) { memory().kernelTCP = cli::bytes("--kernel-tcp-memory", words); }, "SIZE",
        "buffers of TCP (v1)", Help::all);
    command.when(
        "--oom-kill-disable", [this] { memory().disableOOMKiller = true; },
        "wait for memory instead of being killed (v1)", Help::all);
}

void Budget::add_cpu(cli::Command& command) {
    command.each(
        "--cpus",
        [this](const std::string& words) {
            cpu().quota = quota_of(words);
            cpu().period = 100'000;
        },
        "NUMBER", "at most this many processors' time (0.5, 2)");
    command.each(
        "--cpu-quota",
        [this](const std::string& words) {
            cpu().quota = words == "max" || words == "-1" ? -1 : cli::microseconds("--cpu-quota", words);
        },
        "TIME", "processor time in each period (50ms, max)", Help::all);
    command.each(
        "--cpu-period",
        [this](const std::string& words) {
            cpu().period = static_cast<std::uint64_t>(cli::microseconds("--cpu-period", words));
        },
        "TIME", "the period of the quota (100ms)", Help::all);
    command.each(
        "--cpu-burst",
        [this](const std::string& words) {
            cpu().burst = static_cast<std::uint64_t>(cli::microseconds("--cpu-burst", words));
        },
        "TIME", "what may be saved up of unused quota", Help::all);
    command.each(
        "--cpu-shares",
        [this](const std::string& words) {
            cpu().shares = static_cast<std::uint64_t>(cli::integer("--cpu-shares", words, 0, 262'144));
        },
        "2-262144", "weight against other groups (1024 is usual)", Help::all);
    command.each(
        "--cpu-idle", [this](const std::string& words) { cpu().idle = cli::integer("--cpu-idle", words, 0, 1); }, "0|1",
        "run only when nobody else wants to", Help::all);
    command.each(
        "--cpu-rt-runtime",
        [this](const std::string& words) { cpu().realtimeRuntime = cli::microseconds("--cpu-rt-runtime", words); },
        "TIME", "real-time scheduling in each period (v1)", Help::all);
    command.each(
        "--cpu-rt-period",
        [this](const std::string& words) {
            cpu().realtimePeriod = static_cast<std::uint64_t>(cli::microseconds("--cpu-rt-period", words));
        },
        "TIME", "the period of --cpu-rt-runtime (v1)", Help::all);
    command.each(
        "--cpuset-cpus", [this](const std::string& words) { cpu().cpus = words; }, "LIST",
        "only these processors (0-1,3)", Help::all);
    command.each(
        "--cpuset-mems", [this](const std::string& words) { cpu().mems = words; }, "LIST", "only these memory nodes",
        Help::all);
}

void Budget::add_io(cli::Command& command) {
    command.each(
        "--io-weight",
        [this](const std::string& words) {
            io().weight = static_cast<std::uint16_t>(cli::integer("--io-weight", words, 10, 1000));
        },
        "10-1000", "weight of disk access against other groups", Help::all);
    command.each(
        "--io-leaf-weight",
        [this](const std::string& words) {
            io().leafWeight = static_cast<std::uint16_t>(cli::integer("--io-leaf-weight", words, 10, 1000));
        },
        "10-1000", "weight of its own processes against groups below (v1)", Help::all);
    command.each(
        "--io-weight-device",
        [this](const std::string& words) {
            const auto [device, weight] = two("--io-weight-device", words, '=', "DEVICE=WEIGHT");
            const auto number = device_number("--io-weight-device", device);
            io().weightDevice.push_back(
                {number.first,
                 number.second,
                 static_cast<std::uint16_t>(cli::integer("--io-weight-device", weight, 10, 1000)),
                 {}});
        },
        "DEVICE=WEIGHT", "the weight on one device", Help::all);
    command.each(
        "--read-bps",
        [this](const std::string& words) { io().throttleReadBpsDevice.push_back(throttle("--read-bps", words)); },
        "DEVICE=SIZE", "bytes read a second (/dev/vda=10M)", Help::all);
    command.each(
        "--write-bps",
        [this](const std::string& words) { io().throttleWriteBpsDevice.push_back(throttle("--write-bps", words)); },
        "DEVICE=SIZE", "bytes written a second", Help::all);
    command.each(
        "--read-iops",
        [this](const std::string& words) { io().throttleReadIOPSDevice.push_back(throttle("--read-iops", words)); },
        "DEVICE=NUMBER", "reads a second", Help::all);
    command.each(
        "--write-iops",
        [this](const std::string& words) { io().throttleWriteIOPSDevice.push_back(throttle("--write-iops", words)); },
        "DEVICE=NUMBER", "writes a second", Help::all);
}

void Budget::add_devices(cli::Command& command) {
    command.each(
        "--device-allow",
        [this](const std::string& words) { resources.devices.push_back(cgroup::parse_device_rule(words, true)); },
        "RULE", "devices that may be opened ('c 1:3 rwm')", Help::all);
    command.each(
        "--device-deny",
        [this](const std::string& words) { resources.devices.push_back(cgroup::parse_device_rule(words, false)); },
        "RULE", "devices that may not ('a': all); the last rule that fits counts", Help::all);
    command.when(
        "--device-defaults",
        [this] {
            for (const oci::DeviceCgroup& rule : cgroup::always_allowed_devices()) resources.devices.push_back(rule);
        },
        "allow those every container has: null, zero, random, tty, ...", Help::all);
}

void Budget::add_others(cli::Command& command) {
    command.each(
        "--pids",
        [this](const std::string& words) {
            resources.pids.emplace().limit = words == "max" ? -1 : cli::integer("--pids", words, 1, most);
        },
        "NUMBER", "at most this many processes and threads");
    command.each(
        "--hugetlb",
        [this](const std::string& words) {
            const auto [size, limit] = two("--hugetlb", words, '=', "PAGESIZE=SIZE, as in 2MB=64M");
            resources.hugepageLimits.push_back({size, static_cast<std::uint64_t>(cli::bytes("--hugetlb", limit))});
        },
        "PAGESIZE=SIZE", "huge pages (2MB=64M)", Help::all);
    command.each(
        "--rdma",
        [this](const std::string& words) {
            const auto [device, limits] = two("--rdma", words, '=', "DEVICE=HANDLES:OBJECTS");
            const auto [handles, objects] = two("--rdma", limits, ':', "DEVICE=HANDLES:OBJECTS");
            constexpr auto most_u32 = std::numeric_limits<std::uint32_t>::max();
            resources.rdma[device] = {static_cast<std::uint32_t>(cli::integer("--rdma", handles, 0, most_u32)),
                                      static_cast<std::uint32_t>(cli::integer("--rdma", objects, 0, most_u32))};
        },
        "DEVICE=H:O", "handles and objects of an RDMA device", Help::all);
    command.each(
        "--net-class",
        [this](const std::string& words) {
            constexpr auto most_u32 = std::numeric_limits<std::uint32_t>::max();
            network().classID = static_cast<std::uint32_t>(cli::integer("--net-class", words, 0, most_u32));
        },
        "NUMBER", "the class of its packets, for tc(8) (v1)", Help::all);
    command.each(
        "--net-priority",
        [this](const std::string& words) {
            const auto [interface, priority] = two("--net-priority", words, '=', "INTERFACE=PRIORITY");
            constexpr auto most_u32 = std::numeric_limits<std::uint32_t>::max();
            network().priorities.push_back(
                {interface, static_cast<std::uint32_t>(cli::integer("--net-priority", priority, 0, most_u32))});
        },
        "IFACE=NUMBER", "the priority of its packets on an interface (v1)", Help::all);
    command.each(
        "--unified",
        [this](const std::string& words) {
            const std::size_t equals = words.find('=');
            if (equals == std::string::npos || equals == 0)
                throw Error::bad(
                    text::cat("--unified ", text::printable(words), ": must be FILE=VALUE, as in memory.high=64M"));
            resources.unified[words.substr(0, equals)] = words.substr(equals + 1);
        },
        "FILE=VALUE", "any file of cgroup v2, as it is", Help::all);
    command.when(
        "--freeze", [this] { freeze = true; }, "live: stop all its processes", Help::all);
    command.when(
        "--thaw", [this] { freeze = false; }, "live: let them go on", Help::all);
}

void Budget::merge_into(oci::Resources& there) const {
    if (resources.memory) {
        oci::Memory& to = there.memory ? *there.memory : there.memory.emplace();
        take_over(to.limit, resources.memory->limit);
        take_over(to.reservation, resources.memory->reservation);
        take_over(to.swap, resources.memory->swap);
        take_over(to.kernelTCP, resources.memory->kernelTCP);
        take_over(to.swappiness, resources.memory->swappiness);
        take_over(to.disableOOMKiller, resources.memory->disableOOMKiller);
    }
    if (resources.cpu) {
        oci::Cpu& to = there.cpu ? *there.cpu : there.cpu.emplace();
        take_over(to.shares, resources.cpu->shares);
        take_over(to.quota, resources.cpu->quota);
        take_over(to.burst, resources.cpu->burst);
        take_over(to.period, resources.cpu->period);
        take_over(to.realtimeRuntime, resources.cpu->realtimeRuntime);
        take_over(to.realtimePeriod, resources.cpu->realtimePeriod);
        take_over(to.cpus, resources.cpu->cpus);
        take_over(to.mems, resources.cpu->mems);
        take_over(to.idle, resources.cpu->idle);
    }
    take_over(there.pids, resources.pids);
    if (resources.blockIO) there.blockIO = resources.blockIO;
    if (resources.network) there.network = resources.network;
    if (!resources.hugepageLimits.empty()) there.hugepageLimits = resources.hugepageLimits;
    there.devices.insert(there.devices.end(), resources.devices.begin(), resources.devices.end());
    for (const auto& [device, limit] : resources.rdma) there.rdma[device] = limit;
    for (const auto& [file, value] : resources.unified) there.unified[file] = value;
}

}  // namespace bell
