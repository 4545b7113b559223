// capabilities.hpp - root in pieces: what this process may still do.                                           Lesson
// 09
//
// The power of root is cut into 41 pieces. A process has five sets of them:
//
//     effective     what counts now                      permitted   what it can make effective
//     bounding      what exec can ever give it           inheritable, ambient   what survives exec without file bits
//
// When a program is run by uid 0 it gets permitted = effective = bounding. So a root without powers needs an empty
// bounding set; emptying the others would last until the next exec. When the uid changes from 0 to another the kernel
// empties permitted, effective and ambient, unless PR_SET_KEEPCAPS is on. Hence the order:
//
//     drop_bounding     while CAP_SETPCAP is still there
//     keep_over_change  then the user changes (user.hpp), then it is switched off again
//     apply             permitted, effective, inheritable by one capset(2); ambient after it, since it must lie in both
//     verify            reads all five back: no protection without proof (security.md, rule 21)
//
// capabilities(7), capset(2), prctl(2), config.md#linux-process. Next: rlimits.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::capabilities {

/// One bit a capability: bit n is the capability number n.
struct Sets {
    std::uint64_t bounding = 0;
    std::uint64_t effective = 0;
    std::uint64_t inheritable = 0;
    std::uint64_t permitted = 0;
    std::uint64_t ambient = 0;
    bool operator==(const Sets&) const = default;
};

/// Names become bits. A name that isn't one, or that this kernel doesn't have, is left out; a missing set is empty.
[[nodiscard]] Sets from(const oci::Capabilities& names);
/// Warns of the names that from() leaves out, as config.md#linux-process demands.
void warn_of_unknown(const oci::Capabilities& names);
[[nodiscard]] oci::Capabilities names(const Sets& sets);
/// "kill", "CAP_KILL" or a number -> its bit. Throws with the nearest word.
[[nodiscard]] std::uint64_t bit(std::string_view word);
/// ["CAP_KILL", "CAP_NET_RAW"], in the order of their numbers.
[[nodiscard]] std::vector<std::string> names(std::uint64_t set);
/// "kill,net_raw", "none", "14 of 41", "all": for the narration.
[[nodiscard]] std::string words(std::uint64_t set);
/// "3 of 41"
[[nodiscard]] std::string count(std::uint64_t set);

/// All the capabilities this kernel has.
[[nodiscard]] std::uint64_t all();
/// Of the bounding set, those of `bounding`: each is a question of its own to the kernel.
[[nodiscard]] Sets of_this_process(std::uint64_t bounding = all());

/// What of `wanted` this process can give itself; the rest is left out with a warning: a runtime that has less than the
/// config grants should still run it (config.md#linux-process).
[[nodiscard]] Sets grantable(Sets wanted);

/// Takes all that `sets` don't have out of the bounding set.
void drop_bounding(const Sets& sets);
void keep_over_change(bool keep);
void apply(const Sets& sets);
/// Throws unless the five sets of this process are these.
void verify(const Sets& sets);

}  // namespace bell::capabilities
