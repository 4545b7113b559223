// diff.hpp - what two processes don't have in common. See diff.cpp.
#pragma once

#include "report.hpp"

namespace bell::peek {

/// As diff(1): 0 where nothing differs, 1 where something does. Throws if something can't be compared.
[[nodiscard]] int report_differences(const Options& options, const sys::ProcView& view);

}  // namespace bell::peek
