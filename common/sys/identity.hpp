// identity.hpp - who a process is and what it may do: ids, groups, capabilities, limits.
//
// credentials(7), capabilities(7), setresuid(2), setgroups(2), prctl(2), prlimit(2).
// Next: concepts/user.hpp, concepts/capabilities.hpp, concepts/rlimits.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bell::sys {

void set_user(uid_t uid);   ///< real, effective and saved
void set_group(gid_t gid);  ///< real, effective and saved
void set_groups(const std::vector<gid_t>& groups);
[[nodiscard]] std::vector<gid_t> groups();  ///< the supplementary ones
void set_umask(mode_t mask);

/// Three of the five capability sets, one bit a capability (capabilities(7)).
struct CapabilitySets {
    std::uint64_t effective = 0;
    std::uint64_t permitted = 0;
    std::uint64_t inheritable = 0;
    bool operator==(const CapabilitySets&) const = default;
};
void set_capabilities(const CapabilitySets& sets, const std::string& shown);
[[nodiscard]] CapabilitySets capabilities();

/// The bounding and ambient sets change one capability at a time.
void drop_from_bounding(unsigned capability, const std::string& shown);
void raise_ambient(unsigned capability, const std::string& shown);
void clear_ambient();
[[nodiscard]] std::uint64_t bounding_set(std::uint64_t among);         ///< which of them; a call for each
[[nodiscard]] std::uint64_t ambient_set(const CapabilitySets& three);  ///< `three`: those of this process
/// The highest capability that this kernel knows: 40 since Linux 5.9.
[[nodiscard]] unsigned last_capability();
/// Keep the permitted set across a change of user id (PR_SET_KEEPCAPS).
void keep_capabilities(bool keep);
void set_securebits(unsigned long bits);

void set_no_new_privileges();
[[nodiscard]] bool no_new_privileges();
void set_dumpable(bool dumpable);

/// `process` 0: this one.
void set_limit(int resource, std::uint64_t soft, std::uint64_t hard, const std::string& shown, pid_t process = 0);

}  // namespace bell::sys
