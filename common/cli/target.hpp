// target.hpp - the process that --target means.
//
// A number, or "-": then a state document comes on stdin (what `bundle-run state` prints and hooks get). A pid can be
// reused by another process between the moment it was written down and now; a pidfd can't. The state says when its
// process started, so the two are held against each other before anything is done.
//
// pidfd_open(2), runtime.md#state. Next: any tool's live mode.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "oci/state.hpp"

namespace bell::cli {

struct Target {
    pid_t pid = 0;
    Fd pidfd;
    std::optional<oci::State> state;  ///< when it came as a document
    std::string document;             ///< as read, to be printed again for the next filter
};

/// Throws if there is no such process, or if it isn't the one the state speaks of.
[[nodiscard]] Target open_target(const std::string& word);

}  // namespace bell::cli
