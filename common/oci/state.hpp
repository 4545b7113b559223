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
    std::string status;  ///< creating, created, running or stopped
    std::optional<std::int32_t> pid;
    std::string bundle;
    std::map<std::string, std::string> annotations;

    // Ours, beside the specification's fields.
    std::optional<std::string> rootfs;
    std::optional<std::string> created;  ///< RFC 3339, UTC
    std::optional<std::string> owner;
    std::optional<std::uint64_t> pidStartTime;   ///< clock ticks since boot, proc_pid_stat(5) field 22
    std::optional<std::string> cgroup;           ///< the path below every hierarchy's root
    std::vector<std::string> cgroupDirectories;  ///< those bundle-run made, to be removed by delete
    std::optional<SystemdUnit> systemd;          ///< with --systemd-cgroup
    bool operator==(const State&) const = default;
};

[[nodiscard]] State parse_state(const std::string& json, const std::string& name);
[[nodiscard]] std::string to_json(const State& state, bool pretty = true);
/// The specification's fields only: what hooks and engines get.
[[nodiscard]] State without_own_fields(State state);

}  // namespace bell::oci
