// container.hpp - what has to be known to make a container, and what is known once it is made.
//
// Three processes take part, one file each: the runtime that was called (create.cpp), the stager, which exists only
// where namespaces are joined by path or clocks are shifted (stager.cpp), and init, the container's first process
// (init.cpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "concepts/cgroup.hpp"
#include "oci/config.hpp"
#include "store.hpp"
#include "sys/channel.hpp"
#include "sys/process.hpp"

namespace bell {

/// How bundle-run was asked to run it: what isn't in the config.
struct Request {
    std::string id;
    std::string bundle;  ///< absolute
    oci::Config config;
    std::string config_json;  ///< as it was read
    std::string pid_file;
    std::string console_socket;
    std::string pidfd_socket;
    unsigned preserve_fds = 0;  ///< the caller's sockets of LISTEN_FDS included
    bool no_pivot = false;
    bool new_keyring = true;
    bool cgroup_disabled = false;           ///< --cgroup-manager disabled: stay in the caller's cgroup
    std::optional<bool> rootless;           ///< --rootless: whether a cgroup that can't be written is passed over
    bool strict = false;                    ///< a protection that is missing on this host is an error, not a warning
    bool wait_for_start = true;             ///< create; run goes on by itself
    bool by_systemd = false;                ///< its cgroup is systemd's to make
    std::string systemd_helper;             ///< the program that asks for it
    sys::Supervisor* supervisor = nullptr;  ///< run: it holds signals back, which the container must not inherit
    /// Whether there are hooks, or an agent for the seccomp filter: they get the state, which runtime and init else
    /// needn't speak about.
    [[nodiscard]] bool has_listeners() const {
        const bool agent = config.linux_ && config.linux_->seccomp && config.linux_->seccomp->listenerPath;
        return agent || (config.hooks && *config.hooks != oci::Hooks{});
    }
};

/// A container whose init is ready to become the program.
struct Container {
    Record record;
    oci::State state;
    sys::Child init;
    sys::Channel channel;    ///< to init, until it execs
    Fd console;              ///< the outer end of its terminal, if it has one and no console socket took it
    bool hooks_ran = false;  ///< or began to: its end is theirs to know, too
};

/// Does all up to the point where init waits. Throws, with everything undone, if anything fails.
[[nodiscard]] Container create_container(const Store& store, const Request& request);

/// What is left of a container whose runtime was killed: processes, cgroups, the directory. Also `delete --force`.
void sweep(Record record);

/// The last hooks, when everything else is gone: what they get says stopped. Failures are warnings.
void run_poststop_hooks(oci::State state, const std::optional<oci::Hooks>& hooks);

/// Root of a user namespace has no more say over the host's cgroups and devices than the user who made it.
[[nodiscard]] bool is_rootless();

/// The cgroup of a container: the one its config names, or one named after it. For an ordinary user a part of what was
/// delegated, without directories if nothing was.
[[nodiscard]] cgroup::Group group_of(const std::string& id, const oci::Config& config);

/// Ends the process a state names, if it is still that one, and waits until it is gone.
void end_process(const oci::State& state);

/// The hooks of the config that was recorded at create.
[[nodiscard]] std::optional<oci::Hooks> recorded_hooks(const Record& record);

/// Cgroup, directory, poststop hooks: what `delete` does with a stopped container.
void remove_container(Record record, const oci::State& state, const std::optional<oci::Hooks>& hooks);

}  // namespace bell
