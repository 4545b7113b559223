// enter.hpp - ns-enter's do mode: the order in which namespaces are joined, made and filled. See enter.cpp.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/target.hpp"
#include "concepts/idmap.hpp"
#include "concepts/namespaces.hpp"
#include "oci/config.hpp"

namespace bell {

/// What the options ask for: the specification's fields, and what only a running process can have.
struct Wish {
    oci::Linux linux;  ///< namespaces, mappings, time offsets, sysctl, rootfsPropagation
    std::optional<std::string> hostname;
    std::optional<std::string> domainname;

    std::optional<bool> setgroups;
    std::optional<cli::Target> target;  ///< whose namespaces to join
    std::uint64_t joined_flags = 0;     ///< which of them; 0: all that differ
    bool enter_root = false;            ///< also its root directory
    bool enter_directory = false;       ///< also its working directory
    bool preserve_credentials = false;
    std::vector<std::pair<const namespaces::Kind*, std::string>> keeps;
    bool loopback = false;  ///< bring lo up in a new network namespace
    bool no_fork = false;
    bool outlive_parent = false;
    [[nodiscard]] idmap::Maps maps() const { return {linux.uidMappings, linux.gidMappings, setgroups}; }
};

/// Returns in the process that is to become the program. If that is a child, the parent stays behind in here, hands on
/// signals and ends as the child does.
void enter(const Wish& wish);

}  // namespace bell
