// validate.hpp - a config is looked at as a whole before anything is done. See validate.cpp.
#pragma once

#include "oci/config.hpp"

namespace bell {

/// Throws for what the specification forbids, what contradicts itself, and what is asked for and can't be done: never a
/// weaker container instead.
void validate(const oci::Config& config);
/// The same for one process: what `exec` adds.
void validate(const oci::Process& process);

}  // namespace bell
