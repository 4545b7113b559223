// resources.cpp - see resources.hpp.
#include "resources.hpp"

#include <utility>

namespace bell {
namespace {

template <class Value>
void drop_empty(std::optional<Value>& it) {
    if (it == Value{}) it.reset();
}
template <class Struct>
void drop_unset(std::optional<Struct>& it) {
    if (it == Struct{}) it.reset();
}

template <class Value>
void take(std::optional<Value>& into, const std::optional<Value>& from) {
    if (from) into = from;
}
template <class Value>
void take(std::vector<Value>& into, const std::vector<Value>& from) {
    if (!from.empty()) into = from;
}
template <class Key, class Value>
void take(std::map<Key, Value>& into, const std::map<Key, Value>& from) {
    for (const auto& [key, value] : from) into[key] = value;
}

void take(oci::Memory& into, const oci::Memory& from) {
    take(into.limit, from.limit);
    take(into.reservation, from.reservation);
    take(into.swap, from.swap);
    take(into.kernel, from.kernel);
    take(into.kernelTCP, from.kernelTCP);
    take(into.swappiness, from.swappiness);
    take(into.disableOOMKiller, from.disableOOMKiller);
    take(into.useHierarchy, from.useHierarchy);
    take(into.checkBeforeUpdate, from.checkBeforeUpdate);
}

void take(oci::Cpu& into, const oci::Cpu& from) {
    take(into.shares, from.shares);
    take(into.quota, from.quota);
    take(into.burst, from.burst);
    take(into.period, from.period);
    take(into.realtimeRuntime, from.realtimeRuntime);
    take(into.realtimePeriod, from.realtimePeriod);
    take(into.cpus, from.cpus);
    take(into.mems, from.mems);
    take(into.idle, from.idle);
}

void take(oci::BlockIo& into, const oci::BlockIo& from) {
    take(into.weight, from.weight);
    take(into.leafWeight, from.leafWeight);
    take(into.weightDevice, from.weightDevice);
    take(into.throttleReadBpsDevice, from.throttleReadBpsDevice);
    take(into.throttleWriteBpsDevice, from.throttleWriteBpsDevice);
    take(into.throttleReadIOPSDevice, from.throttleReadIOPSDevice);
    take(into.throttleWriteIOPSDevice, from.throttleWriteIOPSDevice);
}

template <class Struct>
void take_parts(std::optional<Struct>& into, const std::optional<Struct>& from) {
    if (!from) return;
    if (!into) into.emplace();
    take(*into, *from);
}

}  // namespace

oci::Resources without_zeros(oci::Resources given) {
    if (given.cpu) {
        drop_empty(given.cpu->shares);
        drop_empty(given.cpu->quota);
        drop_empty(given.cpu->period);
        drop_empty(given.cpu->realtimeRuntime);
        drop_empty(given.cpu->realtimePeriod);
        drop_empty(given.cpu->cpus);
        drop_empty(given.cpu->mems);
    }
    if (given.blockIO) {
        drop_empty(given.blockIO->weight);
        drop_empty(given.blockIO->leafWeight);
    }
    drop_unset(given.cpu);
    drop_unset(given.blockIO);
    return given;
}

oci::Resources asked_changes(oci::Resources given) {
    given = without_zeros(std::move(given));
    given.devices.clear();
    if (given.memory) {
        drop_empty(given.memory->limit);
        drop_empty(given.memory->reservation);
        drop_empty(given.memory->swap);
        drop_empty(given.memory->kernelTCP);
        // Limits of the kernel's own memory were taken back by the kernel, in 5.4: ignored, as by runc.
        given.memory->kernel.reset();
    }
    if (given.pids) drop_empty(given.pids->limit);
    drop_unset(given.memory);
    drop_unset(given.pids);
    return given;
}

oci::Resources merged(oci::Resources old, const oci::Resources& changes) {
    take_parts(old.memory, changes.memory);
    take_parts(old.cpu, changes.cpu);
    take_parts(old.blockIO, changes.blockIO);
    take(old.pids, changes.pids);
    take(old.network, changes.network);
    take(old.hugepageLimits, changes.hugepageLimits);
    take(old.rdma, changes.rdma);
    take(old.unified, changes.unified);
    return old;
}

oci::Resources with_companions(oci::Resources changes, const oci::Resources& all) {
    if (changes.cpu && (changes.cpu->quota || changes.cpu->period)) {
        changes.cpu->quota = all.cpu->quota;
        changes.cpu->period = all.cpu->period;
    }
    if (changes.memory && (changes.memory->limit || changes.memory->swap)) {
        changes.memory->limit = all.memory->limit;
        changes.memory->swap = all.memory->swap;
    }
    return changes;
}

}  // namespace bell
