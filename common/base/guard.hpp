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

/// What it keeps from happening, by class and rule of the tables in tests/security/guards.sh and guards-image.sh.
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
    own_sandbox,           ///< who reads an image can write outside the bundle
    parents_in_root,       ///< an entry's directory is reached through a symlink that leads out
    never_follow,          ///< a file is written through a symlink of its own name
    links_in_root,         ///< a hard link to a file outside
    entry_names,           ///< a name with ".." leads out
    whole_ids,             ///< an owner beyond 32 bits becomes root
    root_stays,            ///< an entry that is no directory stands for the root
    whiteout_names,        ///< a whiteout names nothing that can be removed
    overlay_xattrs,        ///< an overlay file system obeys an attribute of the image
    digest_names,          ///< a digest is a path
    regular_blobs,         ///< a blob is a symlink, a pipe
    verified_blobs,        ///< a blob's content isn't what its digest says
    verified_diff_ids,     ///< a layer's content isn't what the config says
    budgets,               ///< an image costs without limit
    linear_opaque,         ///< many opaque marks cost the square of their number
    private_bundle,        ///< other users reach setuid programs of the image
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
