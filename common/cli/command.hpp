// command.hpp - a tool's command line: options, the three modes, help, errors.
//
// What was typed says which mode is meant, never data or a terminal (the same options mean the same in all three):
//
//     TOOL OPTIONS -- PROGRAM ARGS   do:        apply the concept to this process, then become the program
//     TOOL OPTIONS --target PID      live:      act on a process that runs
//     TOOL OPTIONS                   describe:  config.json in on stdin, changed, out on stdout (--bundle: in place)
//
// A main registers its options, then calls run() with a function for each mode it has. run() is where errors are
// caught, once, and turned into one line and an exit status: 125 for our own failure, 126 and 127 as a shell has them.
//
// The option parser behind it (CLI11) is included by command.cpp only.    Next: any tools/NAME/main.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/help.hpp"
#include "oci/config.hpp"
#include "sys/program.hpp"

namespace bell::cli {

/// The functions of the modes a tool has; a missing one is told to the user as having no meaning.
struct Modes {
    std::function<void(sys::Program& program)> act = {};  ///< do; the program is run afterwards by run()
    std::function<void(oci::Config& config)> describe = {};
    std::function<void()> live = {};
    std::function<void()> plain = {};  ///< for tools without documents (proc-peek, layer-unpack): neither of the above
    /// With both describe and plain: whether the options ask for plain (cgroup-setter --show).
    std::function<bool()> is_plain = {};
};

class Command {
public:
    explicit Command(About about);
    ~Command();
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    // Options. `names` is "-u,--user"; `value` stands for the value in the help ("NAME").
    void flag(std::string_view names, bool& out, std::string_view help, Help help_level = Help::shown);
    void text(std::string_view names, std::string& out, std::string_view value, std::string_view help,
              Help help_level = Help::shown);
    void text(std::string_view names, std::optional<std::string>& out, std::string_view value, std::string_view help,
              Help help_level = Help::shown);
    /// May be given several times; `each` is called in the order of the command line.
    void each(std::string_view names, const std::function<void(const std::string&)>& each, std::string_view value,
              std::string_view help, Help help_level = Help::shown);
    /// As each, but the value may be left out: then it is empty.
    void each_optional(std::string_view names, const std::function<void(const std::string&)>& each,
                       std::string_view value, std::string_view help, Help help_level = Help::shown);
    /// A flag that calls, in the order of the command line.
    void when(std::string_view names, std::function<void()> then, std::string_view help, Help help_level = Help::shown);
    void positional(std::string_view name, std::string& out, bool required);
    void positionals(std::string_view name, std::vector<std::string>& out);
    /// Everything from the first word that isn't an option is left for rest(): global options before a verb.
    void stop_at_first_word();
    [[nodiscard]] const std::vector<std::string>& rest() const;

    /// Adds --target; the tool has a live mode then. The value: a pid, or "-" for a state on stdin.
    void target(std::string& out, std::string_view help = "a running process: its pid, or '-' for a state on stdin");

    /// Parses argv without running anything: for verbs that want no modes. False if help or version was printed.
    [[nodiscard]] bool parse(int argc, const char* const* argv);

    /// Parses, chooses the mode and runs it. Never throws. Returns the exit status.
    int run(int argc, const char* const* argv, const Modes& modes);

    /// The words after `--`, if it was there.
    [[nodiscard]] const std::optional<std::vector<std::string>>& program() const;
    [[nodiscard]] sys::Chain take_chain();
    /// The directory of --bundle; empty if the config comes on stdin.
    [[nodiscard]] const std::string& bundle() const;
    [[nodiscard]] std::string help_text(bool all) const;

    /// The environment the program is to have (do mode); unset: ours.
    std::optional<std::vector<std::string>> environment;

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    void describe(const Modes& modes);
    int dispatch(const Modes& modes);
};

/// Prints "NAME: message" and the hint to stderr; returns the error's exit status.
int report(std::string_view name, const Error& error);
/// Runs `body`, reporting what it throws: the one catch of a program without a Command. `failure`: the exit status.
int guarded(std::string_view name, const std::function<int()>& body, std::optional<int> failure = {});

/// Stdin to its end, for a document. `what` is due ("a config.json"). A terminal or an empty pipe is an error that says
/// what to do.
[[nodiscard]] std::string read_document_from_stdin(std::string_view what);

}  // namespace bell::cli
