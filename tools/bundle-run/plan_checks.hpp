// plan_checks.hpp - the parts of warnings_of(): what is said in vain (plan_idle.cpp), what weakens the sandbox
// (plan_weak.cpp).
#pragma once

#include "plan.hpp"

namespace bell::plan {

/// The row of a known field. Throws if there is none.
[[nodiscard]] const FieldRow& row_of(std::string_view pointer);
/// A switch that is off: "noNewPrivileges": false. Nothing is done for it.
[[nodiscard]] bool says_no(const oci::Leaf& leaf);

void add_refusals(std::vector<Warning>& out, const Situation& here);
void add_idle(std::vector<Warning>& out, const Situation& here, const std::vector<oci::Leaf>& leaves);
void add_weak(std::vector<Warning>& out, const Situation& here);

}  // namespace bell::plan
