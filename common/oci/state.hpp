// state.hpp - the specification's other document: the state of a container.
//
// `bundle-run state ID` prints it, hooks get it on stdin, and tools with `--target -` read it. bundle-run keeps it in
// its state directory with a few fields of its own: a process is named by its pid *and* its start time, since pids are
// used again.
//
// runtime-spec, runtime.md#state. Next: document.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bell::oci {

/// Ours: which of systemd's units keeps the container's cgroup.
struct SystemdUnit {
    std::string unit;     ///< "bundle-run-box.scope"
    std::string manager;  ///< "system", or "user": the user's own
    std::string helper;   ///< the program that speaks with it
    bool operator==(const SystemdUnit&) const = default;
};

struct State {
    std::string ociVersion;
    std::string id;
    std::string status;  ///< creating, created, running or stopped; or paused, as runc has it
    std::optional<std::int32_t> pid;
    std::string bundle;
    std::map<std::string, std::string> annotations;

    // Ours, beside the specification's fields.
    std::optional<std::string> rootfs;
    std::optional<std::string> created;  ///< RFC 3339, UTC
    std::optional<std::string> owner;
    std::optional<std::uint64_t> pidStartTime;    ///< clock ticks since boot, proc_pid_stat(5) field 22
    std::optional<std::string> cgroup;            ///< the path below every hierarchy's root
    std::optional<bool> ownKeyring;               ///< whether it has a session keyring _ses.ID
    std::vector<std::string> cgroupDirectories;   ///< its group in each hierarchy: removed by delete
    std::vector<std::string> cgroupBorrowed;      ///< those of them that were there before: they stay
    std::vector<std::string> cgroupParents;       ///< likewise, above those; they stay while others use them
    std::vector<std::string> resctrlDirectories;  ///< likewise, in the order of making
    std::optional<SystemdUnit> systemd;           ///< with --systemd-cgroup
    bool operator==(const State&) const = default;
};

/// config-linux.md#containerprocessstate: what a seccomp agent is sent, together with the descriptors that `fds` names.
struct ContainerProcessState {
    std::string ociVersion;
    std::vector<std::string> fds;
    std::int32_t pid = 0;  ///< of the process with the filter, as the runtime sees it
    std::optional<std::string> metadata;
    State state;
    bool operator==(const ContainerProcessState&) const = default;
};

[[nodiscard]] State parse_state(const std::string& json, const std::string& name);
[[nodiscard]] std::string to_json(const State& state, bool pretty = true);
[[nodiscard]] std::string to_json(const ContainerProcessState& state);
/// The specification's fields only: what hooks and engines get.
[[nodiscard]] State without_own_fields(State state);

}  // namespace bell::oci
