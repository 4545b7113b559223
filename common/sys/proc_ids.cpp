// proc_ids.cpp - see proc_ids.hpp.
#include "sys/proc_ids.hpp"

#include "base/text.hpp"

namespace bell::sys {
namespace {

constexpr std::size_t range_limit = 340;

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

std::optional<std::uint32_t> next_number(std::string_view& rest) {
    rest = text::trim(rest);
    const std::size_t end = rest.find_first_of(" \t");
    const auto value = text::number<std::uint32_t>(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return value;
}

std::string_view next_part(std::string_view& rest) {
    const std::size_t end = rest.find(':');
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

// `id` moved from the range that starts at `from` to the one at `to`; nothing if it lies outside of it.
std::optional<std::uint32_t> moved(std::uint32_t id, std::uint32_t from, std::uint32_t to, std::uint32_t count) {
    if (id < from || id - from >= count) return std::nullopt;
    return to + (id - from);
}

}  // namespace

std::vector<IdRange> parse_id_map(std::string_view lines) {
    std::vector<IdRange> map;
    while (!lines.empty() && map.size() < range_limit) {
        std::string_view line = next_line(lines);
        const auto inside = next_number(line);
        const auto outside = next_number(line);
        const auto count = next_number(line);
        if (inside && outside && count && line.empty()) map.push_back({*inside, *outside, *count});
    }
    return map;
}

std::optional<std::uint32_t> id_inside(const std::vector<IdRange>& map, std::uint32_t outside) {
    for (const IdRange& range : map)
        if (const auto id = moved(outside, range.outside, range.inside, range.count)) return id;
    return std::nullopt;
}

std::optional<std::uint32_t> id_outside(const std::vector<IdRange>& map, std::uint32_t inside) {
    for (const IdRange& range : map)
        if (const auto id = moved(inside, range.inside, range.outside, range.count)) return id;
    return std::nullopt;
}

bool maps_all_to_itself(const std::vector<IdRange>& map) {
    return map.size() == 1 && map.front() == IdRange{0, 0, ~std::uint32_t{0}};
}

std::string name_of_id(std::string_view lines, std::uint32_t id) {
    while (!lines.empty()) {
        std::string_view line = next_line(lines);
        const std::string_view name = next_part(line);
        next_part(line);  // the password's place
        if (!name.empty() && text::number<std::uint32_t>(next_part(line)) == id) return std::string(name);
    }
    return {};
}

}  // namespace bell::sys
