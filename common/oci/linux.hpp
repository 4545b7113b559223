// linux.hpp - the `linux` object of config.json. See config.hpp for the manner.
//
// runtime-spec 1.3, config-linux.md. Sizes are bytes, times microseconds unless said otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bell::oci {

/// config-linux.md#namespaces: type is pid, network, mount, ipc, uts, user, cgroup or time
struct Namespace {
    std::string type;
    std::optional<std::string> path;
    bool operator==(const Namespace&) const = default;
};

/// config-linux.md#user-namespace-mappings
struct IdMapping {
    std::uint32_t containerID = 0;
    std::uint32_t hostID = 0;
    std::uint32_t size = 0;
    bool operator==(const IdMapping&) const = default;
};

/// config-linux.md#offset-for-time-namespace: key is monotonic or boottime
struct TimeOffset {
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;
    bool operator==(const TimeOffset&) const = default;
};

/// config-linux.md#devices: type is c, u, b or p
struct Device {
    std::string path;
    std::string type;
    std::optional<std::int64_t> major;
    std::optional<std::int64_t> minor;
    std::optional<std::uint32_t> fileMode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    bool operator==(const Device&) const = default;
};

/// config-linux.md#network-devices
struct NetDevice {
    std::optional<std::string> name;
    bool operator==(const NetDevice&) const = default;
};

/// config-linux.md#allowed-device-list: type is a, c or b; access is made of r, w and m
struct DeviceCgroup {
    bool allow = false;
    std::optional<std::string> type;
    std::optional<std::int64_t> major;
    std::optional<std::int64_t> minor;
    std::optional<std::string> access;
    bool operator==(const DeviceCgroup&) const = default;
};

/// config-linux.md#memory
struct Memory {
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> reservation;
    std::optional<std::int64_t> swap;  ///< memory and swap together
    std::optional<std::int64_t> kernel;
    std::optional<std::int64_t> kernelTCP;
    std::optional<std::uint64_t> swappiness;
    std::optional<bool> disableOOMKiller;
    std::optional<bool> useHierarchy;
    std::optional<bool> checkBeforeUpdate;
    bool operator==(const Memory&) const = default;
};

/// config-linux.md#cpu
struct Cpu {
    std::optional<std::uint64_t> shares;
    std::optional<std::int64_t> quota;
    std::optional<std::uint64_t> burst;
    std::optional<std::uint64_t> period;
    std::optional<std::int64_t> realtimeRuntime;
    std::optional<std::uint64_t> realtimePeriod;
    std::optional<std::string> cpus;
    std::optional<std::string> mems;
    std::optional<std::int64_t> idle;
    bool operator==(const Cpu&) const = default;
};

/// config-linux.md#pids
struct Pids {
    std::optional<std::int64_t> limit;
    bool operator==(const Pids&) const = default;
};

struct WeightDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::optional<std::uint16_t> weight;
    std::optional<std::uint16_t> leafWeight;
    bool operator==(const WeightDevice&) const = default;
};

struct ThrottleDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint64_t rate = 0;
    bool operator==(const ThrottleDevice&) const = default;
};

/// config-linux.md#block-io
struct BlockIo {
    std::optional<std::uint16_t> weight;
    std::optional<std::uint16_t> leafWeight;
    std::vector<WeightDevice> weightDevice;
    std::vector<ThrottleDevice> throttleReadBpsDevice;
    std::vector<ThrottleDevice> throttleWriteBpsDevice;
    std::vector<ThrottleDevice> throttleReadIOPSDevice;
    std::vector<ThrottleDevice> throttleWriteIOPSDevice;
    bool operator==(const BlockIo&) const = default;
};

/// config-linux.md#huge-page-limits: pageSize is "2MB"
struct HugepageLimit {
    std::string pageSize;
    std::uint64_t limit = 0;
    bool operator==(const HugepageLimit&) const = default;
};

struct InterfacePriority {
    std::string name;
    std::uint32_t priority = 0;
    bool operator==(const InterfacePriority&) const = default;
};

/// config-linux.md#network
struct Network {
    std::optional<std::uint32_t> classID;
    std::vector<InterfacePriority> priorities;
    bool operator==(const Network&) const = default;
};

/// config-linux.md#rdma
struct Rdma {
    std::optional<std::uint32_t> hcaHandles;
    std::optional<std::uint32_t> hcaObjects;
    bool operator==(const Rdma&) const = default;
};

/// config-linux.md#control-groups: resources
struct Resources {
    std::vector<DeviceCgroup> devices;
    std::optional<Memory> memory;
    std::optional<Cpu> cpu;
    std::optional<Pids> pids;
    std::optional<BlockIo> blockIO;
    std::vector<HugepageLimit> hugepageLimits;
    std::optional<Network> network;
    std::map<std::string, Rdma> rdma;
    std::map<std::string, std::string> unified;
    bool operator==(const Resources&) const = default;
};

/// config-linux.md#seccomp
struct SeccompArg {
    std::uint32_t index = 0;
    std::uint64_t value = 0;
    std::optional<std::uint64_t> valueTwo;
    std::string op;
    bool operator==(const SeccompArg&) const = default;
};

struct SeccompSyscall {
    std::vector<std::string> names;
    std::string action;
    std::optional<std::uint32_t> errnoRet;
    std::vector<SeccompArg> args;
    bool operator==(const SeccompSyscall&) const = default;
};

struct Seccomp {
    std::string defaultAction;
    std::optional<std::uint32_t> defaultErrnoRet;
    std::vector<std::string> architectures;
    std::vector<std::string> flags;
    std::optional<std::string> listenerPath;
    std::optional<std::string> listenerMetadata;
    std::vector<SeccompSyscall> syscalls;
    bool operator==(const Seccomp&) const = default;
};

/// config-linux.md#personality
struct Personality {
    std::string domain;
    std::vector<std::string> flags;
    bool operator==(const Personality&) const = default;
};

/// config-linux.md#intelrdt
struct IntelRdt {
    std::optional<std::string> closID;
    std::vector<std::string> schemata;
    std::optional<std::string> l3CacheSchema;
    std::optional<std::string> memBwSchema;
    std::optional<bool> enableMonitoring;
    bool operator==(const IntelRdt&) const = default;
};

/// config-linux.md#memory-policy
struct MemoryPolicy {
    std::string mode;  ///< empty: the kernel's default
    std::optional<std::string> nodes;
    std::vector<std::string> flags;
    bool operator==(const MemoryPolicy&) const = default;
};

/// config-linux.md
struct Linux {
    std::vector<IdMapping> uidMappings;
    std::vector<IdMapping> gidMappings;
    std::map<std::string, std::string> sysctl;
    std::optional<Resources> resources;
    std::optional<std::string> cgroupsPath;
    std::vector<Namespace> namespaces;
    std::vector<Device> devices;
    std::map<std::string, NetDevice> netDevices;
    std::optional<Seccomp> seccomp;
    std::optional<std::string> rootfsPropagation;
    std::vector<std::string> maskedPaths;
    std::vector<std::string> readonlyPaths;
    std::optional<std::string> mountLabel;
    std::optional<IntelRdt> intelRdt;
    std::optional<MemoryPolicy> memoryPolicy;
    std::optional<Personality> personality;
    std::map<std::string, TimeOffset> timeOffsets;
    bool operator==(const Linux&) const = default;
};

}  // namespace bell::oci
