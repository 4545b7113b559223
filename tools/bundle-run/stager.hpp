// stager.hpp - the process between runtime and init, where one clone3 isn't enough. See stager.cpp.
#pragma once

#include "concepts/idmap.hpp"
#include "init.hpp"

namespace bell {

/// Whether namespaces are joined by path, or a clock is shifted.
[[nodiscard]] bool needs_stager(const oci::Linux& linux);

/// Starts init by way of a stager; returns with the channel on the runtime's side, init mapped but not told so yet.
[[nodiscard]] sys::Child start_through_stager(Prepared& it, std::uint64_t clone_flags, const idmap::Maps& maps);

}  // namespace bell
