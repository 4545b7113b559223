// attend.hpp - staying with a process that runs inside: `run` and `exec` without --detach. See attend.cpp.
#pragma once

#include "base/fd.hpp"
#include "sys/process.hpp"

namespace bell {

/// Waits for the process: relays its terminal, if `console` is one's outer end, and hands on signals. Its exit status.
[[nodiscard]] int attend(sys::Supervisor& supervisor, const sys::Child& process, Fd console);

}  // namespace bell
