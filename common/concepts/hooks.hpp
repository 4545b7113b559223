// hooks.hpp - other people's programs at fixed points of a container's life.                                  Lesson 13
//
// A hook gets the container's state as JSON on its stdin, the environment the config gives it and nothing else, the
// bundle as its working directory, and a process group of its own: when its time is up the whole group is ended. The
// state is handed over in a memory file, so that a hook which doesn't read can't block anybody.
//
// Of the startContainer hooks the program belongs to the image: they may do no more than the container's own program.
//
// config.md#posix-platform-hooks, runtime.md#lifecycle. Next: terminal.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::hooks {

/// What is different for a hook that runs inside, in the place of the container's program.
struct Inside {
    std::vector<std::string> environment;  ///< the program's: for a hook without `env`
    std::function<void()> confine;         ///< called in its process, the last thing before it runs
};

/// Runs them in order. A hook that fails, or takes longer than its timeout, throws; later ones are not run then. `kind`
/// is for messages: "createRuntime".
void run(std::string_view kind, const std::vector<oci::Hook>& hooks, const std::string& state_json, int directory,
         const Inside* inside = nullptr);

/// As run, but failures are warnings and the later hooks run as well: poststop.
void run_all(std::string_view kind, const std::vector<oci::Hook>& hooks, const std::string& state_json, int directory);

}  // namespace bell::hooks
