// resources.hpp - the limits that a config asks for, and new ones for a container that has some. See resources.cpp.
#pragma once

#include "oci/config.hpp"

namespace bell {

/// Without the zeros by which docker says that CPU time and disks aren't limited, as runc takes them. A memory limit of
/// 0 stays what it says.
[[nodiscard]] oci::Resources without_zeros(oci::Resources given);

/// Without what means "as it was": 0 and "" (runc's update takes a document full of zeros so), and without device
/// rules, which update leaves alone.
[[nodiscard]] oci::Resources asked_changes(oci::Resources given);

/// The old limits with the changes in their places.
[[nodiscard]] oci::Resources merged(oci::Resources old, const oci::Resources& changes);

/// The changes with what has to be written along with them: cpu.max of v2 holds quota and period, and its swap limit is
/// reckoned from two values of the config.
[[nodiscard]] oci::Resources with_companions(oci::Resources changes, const oci::Resources& all);

}  // namespace bell
