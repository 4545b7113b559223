// date.hpp - moments, as image documents and people write them.
//
// A build that asks for the time never gives the same result twice. So no clock is read here: a moment comes from the
// command line, from SOURCE_DATE_EPOCH, which build systems set for that purpose, or from the files.
//
// RFC 3339, reproducible-builds.org/specs/source-date-epoch. Next: pack.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bell::image {

/// "2024-05-06T07:08:09Z" for seconds since 1970.
[[nodiscard]] std::string date(std::int64_t seconds);

/// Seconds since 1970 of "2024-05-06", "2024-05-06T07:08:09Z" (or "+02:00"), or of a number of seconds ("@0", "0").
/// `option` is named in errors.
[[nodiscard]] std::int64_t parse_date(std::string_view option, std::string_view words);

/// The variable's value, if it is set.
[[nodiscard]] std::optional<std::int64_t> source_date_epoch();

}  // namespace bell::image
