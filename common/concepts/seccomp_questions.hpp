// seccomp_questions.hpp - a profile with SCMP_ACT_NOTIFY as two without a mixture: one asks, the other decides.
//
// Why two: seccomp.hpp. Next: seccomp_agent.hpp, who answers.
#pragma once

#include "oci/linux.hpp"

namespace bell::seccomp {

/// Whether the profile has an action SCMP_ACT_NOTIFY.
[[nodiscard]] bool asks(const oci::Seccomp& profile);

struct Questions {
    oci::Seccomp questions;  ///< the questions alone, with all else allowed
    oci::Seccomp rules;      ///< the rest, with what is asked about allowed
};
[[nodiscard]] Questions separate(const oci::Seccomp& profile);

}  // namespace bell::seccomp
