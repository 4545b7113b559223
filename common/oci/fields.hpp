// fields.hpp - how each structure stands in JSON: one list of fields for the reader and the writer.
//
// A visitor is called with each field's name and member: `field(name, member)`, or `required(name, member)` for those
// the specification demands. The reader and the writer of json.hpp are such visitors, so a new field is one line here.
// The first field of a structure that stands in lists is its key (a mount's destination): the writer uses it to find
// the element a changed one belongs to.
#pragma once

#include "oci/config.hpp"
#include "oci/state.hpp"

namespace bell::oci {

// A structure T below may come const (writer) or not (reader).
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

void fields(auto& visit, Is<Root> auto& it) {
    visit.required("path", it.path);
    visit.field("readonly", it.readonly);
}

void fields(auto& visit, Is<IdMapping> auto& it) {
    visit.required("containerID", it.containerID);
    visit.required("hostID", it.hostID);
    visit.required("size", it.size);
}

void fields(auto& visit, Is<Mount> auto& it) {
    visit.required("destination", it.destination);
    visit.field("type", it.type);
    visit.field("source", it.source);
    visit.field("options", it.options);
    visit.field("uidMappings", it.uidMappings);
    visit.field("gidMappings", it.gidMappings);
}

void fields(auto& visit, Is<Box> auto& it) {
    visit.required("height", it.height);
    visit.required("width", it.width);
}

void fields(auto& visit, Is<User> auto& it) {
    visit.plain("uid", it.uid);
    visit.plain("gid", it.gid);
    visit.field("umask", it.umask);
    visit.field("additionalGids", it.additionalGids);
    visit.field("username", it.username);
}

void fields(auto& visit, Is<Capabilities> auto& it) {
    visit.field("bounding", it.bounding);
    visit.field("effective", it.effective);
    visit.field("inheritable", it.inheritable);
    visit.field("permitted", it.permitted);
    visit.field("ambient", it.ambient);
}

void fields(auto& visit, Is<Rlimit> auto& it) {
    visit.required("type", it.type);
    visit.required("hard", it.hard);
    visit.required("soft", it.soft);
}

void fields(auto& visit, Is<Scheduler> auto& it) {
    visit.required("policy", it.policy);
    visit.field("nice", it.nice);
    visit.field("priority", it.priority);
    visit.field("flags", it.flags);
    visit.field("runtime", it.runtime);
    visit.field("deadline", it.deadline);
    visit.field("period", it.period);
}

void fields(auto& visit, Is<IoPriority> auto& it) {
    visit.required("class", it.ioPriorityClass);
    visit.plain("priority", it.priority);
}

void fields(auto& visit, Is<CpuAffinity> auto& it) {
    visit.field("initial", it.initial);
    visit.field("final", it.final_);
}

void fields(auto& visit, Is<Process> auto& it) {
    visit.field("terminal", it.terminal);
    visit.field("consoleSize", it.consoleSize);
    visit.plain("user", it.user);
    visit.field("args", it.args);
    visit.field("env", it.env);
    visit.required("cwd", it.cwd);
    visit.field("capabilities", it.capabilities);
    visit.field("rlimits", it.rlimits);
    visit.field("noNewPrivileges", it.noNewPrivileges);
    visit.field("apparmorProfile", it.apparmorProfile);
    visit.field("selinuxLabel", it.selinuxLabel);
    visit.field("oomScoreAdj", it.oomScoreAdj);
    visit.field("scheduler", it.scheduler);
    visit.field("ioPriority", it.ioPriority);
    visit.field("execCPUAffinity", it.execCPUAffinity);
}

void fields(auto& visit, Is<Hook> auto& it) {
    visit.required("path", it.path);
    visit.field("args", it.args);
    visit.field("env", it.env);
    visit.field("timeout", it.timeout);
}

void fields(auto& visit, Is<Hooks> auto& it) {
    visit.field("prestart", it.prestart);
    visit.field("createRuntime", it.createRuntime);
    visit.field("createContainer", it.createContainer);
    visit.field("startContainer", it.startContainer);
    visit.field("poststart", it.poststart);
    visit.field("poststop", it.poststop);
}

void fields(auto& visit, Is<Namespace> auto& it) {
    visit.required("type", it.type);
    visit.field("path", it.path);
}

void fields(auto& visit, Is<TimeOffset> auto& it) {
    visit.plain("secs", it.secs);
    visit.plain("nanosecs", it.nanosecs);
}

void fields(auto& visit, Is<Device> auto& it) {
    visit.required("path", it.path);
    visit.required("type", it.type);
    visit.field("major", it.major);
    visit.field("minor", it.minor);
    visit.field("fileMode", it.fileMode);
    visit.field("uid", it.uid);
    visit.field("gid", it.gid);
}

void fields(auto& visit, Is<NetDevice> auto& it) { visit.field("name", it.name); }

void fields(auto& visit, Is<DeviceCgroup> auto& it) {
    visit.required("allow", it.allow);
    visit.field("type", it.type);
    visit.field("major", it.major);
    visit.field("minor", it.minor);
    visit.field("access", it.access);
}

void fields(auto& visit, Is<Memory> auto& it) {
    visit.field("limit", it.limit);
    visit.field("reservation", it.reservation);
    visit.field("swap", it.swap);
    visit.field("kernel", it.kernel);
    visit.field("kernelTCP", it.kernelTCP);
    visit.field("swappiness", it.swappiness);
    visit.field("disableOOMKiller", it.disableOOMKiller);
    visit.field("useHierarchy", it.useHierarchy);
    visit.field("checkBeforeUpdate", it.checkBeforeUpdate);
}

void fields(auto& visit, Is<Cpu> auto& it) {
    visit.field("shares", it.shares);
    visit.field("quota", it.quota);
    visit.field("burst", it.burst);
    visit.field("period", it.period);
    visit.field("realtimeRuntime", it.realtimeRuntime);
    visit.field("realtimePeriod", it.realtimePeriod);
    visit.field("cpus", it.cpus);
    visit.field("mems", it.mems);
    visit.field("idle", it.idle);
}

void fields(auto& visit, Is<Pids> auto& it) { visit.field("limit", it.limit); }

void fields(auto& visit, Is<WeightDevice> auto& it) {
    visit.required("major", it.major);
    visit.required("minor", it.minor);
    visit.field("weight", it.weight);
    visit.field("leafWeight", it.leafWeight);
}

void fields(auto& visit, Is<ThrottleDevice> auto& it) {
    visit.required("major", it.major);
    visit.required("minor", it.minor);
    visit.required("rate", it.rate);
}

void fields(auto& visit, Is<BlockIo> auto& it) {
    visit.field("weight", it.weight);
    visit.field("leafWeight", it.leafWeight);
    visit.field("weightDevice", it.weightDevice);
    visit.field("throttleReadBpsDevice", it.throttleReadBpsDevice);
    visit.field("throttleWriteBpsDevice", it.throttleWriteBpsDevice);
    visit.field("throttleReadIOPSDevice", it.throttleReadIOPSDevice);
    visit.field("throttleWriteIOPSDevice", it.throttleWriteIOPSDevice);
}

void fields(auto& visit, Is<HugepageLimit> auto& it) {
    visit.required("pageSize", it.pageSize);
    visit.required("limit", it.limit);
}

void fields(auto& visit, Is<InterfacePriority> auto& it) {
    visit.required("name", it.name);
    visit.required("priority", it.priority);
}

void fields(auto& visit, Is<Network> auto& it) {
    visit.field("classID", it.classID);
    visit.field("priorities", it.priorities);
}

void fields(auto& visit, Is<Rdma> auto& it) {
    visit.field("hcaHandles", it.hcaHandles);
    visit.field("hcaObjects", it.hcaObjects);
}

void fields(auto& visit, Is<Resources> auto& it) {
    visit.field("devices", it.devices);
    visit.field("memory", it.memory);
    visit.field("cpu", it.cpu);
    visit.field("pids", it.pids);
    visit.field("blockIO", it.blockIO);
    visit.field("hugepageLimits", it.hugepageLimits);
    visit.field("network", it.network);
    visit.field("rdma", it.rdma);
    visit.field("unified", it.unified);
}

void fields(auto& visit, Is<SeccompArg> auto& it) {
    visit.required("index", it.index);
    visit.required("value", it.value);
    visit.field("valueTwo", it.valueTwo);
    visit.required("op", it.op);
}

void fields(auto& visit, Is<SeccompSyscall> auto& it) {
    visit.required("names", it.names);
    visit.required("action", it.action);
    visit.field("errnoRet", it.errnoRet);
    visit.field("args", it.args);
}

void fields(auto& visit, Is<Seccomp> auto& it) {
    visit.required("defaultAction", it.defaultAction);
    visit.field("defaultErrnoRet", it.defaultErrnoRet);
    visit.field("architectures", it.architectures);
    visit.field("flags", it.flags);
    visit.field("listenerPath", it.listenerPath);
    visit.field("listenerMetadata", it.listenerMetadata);
    visit.field("syscalls", it.syscalls);
}

void fields(auto& visit, Is<Personality> auto& it) {
    visit.required("domain", it.domain);
    visit.field("flags", it.flags);
}

void fields(auto& visit, Is<IntelRdt> auto& it) {
    visit.field("closID", it.closID);
    visit.field("schemata", it.schemata);
    visit.field("l3CacheSchema", it.l3CacheSchema);
    visit.field("memBwSchema", it.memBwSchema);
    visit.field("enableMonitoring", it.enableMonitoring);
}

void fields(auto& visit, Is<MemoryPolicy> auto& it) {
    visit.plain("mode", it.mode);
    visit.field("nodes", it.nodes);
    visit.field("flags", it.flags);
}

void fields(auto& visit, Is<Linux> auto& it) {
    visit.field("uidMappings", it.uidMappings);
    visit.field("gidMappings", it.gidMappings);
    visit.field("sysctl", it.sysctl);
    visit.field("resources", it.resources);
    visit.field("cgroupsPath", it.cgroupsPath);
    visit.field("namespaces", it.namespaces);
    visit.field("devices", it.devices);
    visit.field("netDevices", it.netDevices);
    visit.field("seccomp", it.seccomp);
    visit.field("rootfsPropagation", it.rootfsPropagation);
    visit.field("maskedPaths", it.maskedPaths);
    visit.field("readonlyPaths", it.readonlyPaths);
    visit.field("mountLabel", it.mountLabel);
    visit.field("intelRdt", it.intelRdt);
    visit.field("memoryPolicy", it.memoryPolicy);
    visit.field("personality", it.personality);
    visit.field("timeOffsets", it.timeOffsets);
}

void fields(auto& visit, Is<Config> auto& it) {
    visit.required("ociVersion", it.ociVersion);
    visit.field("root", it.root);
    visit.field("process", it.process);
    visit.field("hostname", it.hostname);
    visit.field("domainname", it.domainname);
    visit.field("mounts", it.mounts);
    visit.field("hooks", it.hooks);
    visit.field("annotations", it.annotations);
    visit.field("linux", it.linux_);
}

void fields(auto& visit, Is<State> auto& it) {
    visit.required("ociVersion", it.ociVersion);
    visit.required("id", it.id);
    visit.field("pid", it.pid);
    visit.required("status", it.status);
    visit.required("bundle", it.bundle);
    visit.field("annotations", it.annotations);
    visit.field("rootfs", it.rootfs);
    visit.field("created", it.created);
    visit.field("owner", it.owner);
    visit.field("pidStartTime", it.pidStartTime);
    visit.field("ownKeyring", it.ownKeyring);
    visit.field("cgroup", it.cgroup);
    visit.field("cgroupDirectories", it.cgroupDirectories);
    visit.field("cgroupBorrowed", it.cgroupBorrowed);
    visit.field("cgroupParents", it.cgroupParents);
    visit.field("resctrlDirectories", it.resctrlDirectories);
    visit.field("systemd", it.systemd);
}

void fields(auto& visit, Is<SystemdUnit> auto& it) {
    visit.required("unit", it.unit);
    visit.required("manager", it.manager);
    visit.required("helper", it.helper);
}

void fields(auto& visit, Is<ContainerProcessState> auto& it) {
    visit.required("ociVersion", it.ociVersion);
    visit.required("fds", it.fds);
    visit.required("pid", it.pid);
    visit.field("metadata", it.metadata);
    visit.required("state", it.state);
}

}  // namespace bell::oci
