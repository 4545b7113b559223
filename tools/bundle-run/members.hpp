// members.hpp - which processes are a container's: for ps, and for signals to all. See members.cpp.
#pragma once

#include <sys/types.h>

#include <vector>

#include "oci/state.hpp"

namespace bell {

/// By rising pid, as the host numbers them; none if it has ended and nothing is left.
[[nodiscard]] std::vector<pid_t> processes_of(const oci::State& state);

}  // namespace bell
