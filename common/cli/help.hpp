// help.hpp - what --help prints: what the tool is, how it is called, its options, examples.
//
//     NAME: SUMMARY
//
//       USAGE
//
//       -o, --option VALUE          what it means, in a column of its own
//
//       $ EXAMPLE
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/option.hpp"

namespace bell::cli {

/// What a tool says about itself: the head and the foot of its help.
struct About {
    std::string_view name;
    std::string_view summary;  ///< one sentence
    std::vector<std::string_view> usage;
    std::vector<std::string_view> examples;
    std::string_view more = {};  ///< a last line: which man page, which lesson
    /// For a tool without a live mode: why --target has no meaning, and what comes near.
    std::string_view not_live = {};
    std::string_view not_live_hint = {};
    std::string version = {};  ///< what --version prints, and then -v does, too; else "NAME (Diving Bell) 1.0"
};

/// `all`: also the options that --help leaves out, so as to fit a screen.
[[nodiscard]] std::string help_text(const About& about, const std::vector<Option>& options, bool all);

}  // namespace bell::cli
