// log.hpp - errors of bundle-run: on stderr for people, in --log for engines, exit status 1 as runc's. See log.cpp.
#pragma once

#include <functional>

#include "verbs.hpp"

namespace bell::log {

/// With --debug: a line of that level, in the log or, without one, on stderr.
void debug(const Globals& globals, const std::string& message);

/// From here on warnings are in the log as well; not in a process that enters a container, where the log's path is
/// somebody else's: no_warnings().
void warnings(const Globals& globals);
void no_warnings();

/// Runs the body and reports what it throws. The one catch of bundle-run.
int guarded(const Globals& globals, const std::function<int()>& body);

}  // namespace bell::log
