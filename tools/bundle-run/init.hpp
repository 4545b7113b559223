// init.hpp - the container's first process. See init.cpp.
#pragma once

#include <functional>

#include "concepts/cgroup.hpp"
#include "concepts/mounts.hpp"
#include "container.hpp"
#include "gate.hpp"
#include "steps/drop.hpp"

namespace bell {

/// What the runtime prepares for init while it still has its full power and sees the host.
struct Prepared {
    const Request& request;
    const oci::Linux& linux;
    sys::Channel& channel;
    Record& record;
    cgroup::Doors doors;
    std::function<void(pid_t)> move_in;  ///< instead of doors: the runtime moves init into its group (group.hpp)
    sys::CgroupView cgroup_view;
    Fd bundle;                                    ///< its directory: hooks run there
    std::string rootfs;                           ///< on the host; also the working directory at the clone
    std::optional<sys::DetachedMount> root_tree;  ///< copied by root for a mapped root that couldn't reach it
    std::multimap<std::string, sys::DetachedMount> sources;  ///< bind sources, likewise, and id-mapped ones
    steps::Drop drop;
    std::optional<sys::Channel> agent;                ///< connected: it answers for the seccomp filter
    Gate gate;                                        ///< create: where it waits for `start`
    bool new_user = false;                            ///< a new user namespace: maps will be written from outside
    bool mapped = false;                              ///< in another user namespace than ours, new or joined
    bool lends_power = false;                         ///< in a user namespace init couldn't raise limits itself
    std::vector<sys::DetachedMount> read_only_later;  ///< once devices have been made in them
    bool waits = false;                               ///< for what only the runtime can do to it: "mapped"
    std::string state_json;                           ///< for hooks

    /// Whether what is mounted inside, below what is bound from the host, is to appear on the host (Kubernetes calls it
    /// Bidirectional). Never out of a user namespace; and a root that is moved, not pivoted, would move on the host.
    [[nodiscard]] bool shares_mounts() const {
        const std::string wanted = linux.rootfsPropagation.value_or("");
        return wanted.find("shared") != std::string::npos && !mapped && !request.no_pivot;
    }
};

/// Never returns: becomes the program, or reports an error on the channel and exits.
[[noreturn]] void init(Prepared& it);

}  // namespace bell
