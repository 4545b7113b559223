// guard.cpp - the names of the guards, in the one build that knows them. See guard.hpp.
#include "base/guard.hpp"

#ifdef BELL_GUARDS_OFF

#include <array>
#include <cstdlib>

#include "base/text.hpp"

namespace bell::guard {

bool on(Guard guard) {
    constexpr std::array<std::string_view, 35> names = {
        "resolve_in_root",   "checked_devices",      "hosts_null",     "private_procfs",  "closed_descriptors",
        "checked_directory", "protected_copy",       "new_session",    "own_inheritable", "numbers_are_ids",
        "bounded_passwd",    "own_sysctls",          "cgroup_below",   "borrowed_cgroup", "whole_messages",
        "hook_environment",  "unknown_architecture", "private_states", "read_back",       "own_sandbox",
        "parents_in_root",   "never_follow",         "links_in_root",  "entry_names",     "whole_ids",
        "root_stays",        "whiteout_names",       "overlay_xattrs", "digest_names",    "regular_blobs",
        "verified_blobs",    "verified_diff_ids",    "budgets",        "linear_opaque",   "private_bundle",
    };
    static_assert(names.size() == static_cast<std::size_t>(Guard::private_bundle) + 1);
    const char* off = std::getenv("BELL_GUARDS_OFF");
    if (!off) return true;
    for (const std::string& word : text::split(off, ','))
        if (word == names[static_cast<std::size_t>(guard)]) return false;
    return true;
}

}  // namespace bell::guard

#endif
