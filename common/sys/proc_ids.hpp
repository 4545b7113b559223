// proc_ids.hpp - one user, two numbers: id maps, and the names of ids.
//
// A user namespace gives the same user another number inside than outside. /proc/PID/uid_map and gid_map say which, a
// range a line: "first inside, first outside, how many". Outside means the reader's user namespace; for a reader in
// the same one, its parent. An empty map: nobody is anybody yet, all ids show as 65534.
//
// Names are looked up in /etc/passwd and /etc/group by reading them, never through NSS, which would load code. The
// parsers are pure functions on bytes, bounded. user_namespaces(7), passwd(5), group(5). Next: proc_limits.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bell::sys {

struct IdRange {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t count = 0;
    bool operator==(const IdRange&) const = default;
};

/// The kernel takes at most 340 lines (since Linux 4.15); more are not read. Lines of another form are left out.
[[nodiscard]] std::vector<IdRange> parse_id_map(std::string_view lines);

/// The number inside for one outside; nothing if it isn't mapped. And the other way round.
[[nodiscard]] std::optional<std::uint32_t> id_inside(const std::vector<IdRange>& map, std::uint32_t outside);
[[nodiscard]] std::optional<std::uint32_t> id_outside(const std::vector<IdRange>& map, std::uint32_t inside);

/// The initial user namespace maps every id to itself; so does no other that a person makes.
[[nodiscard]] bool maps_all_to_itself(const std::vector<IdRange>& map);

/// The name before the first colon of the first line whose third field is the id: for passwd and group alike. Empty if
/// there is none.
[[nodiscard]] std::string name_of_id(std::string_view lines, std::uint32_t id);

}  // namespace bell::sys
