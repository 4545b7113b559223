// sample.hpp - what a group uses at one moment, read from its files. See sample.cpp; next: watch.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "concepts/cgroup.hpp"

namespace bell {

/// How much is used, and how much may be; nothing where this host counts it not.
struct Use {
    std::optional<std::uint64_t> now;
    std::optional<std::uint64_t> limit;  ///< nothing: no limit
};

/// Counters only ever rise: what happened between two samples is their difference.
struct Sample {
    std::uint64_t microseconds = 0;  ///< on the monotonic clock
    Use memory;                      ///< bytes
    Use pids;
    std::optional<std::uint64_t> cpu_microseconds;  ///< counter
    std::optional<std::uint64_t> cpu_limit;         ///< thousandths of a processor
    std::optional<std::uint64_t> read_bytes;        ///< counter
    std::optional<std::uint64_t> written_bytes;     ///< counter

    // Events: counters, too.
    std::optional<std::uint64_t> memory_full;  ///< how often the memory limit was hit
    std::optional<std::uint64_t> oom_kills;
    std::optional<std::uint64_t> throttled;  ///< periods in which the cpu quota was used up
    std::optional<std::uint64_t> pids_full;  ///< forks that the limit refused

    /// Pressure (PSI), of cgroup v2: hundredths of a percent of the last ten seconds in which some process waited for
    /// cpu, memory, io.
    std::array<std::optional<std::uint64_t>, 3> pressure;
};

[[nodiscard]] Sample take_sample(const cgroup::Group& group);

/// Thousandths of a processor used between two samples.
[[nodiscard]] std::optional<std::uint64_t> cpu_between(const Sample& before, const Sample& now);
/// A counter's rise a second.
[[nodiscard]] std::optional<std::uint64_t> rate(const Sample& before, const Sample& now,
                                                std::optional<std::uint64_t> Sample::*counter);

}  // namespace bell
