// tenant.hpp - a process that moves into a running container: what `exec` adds. See exec.cpp and tenant.cpp.
#pragma once

#include <optional>
#include <string>

#include "concepts/cgroup.hpp"
#include "oci/config.hpp"
#include "oci/state.hpp"
#include "steps/drop.hpp"
#include "sys/channel.hpp"
#include "sys/process.hpp"

namespace bell {

/// How bundle-run was asked to add a process to a container.
struct ExecRequest {
    oci::State state;                  ///< of the container
    oci::Config config;                ///< as recorded at create: maps and seccomp hold for the tenant, too
    oci::Process process;              ///< of the tenant
    std::vector<std::string> cgroups;  ///< groups below the container's, each "PATH" or "CONTROLLER,...:PATH"
    std::string pidfd_socket;
    std::string pid_file;
    std::string console_socket;
    unsigned preserve_fds = 0;
    sys::Supervisor* supervisor = nullptr;  ///< it holds signals back, which the program must not inherit
};

/// What the runtime prepares for the tenant while it sees the host.
struct Lodging {
    const ExecRequest& request;
    sys::Channel& channel;
    const sys::Child& host;  ///< the container's first process
    cgroup::Doors doors;
    steps::Drop drop;
    std::optional<sys::Channel> agent;  ///< connected: it answers for the seccomp filter
};

/// Never returns: joins, becomes the program, or reports an error on the channel and exits.
[[noreturn]] void tenant(Lodging& it);

/// A tenant about to become its program, and its terminal's outer end, if it has one and no socket took it.
struct Tenant {
    sys::Child process;
    Fd console;
};

/// Adds the process; returns once it is the program. Throws if it can't be.
[[nodiscard]] Tenant move_in(const ExecRequest& request);

}  // namespace bell
