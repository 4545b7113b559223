// subject.hpp - which process is meant.
//
// Without a word: the one that started proc-peek, as a rule your shell; where that can't be seen (proc-peek is the
// first process of a pid namespace, or its parent is outside of it), proc-peek itself. With `--self` itself: at the end
// of a chain of tools that is what the chain has made. With `--target -` the process of the container whose state is on
// stdin (cli/target.hpp).
#pragma once

#include <string>

#include "sys/proc_list.hpp"
#include "sys/proc_process.hpp"

namespace bell::peek {

/// The process of this number, as typed. Throws if it is no number or there is no such process.
[[nodiscard]] sys::ProcDirectory process_of_pid(const std::string& word, const sys::ProcView& view);

/// The process that started proc-peek, or proc-peek itself.
[[nodiscard]] sys::ProcDirectory default_process();

[[nodiscard]] sys::ProcDirectory own_process();

/// "4711", or "-" for a state document on stdin.
[[nodiscard]] sys::ProcDirectory process_of_target(const std::string& target, const sys::ProcView& view);

/// The number of a process that there is. Throws as process_of_pid does.
[[nodiscard]] pid_t existing_pid(const std::string& word, const sys::ProcView& view);

}  // namespace bell::peek
