// look.hpp - a process, and what it is compared to.
//
// A list of numbers says little; what differs says much. So a process is shown beside another one: the reader's own
// (proc-peek was started by somebody who wants to know "is that mine?"), or, when proc-peek looks at itself at the end
// of a chain of tools, its parent.
//
// Here is only what was read. What is made of it for people is in sections.hpp, for programs in json.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "budget.hpp"
#include "sys/proc_list.hpp"
#include "sys/proc_process.hpp"

namespace bell::peek {

/// What was asked for; nothing: an overview.
struct Selection {
    bool root = false, namespaces = false, mounts = false, cgroups = false, capabilities = false, limits = false,
         ids = false;
    bool all = false;
    bool json = false;
    [[nodiscard]] bool overview() const {
        return !(root || namespaces || mounts || cgroups || capabilities || limits || ids);
    }
    [[nodiscard]] bool wants_census() const { return namespaces || all || json; }
};

/// What is compared of another process.
struct Other {
    sys::NamespaceIds namespaces;
    std::vector<sys::ResourceLimit> limits;
};

struct Look {
    sys::Process process;
    bool is_self = false;
    bool foreign_proc = false;               ///< /proc shows another pid namespace, under its numbers
    std::optional<Other> other;              ///< what it is compared to; nothing if that can't be seen from here
    sys::NamespaceIds mine;                  ///< the namespaces of proc-peek itself
    std::vector<sys::ListedProcess> census;  ///< all processes, where it was asked who shares a namespace
    std::vector<Budget> budgets;
    unsigned last_capability = 40;
    std::string passwd;
    std::string group;

    /// "yours", "its parent's": whose the other's things are.
    [[nodiscard]] std::string_view whose() const { return is_self ? "its parent's" : "yours"; }
    [[nodiscard]] bool same_namespace_as_other(std::size_t kind) const {
        return other && other->namespaces.ids[kind] == process.namespaces.ids[kind];
    }
    /// Whether the namespace is known to be the one the machine started with.
    [[nodiscard]] bool is_first_namespace(std::size_t kind) const {
        return process.namespaces.ids[kind] == sys::namespace_kinds[kind].first;
    }
    /// Whether it is known not to be.
    [[nodiscard]] bool is_made_namespace(std::size_t kind) const {
        return !is_first_namespace(kind) && sys::first_namespace_is_known(kind);
    }
};

/// The highest capability that this kernel knows, as /proc tells.
[[nodiscard]] unsigned last_capability();

/// Reads all that is wanted about the process. Throws if it ended meanwhile.
[[nodiscard]] Look look_at(const sys::ProcDirectory& directory, const sys::ProcView& view, const Selection& wanted);

}  // namespace bell::peek
