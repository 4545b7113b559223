// live.hpp - bind-mounter's live mode: into a process that runs. See live.cpp.
#pragma once

#include "cli/target.hpp"
#include "wanted.hpp"

namespace bell {

/// Mounts (and unmounts) in the target's mount namespace, then prints its state again for the next filter.
void mount_into(const WantedFiles& wanted, const cli::Target& target);

}  // namespace bell
