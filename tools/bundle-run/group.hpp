// group.hpp - the container's cgroup: which one, and what is asked of it. See group.cpp.
#pragma once

#include <optional>

#include "concepts/cgroup.hpp"
#include "container.hpp"

namespace bell {

/// The group, made and limited, and written into the state before that; nothing where a rootless default goes without
/// (a warning, or an error with --strict). Limits that were asked for and can't be had are an error.
[[nodiscard]] std::optional<cgroup::Group> make_group(const Request& request, const Record& record, oci::State& state);

}  // namespace bell
