// gate.hpp - where a created container waits, and how `start` learns what came of it.
//
// Between create and start only the container's first process is there. It waits at two fifos in the record's
// directory, both of which it holds open until it becomes the program:
//
//     start      `start` writes into it once; whether somebody still reads from it says if the program runs already
//     started    init writes what went wrong; its end, without a word more than "go", says that the program runs
//
//     init                                        start (verb_start.cpp)
//     reads "start"                           <-- writes it, under the record's lock
//     runs the startContainer hooks, says "go"
//     execve: both its ends close             --> reads to the end
//
// fifo(7): who opens a fifo for writing, without blocking, gets ENXIO where nobody has it open for reading. Next:
// verb_start.cpp.
#pragma once

#include "base/fd.hpp"
#include "store.hpp"

namespace bell {

class Error;

/// init's side; empty for a container that doesn't wait (run).
class Gate {
public:
    Gate() = default;
    /// Makes both fifos in the record's directory.
    static Gate make(const Record& record);

    explicit operator bool() const { return start_ ? true : false; }
    /// Until somebody starts it. From then on errors are for that one.
    void wait();
    /// The program is about to run.
    void going() const;
    /// Tells the one who started it, if somebody has.
    void report(const Error& error) const;

private:
    Fd start_;
    Fd started_;
    bool passed_ = false;
};

namespace gate {

/// Whether the container's first process waits there, or has been let through but isn't the program yet.
[[nodiscard]] bool is_waiting(const Record& record);
/// Lets it through and waits until it is the program; throws what kept it from that. The record must be locked, and is
/// unlocked meanwhile: to wait for a hook is no reason to keep others from ending the container. Throws if it was
/// deleted in that time.
void open(Record& record);

}  // namespace gate

}  // namespace bell
