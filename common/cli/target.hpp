// target.hpp - the process that --target means.
//
// A number, or "-": then a state document comes on stdin (what `bundle-run state` prints and hooks get). A pid can be
// reused by another process between the moment it was written down and now; a pidfd can't. The state says when its
// process started, so the two are held against each other before anything is done. Its folder in /proc is opened once,
// too, and stays that process's: when it ends, reading there fails, whoever gets the number next.
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
    Fd proc;                          ///< its folder in /proc
    std::optional<oci::State> state;  ///< when it came as a document
    std::string document;             ///< as read, to be printed again for the next filter

    /// "process 4711"
    [[nodiscard]] std::string words() const;
    /// While a runtime makes the container: its namespaces are there, its root isn't "/" yet.
    [[nodiscard]] bool is_creating() const { return state && state->status == "creating"; }
    /// For calls that take a number and no descriptor: throws if the process has ended. After the call it tells whether
    /// the number meant this process all the time.
    void check_alive() const;
    /// The state again, on stdout, for the next filter of the pipe; nothing if a number was typed.
    void print_again() const;
};

/// To look at it, or to act on it: the kernel's own threads and processes that have ended are to be looked at only.
enum class Purpose : unsigned char { look, act };

/// Throws if there is no such process, or if it isn't the one the state speaks of.
[[nodiscard]] Target open_target(const std::string& word, Purpose purpose = Purpose::act);

}  // namespace bell::cli
