// seccomp_agent.hpp - the process that answers for the kernel.
//
// A call with the action SCMP_ACT_NOTIFY stops its caller until somebody who holds the filter's listener says how it
// goes on: this errno, this result, or let it through. That somebody is an agent of the engine's. It waits at a socket,
// listenerPath; each process that gets such a filter (the first, and those that exec adds) is announced there with one
// message on a connection of its own: who it is, as JSON, and the listener, as SCM_RIGHTS.
//
// The connection is made early, by the runtime, which sees the host's files and has the right to; the message is sent
// late, by the process itself, between its two filters (seccomp.hpp).
//
// seccomp_unotify(2), config-linux.md#containerprocessstate. Next: steps/drop.hpp.
#pragma once

#include <optional>
#include <string>

#include "concepts/seccomp.hpp"
#include "oci/state.hpp"
#include "sys/channel.hpp"

namespace bell::seccomp {

/// The connection to the profile's agent, or nothing if it needs none. Throws if it names none, or nobody listens
/// there.
[[nodiscard]] std::optional<sys::Channel> connect_to_agent(const oci::Seccomp& profile);

/// What steps::Drop does with the listener: sends it over the connection, which is used up then. `state` is the
/// container's, `pid` the process's own as the runtime sees it. `agent` and `profile` must live until the filter is
/// loaded.
[[nodiscard]] Filter::HandOver introduce_to(std::optional<sys::Channel>& agent, const oci::Seccomp& profile,
                                            const oci::State& state, pid_t pid);

}  // namespace bell::seccomp
