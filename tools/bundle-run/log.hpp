// log.hpp - errors of bundle-run: on stderr for people, in --log for engines, exit status 1 as runc's. See log.cpp.
#pragma once

#include <functional>

#include "verbs.hpp"

namespace bell::log {

/// Runs the body and reports what it throws. The one catch of bundle-run.
int guarded(const Globals& globals, const std::function<int()>& body);

}  // namespace bell::log
