// config.hpp - the runtime specification's config.json as structures: the one model of this toolkit.
//
// The names are the specification's. A tool's options fill these structures; do mode applies them to the kernel,
// describe mode writes them into a config.json, and bundle-run reads a config.json into them and calls the same
// functions as do mode. What the JSON leaves out is an empty optional (or an empty list, where the specification
// makes no difference between the two).
//
// runtime-spec 1.3, config.md and config-linux.md. Next: linux.hpp (the `linux` object), document.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/linux.hpp"

namespace bell::oci {

/// config.md#root
struct Root {
    std::string path;
    std::optional<bool> readonly;
    bool operator==(const Root&) const = default;
};

/// config.md#mounts
struct Mount {
    std::string destination;
    std::optional<std::string> type;
    std::optional<std::string> source;
    std::vector<std::string> options;
    std::vector<IdMapping> uidMappings;
    std::vector<IdMapping> gidMappings;
    bool operator==(const Mount&) const = default;
};

/// config.md#posix-process: consoleSize, in characters
struct Box {
    std::uint64_t height = 0;
    std::uint64_t width = 0;
    bool operator==(const Box&) const = default;
};

/// config.md#posix-platform-user
struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> umask;
    std::vector<std::uint32_t> additionalGids;
    std::optional<std::string> username;
    bool operator==(const User&) const = default;
};

/// config.md#linux-process: the five sets of capabilities(7), as names ("CAP_KILL")
struct Capabilities {
    std::optional<std::vector<std::string>> bounding;
    std::optional<std::vector<std::string>> effective;
    std::optional<std::vector<std::string>> inheritable;
    std::optional<std::vector<std::string>> permitted;
    std::optional<std::vector<std::string>> ambient;
    bool operator==(const Capabilities&) const = default;
};

/// getrlimit(2): type is "RLIMIT_NOFILE"; UINT64_MAX is "unlimited"
struct Rlimit {
    std::string type;
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
    bool operator==(const Rlimit&) const = default;
};

/// sched_setattr(2)
struct Scheduler {
    std::string policy;
    std::optional<std::int32_t> nice;
    std::optional<std::int32_t> priority;
    std::vector<std::string> flags;
    std::optional<std::uint64_t> runtime;
    std::optional<std::uint64_t> deadline;
    std::optional<std::uint64_t> period;
    bool operator==(const Scheduler&) const = default;
};

/// ioprio_set(2)
struct IoPriority {
    std::string ioPriorityClass;
    std::int32_t priority = 0;
    bool operator==(const IoPriority&) const = default;
};

/// config.md#linux-process: execCPUAffinity, as lists ("0-3,7")
struct CpuAffinity {
    std::optional<std::string> initial;
    std::optional<std::string> final_;
    bool operator==(const CpuAffinity&) const = default;
};

/// config.md#process
struct Process {
    std::optional<bool> terminal;
    std::optional<Box> consoleSize;
    User user;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd;
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    std::optional<bool> noNewPrivileges;
    std::optional<std::string> apparmorProfile;
    std::optional<std::string> selinuxLabel;
    std::optional<std::int64_t> oomScoreAdj;
    std::optional<Scheduler> scheduler;
    std::optional<IoPriority> ioPriority;
    std::optional<CpuAffinity> execCPUAffinity;
    bool operator==(const Process&) const = default;
};

/// config.md#posix-platform-hooks; timeout in seconds
struct Hook {
    std::string path;
    std::vector<std::string> args;
    std::optional<std::vector<std::string>> env;
    std::optional<std::int64_t> timeout;
    bool operator==(const Hook&) const = default;
};

struct Hooks {
    std::vector<Hook> prestart;  ///< deprecated, run as createRuntime
    std::vector<Hook> createRuntime;
    std::vector<Hook> createContainer;
    std::vector<Hook> startContainer;
    std::vector<Hook> poststart;
    std::vector<Hook> poststop;
    bool operator==(const Hooks&) const = default;
};

/// The whole file.
struct Config {
    std::string ociVersion;
    std::optional<Root> root;
    std::vector<Mount> mounts;
    std::optional<Process> process;
    std::optional<std::string> hostname;
    std::optional<std::string> domainname;
    std::optional<Hooks> hooks;
    std::map<std::string, std::string> annotations;
    std::optional<Linux> linux_;
    bool operator==(const Config&) const = default;
};

}  // namespace bell::oci
