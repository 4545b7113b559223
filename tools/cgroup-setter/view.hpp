// view.hpp - two samples of a group as something to look at. See view.cpp.
#pragma once

#include <string>
#include <vector>

#include "sample.hpp"

namespace bell {

/// What a terminal shows, line by line; none is wider than 80 columns. Colours only underline what the words say.
[[nodiscard]] std::vector<std::string> draw_view(const std::string& group, const Sample& before, const Sample& now,
                                                 bool colours);
/// One line for a log, or for a program.
[[nodiscard]] std::string plain_line(const Sample& before, const Sample& now);
[[nodiscard]] std::string json_line(const std::string& group, const Sample& before, const Sample& now);

}  // namespace bell
