// bus_message.hpp - what bundle-run says to the helper that speaks D-Bus for it.
//
// libsystemd exists only as a shared library and bundle-run is static, so a small program of its own carries requests
// to systemd (tools/bundle-run-systemd). Both are connected by a Channel. A message is a list of words, each with a NUL
// behind it, which no string of D-Bus can hold:
//
//     verb unit { name type count value... }
//     "start" "bundle-run-box.scope" "TasksMax" "t" "1" "20"
//
// The answer is a list of words, too, or an Error. Pure functions on bytes. Next: channel.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bell::sys {

/// A property as D-Bus has it: "TasksMax", "t", {"20"}. The values of an array, or of an array of pairs, stand one
/// after the other.
struct BusProperty {
    std::string name;
    std::string type;  ///< the signature: b i t s as au ay a(ss)
    std::vector<std::string> values;
    bool operator==(const BusProperty&) const = default;
};

struct BusRequest {
    std::string verb;
    std::string unit;
    std::vector<BusProperty> properties;
    bool operator==(const BusRequest&) const = default;
};

[[nodiscard]] std::string to_message(const std::vector<std::string>& words);
[[nodiscard]] std::string to_message(const BusRequest& request);
/// Throws if the last word has no end.
[[nodiscard]] std::vector<std::string> parse_bus_words(std::string_view message);
/// Throws if words are missing or left over.
[[nodiscard]] BusRequest parse_bus_request(std::string_view message);

}  // namespace bell::sys
