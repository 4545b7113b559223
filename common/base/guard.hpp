// guard.hpp - the protections by name, so that a test can take one away and watch the attack succeed.
//
// A test of a protection that can't fail proves nothing. So each of those below stands in the code as one line that
// asks guard::on(). In every build but one the answer is true at compile time, and nothing of this is left in the
// program. In the test build (cmake -DBELL_GUARDS_OFF=ON, never installed, says so with --version) it is false for the
// names in the environment variable BELL_GUARDS_OFF, separated by commas; tests/security/guards.sh does the attacks.
//
// Next: where one of them is asked for: concepts/rootfs.cpp.
#pragma once

#include <string_view>

namespace bell::guard {

/// What it keeps from happening, by class and rule of the table in tests/security/guards.sh.
enum class Guard : unsigned char {
    resolve_in_root,       ///< a path of the rootfs leads out of it
    checked_devices,       ///< something else stands in the place of a device
    hosts_null,            ///< what is masked is covered by a file of the image
    private_procfs,        ///< a write to /proc lands in a file of the image
    closed_descriptors,    ///< a descriptor of the caller's reaches the program
    checked_directory,     ///< the working directory is outside the root
    protected_copy,        ///< the runtime's file is written to through /proc/PID/exe
    new_session,           ///< an inherited terminal is the controlling one
    own_inheritable,       ///< inheritable capabilities of the caller come along
    numbers_are_ids,       ///< a user named 1000 in the image's /etc/passwd takes the place of uid 1000
    bounded_passwd,        ///< a passwd of the image fills the memory
    own_sysctls,           ///< a kernel setting of the whole machine is changed
    cgroup_below,          ///< a cgroup's path leads up
    borrowed_cgroup,       ///< the caller's own cgroup can be written to
    whole_messages,        ///< a long message between the runtime and init is cut off
    hook_environment,      ///< hooks get more environment than their own
    unknown_architecture,  ///< system calls by the numbers of another architecture pass the filter
    private_states,        ///< the directory of all states is somebody else's
    read_back,             ///< a kernel that didn't do as it was told goes unnoticed
};

#ifdef BELL_GUARDS_OFF
[[nodiscard]] bool on(Guard guard);
/// What --version adds.
inline constexpr std::string_view version_words = " (a test build: its guards can be switched off)";
#else
[[nodiscard]] constexpr bool on(Guard) { return true; }
inline constexpr std::string_view version_words;
#endif

}  // namespace bell::guard
