// option.hpp - an option as a tool has described it.
//
// The parser is told only of those that a command line uses: to make all of them known to it takes a hundred times as
// long as to read the line.
//
// Next: help.hpp, command.hpp.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace bell::cli {

/// Whether --help shows an option, or only --help-all: a help text should fit a screen and a head.
enum class Help : unsigned char { shown, all };

struct Option {
    std::string names;  ///< "-u,--user"
    std::string value;  ///< what stands for it in the help; a flag has none
    std::string help;   ///< empty: no line of its own
    Help level = Help::shown;
    std::variant<bool*, std::function<void()>, std::function<void(const std::string&)>> out = {};
    bool value_is_optional = false;
    bool is_made = false;  ///< known to the parser

    [[nodiscard]] bool takes_value() const { return out.index() == 2; }
    [[nodiscard]] bool is_called(std::string_view name) const {
        for (std::string_view rest = names; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            if (rest.substr(0, comma) == name) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        return false;
    }
};

/// "--name=value": "--name".
[[nodiscard]] inline std::string_view name_of(std::string_view word) { return word.substr(0, word.find('=')); }

}  // namespace bell::cli
