// chain.hpp - a config as the chain of small tools that makes the same container.
//
// Each tool's part is a Link: its options in groups, a line each, quoted for the shell. What no option says is Missing.
// chain_*.cpp: a file for each tool; verb_chain.cpp puts them in the order of init.cpp and prints the script.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan.hpp"

namespace bell::chain {

struct Link {
    std::string_view tool;
    std::vector<std::string> lines;  ///< "--hostname box --domainname sea"
    bool is_needed = true;           ///< it has something to do
};

struct Missing {
    std::string pointer;
    std::string why;
};

/// As the shell reads it back: bare where nothing is special, else in single quotes.
[[nodiscard]] std::string quoted(std::string_view word);

/// "0644"
[[nodiscard]] std::string octal(std::uint32_t mode);

/// A line of options that grows: add("--env", "A=b") puts both words there, quoted.
class Line {
public:
    Line& add(std::string_view option);
    Line& add(std::string_view option, std::string_view value);
    /// What the shell is to expand: "$rootfs".
    Line& raw(std::string_view words);
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

/// Options of one kind in as few lines as have room, and those lines added to the link.
void add_wrapped(Link& link, const std::vector<std::string>& options);

using plan::Situation;
[[nodiscard]] Link budget(const Situation& here, const std::string& id, std::vector<Missing>& missing);
[[nodiscard]] Link namespaces(const Situation& here, std::vector<Missing>& missing);
[[nodiscard]] Link files(const Situation& here, std::vector<Missing>& missing);
[[nodiscard]] Link root(const Situation& here);
/// `rootfs`: the directory, to look up the user's home.
[[nodiscard]] Link drop(const Situation& here, const std::string& rootfs, std::vector<Missing>& missing);

}  // namespace bell::chain
