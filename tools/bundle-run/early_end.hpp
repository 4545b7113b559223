// early_end.hpp - a process is gone, and didn't say why: what its end and its cgroup tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "concepts/cgroup.hpp"
#include "oci/config.hpp"
#include "sys/process.hpp"

namespace bell {

/// Throws what can be known of init's end before it was ready; `error`, if that is nothing.
[[noreturn]] void explain_early_end(const sys::Child& init, const std::optional<cgroup::Group>& group,
                                    const oci::Config& config, const Error& error);

/// What a user would otherwise have to guess from the exit status of a container's program: that it was ended by its
/// seccomp filter, or for want of memory. Empty for every other end.
[[nodiscard]] std::string why_ended(int status, const std::vector<std::string>& cgroup_directories);

}  // namespace bell
