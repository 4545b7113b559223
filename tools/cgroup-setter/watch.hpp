// watch.hpp - a group's budget as it is spent. See watch.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/target.hpp"

namespace bell {

struct Watch {
    bool wanted = false;
    bool json = false;
    bool interval_given = false;
    std::int64_t interval = 1'000'000;  ///< microseconds
};

/// Shows the group of the target, or of that name, or our own, until it goes, its process ends or Ctrl-C.
void watch_group(const Watch& watch, const cli::Target* target, const std::optional<std::string>& name);

}  // namespace bell
