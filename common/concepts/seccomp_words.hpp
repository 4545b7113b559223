// seccomp_words.hpp - the words of a seccomp profile, and the numbers they stand for.
//
// config-linux.md#seccomp has four lists: what happens (actions), how an argument is compared (operators), for which
// machines (architectures), how the filter is loaded (flags). `bundle-run features` prints them. An unknown word is an
// error that names the nearest one.
//
// seccomp(2), seccomp_rule_add(3). Next: seccomp_program.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bell::seccomp {

/// SCMP_ACT_*, with the errno (or, for a tracer, the message) that belongs to it: EPERM unless the profile says so.
[[nodiscard]] std::uint32_t action(const std::string& name, std::optional<std::uint32_t> errno_value);
[[nodiscard]] std::uint32_t comparison(const std::string& name);    ///< SCMP_CMP_*
[[nodiscard]] std::uint32_t architecture(const std::string& name);  ///< SCMP_ARCH_*
[[nodiscard]] std::uint32_t flag(const std::string& name);          ///< SECCOMP_FILTER_FLAG_*

[[nodiscard]] std::vector<std::string> known_actions();
[[nodiscard]] std::vector<std::string> known_operators();
[[nodiscard]] std::vector<std::string> known_architectures();
[[nodiscard]] std::vector<std::string> known_flags();
/// Those of the known ones that the running kernel takes.
[[nodiscard]] std::vector<std::string> flags_of_this_kernel();

}  // namespace bell::seccomp
