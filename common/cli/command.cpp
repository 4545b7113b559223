// command.cpp - see command.hpp.
#include "cli/command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "cli/option.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace bell::cli {
namespace {

narrate::Level explain_level(const std::string& word) {
    if (word.empty() || word == "brief") return narrate::Level::brief;
    if (word == "full") return narrate::Level::full;
    if (word == "json") return narrate::Level::json;
    throw Error::bad(text::cat("--explain=", text::printable(word), ": unknown",
                               text::did_you_mean(word, {"brief", "full", "json"})),
                     "there are --explain, --explain=full and --explain=json");
}

}  // namespace

struct Command::Parser {
    About about;
    CLI::App app;
    std::vector<Option> options;
    std::optional<std::vector<std::string>> program;
    std::vector<std::string> rest;
    bool stop_at_first_word = false;
    std::string chain_word;
    std::string* target = nullptr;
    std::string explain;
    std::string bundle;
    bool explained = false, step = false, dry_run = false, wants_help = false, wants_all = false, wants_version = false;

    explicit Parser(About about_tool) : about(std::move(about_tool)) {
        app.set_help_flag();
        app.allow_extras();
        options.reserve(32);
    }

    [[nodiscard]] const Option* find(std::string_view name) const {
        for (const Option& option : options)
            if (option.is_called(name)) return &option;
        return nullptr;
    }

    // Whether the word is an option whose value is the next word.
    [[nodiscard]] bool takes_value(std::string_view word) const {
        const Option* option = word.starts_with('-') ? find(word) : nullptr;
        return option && option->takes_value();
    }

    // A single string, called for each time the option comes: for a list the parser would also take the words behind
    // the value, and give "{}" and "[a,b]" a meaning.
    void make(Option& option) {
        if (std::exchange(option.is_made, true)) return;
        if (auto* flag = std::get_if<bool*>(&option.out)) {
            app.add_flag(option.names, **flag);
        } else if (auto* then = std::get_if<std::function<void()>>(&option.out)) {
            app.add_flag_function(option.names, [then = *then](std::int64_t) { then(); })->trigger_on_parse();
        } else {
            app.add_option_function<std::string>(option.names, std::get<2>(option.out))->trigger_on_parse();
        }
    }

    // All, if a word is none of their names: "-it", or a mistake.
    void make_options(const std::vector<std::string>& words) {
        const auto is_option = [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); };
        const bool strange = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return is_option(word) && !find(name_of(word));
        });
        for (Option& option : options)
            if (strange || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                    return is_option(word) && option.is_called(name_of(word));
                }))
                make(option);
    }

    // "--name=value" becomes two words: where the value is empty the parser would take the next option for it.
    void split_value(std::vector<std::string>& words) const {
        const std::string word = words.back();
        const std::size_t equals = word.find('=');
        if (!word.starts_with("--") || equals == std::string::npos || !takes_value(name_of(word))) return;
        words.back().resize(equals);
        words.push_back(word.substr(equals + 1));
    }

    std::vector<std::string> own_words(int argc, const char* const* argv);
    void refuse_extras() const;
    void refuse_target(const std::vector<std::string>& words) const;
    [[nodiscard]] std::string version_text() const {
        return about.version.empty()
                   ? text::cat(about.name, " (Diving Bell) ", toolkit::version, guard::version_words, "\n")
                   : about.version;
    }
};

// Splits argv: the word a tool of this kit put in front, our options, and the program after `--`.
std::vector<std::string> Command::Parser::own_words(int argc, const char* const* argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (i == 1 && word.starts_with(sys::chain_option)) {
            chain_word = word.substr(sys::chain_option.size());
            continue;
        }
        if (word == "--" && !stop_at_first_word) {
            program.emplace(argv + i + 1, argv + argc);
            break;
        }
        if (stop_at_first_word && (!word.starts_with('-') || word == "-" || word == "--") &&
            (words.empty() || !takes_value(words.back()))) {
            rest.assign(argv + i, argv + argc);
            break;
        }
        words.push_back(word == "--explain" ? "--explain=brief" : word);
        const Option* option = find(word);
        const bool bare = option && option->value_is_optional;
        const bool value_follows = i + 1 < argc && argv[i + 1][0] != '-';
        if (bare && !value_follows) words.back() += "=";
        split_value(words);
    }
    return words;
}

void Command::Parser::refuse_extras() const {
    const std::vector<std::string> extras = app.remaining();
    if (extras.empty()) return;
    const std::string& word = extras.front();
    const std::string see = text::cat("'", about.name, " --help' lists what there is");
    if (!word.starts_with('-')) {
        const bool is_tool = toolkit::contains(word);
        throw Error::bad(text::cat("unexpected word '", text::printable(word), "'"),
                         is_tool ? text::cat("put '--' before the program: ", about.name, " ... -- ", word) : see);
    }
    const std::string name(name_of(word));
    std::vector<std::string> long_names;
    for (const Option& option : options)
        for (std::string& each : text::split(option.names, ','))
            if (each.starts_with("--")) long_names.push_back(std::move(each));
    const std::string guess = text::did_you_mean(name, long_names);
    throw Error::bad(text::cat("unknown option '", text::printable(name), "'", guess), guess.empty() ? see : "");
}

void Command::Parser::refuse_target(const std::vector<std::string>& words) const {
    if (about.not_live.empty()) return;
    for (const std::string& word : words)
        if (word == "--target" || word.starts_with("--target="))
            throw Error::bad(text::cat("--target has no meaning here: ", about.not_live),
                             std::string(about.not_live_hint));
}

Command::Command(About about) : parser_(std::make_unique<Parser>(std::move(about))) {}
Command::~Command() = default;

void Command::flag(std::string_view names, bool& out, std::string_view help, Help level) {
    parser_->options.push_back({std::string(names), "", std::string(help), level, &out});
}

void Command::when(std::string_view names, std::function<void()> then, std::string_view help, Help level) {
    parser_->options.push_back({std::string(names), "", std::string(help), level, std::move(then)});
}

void Command::text(std::string_view names, std::string& out, std::string_view value, std::string_view help,
                   Help level) {
    each(
        names, [&out](const std::string& given) { out = given; }, value, help, level);
}

void Command::text(std::string_view names, std::optional<std::string>& out, std::string_view value,
                   std::string_view help, Help level) {
    each(
        names, [&out](const std::string& given) { out = given; }, value, help, level);
}

void Command::each(std::string_view names, const std::function<void(const std::string&)>& each, std::string_view value,
                   std::string_view help, Help level) {
    parser_->options.push_back({std::string(names), std::string(value), std::string(help), level, each});
}

void Command::each_optional(std::string_view names, const std::function<void(const std::string&)>& each,
                            std::string_view value, std::string_view help, Help level) {
    this->each(names, each, text::cat("[", value, "]"), help, level);
    parser_->options.back().value_is_optional = true;
}

void Command::positional(std::string_view name, std::string& out, bool required) {
    parser_->app.add_option(std::string(name), out)->required(required);
}

void Command::positionals(std::string_view name, std::vector<std::string>& out) {
    parser_->app.add_option(std::string(name), out);
}

void Command::stop_at_first_word() { parser_->stop_at_first_word = true; }
const std::vector<std::string>& Command::rest() const { return parser_->rest; }
const std::optional<std::vector<std::string>>& Command::program() const { return parser_->program; }
sys::Chain Command::take_chain() { return sys::Chain::take_over(parser_->chain_word); }

void Command::target(std::string& out, std::string_view help) {
    parser_->target = &out;
    text("--target", out, "PID|-", help);
}

bool Command::parse(int argc, const char* const* argv) {
    Parser& parser = *parser_;
    if (!parser.explained) {
        parser.explained = true;
        text("--explain", parser.explain, "[=full|json]", "tell on stderr what is done to the kernel");
        flag("--step", parser.step, "wait for Enter before each step", Help::all);
        flag("--dry-run", parser.dry_run, "tell, but do nothing", Help::all);
        flag("-h,--help", parser.wants_help, "");
        flag("--help-all", parser.wants_all, "all options", Help::all);
        flag("--version", parser.wants_version, "print the version", Help::all);
    }
    std::vector<std::string> words = parser.own_words(argc, argv);
    // Help wins over whatever else is missing or wrong.
    for (const std::string& word : words) {
        const bool wants_version = word == "--version" || (word == "-v" && !parser.about.version.empty());
        if (word != "--help" && word != "-h" && word != "--help-all" && !wants_version) continue;
        const std::string out = wants_version ? parser.version_text() : help_text(word == "--help-all");
        sys::write_all(STDOUT_FILENO, out, "stdout");
        return false;
    }
    parser.refuse_target(words);
    parser.make_options(words);
    std::reverse(words.begin(), words.end());
    try {
        parser.app.parse(words);
    } catch (const CLI::RequiredError& error) {
        throw Error::bad(error.what(), text::cat("'", parser.about.name, " --help' shows the usage"));
    } catch (const CLI::ParseError& error) {
        throw Error::bad(error.what());
    }
    parser.refuse_extras();
    if (!parser.explain.empty() || parser.step || parser.dry_run) {
        narrate::Switch wanted;
        if (!parser.explain.empty()) wanted.level = explain_level(parser.explain);
        wanted.step = parser.step;
        wanted.dry_run = parser.dry_run;
        narrate::configure(wanted);
    }
    return true;
}

std::string Command::help_text(bool all) const { return cli::help_text(parser_->about, parser_->options, all); }
const std::string& Command::bundle() const { return parser_->bundle; }

int Command::run(int argc, const char* const* argv, const Modes& modes) {
    return guarded(parser_->about.name, [&] {
        sys::ensure_standard_descriptors();
        if (modes.describe && !parser_->explained)
            text("--bundle", parser_->bundle, "DIR", "describe: change DIR/config.json in place", Help::all);
        if (argc <= 1 && isatty(STDIN_FILENO) && !modes.plain) {
            std::fputs(help_text(false).c_str(), stderr);
            return exit_own_failure;
        }
        return parse(argc, argv) ? dispatch(modes) : 0;
    });
}

int Command::dispatch(const Modes& modes) {
    const Parser& parser = *parser_;
    const bool has_target = parser.target && !parser.target->empty();
    if (parser.program) {
        if (!modes.act) throw Error::bad(text::cat("'-- PROGRAM' has no meaning for ", parser.about.name));
        sys::Chain chain = take_chain();
        // --explain of a later tool in the chain: what was handed over wins only where nothing was typed.
        sys::Program program(*parser.program, std::move(chain));
        modes.act(program);
        narrate::flush();
        program.become(environment ? &*environment : nullptr);
    }
    if (has_target) {
        if (!modes.live)
            throw Error::bad("--target, but no program to run there",
                             text::cat("put it behind: ", parser.about.name, " --target ... -- PROGRAM"));
        modes.live();
    } else if (modes.describe && !(modes.is_plain && modes.is_plain())) {
        describe(modes);
    } else if (modes.plain) {
        modes.plain();
    } else {
        throw Error::bad("no program", text::cat("put '-- PROGRAM' behind: '", parser.about.name, " --help'"));
    }
    narrate::flush();
    return 0;
}

void Command::describe(const Modes& modes) {
    const std::string& bundle = parser_->bundle;
    const std::string file = bundle + "/config.json";
    const std::string json = bundle.empty() ? read_document_from_stdin("a config.json") : sys::read_file(file);
    oci::Document document = oci::Document::parse(json, bundle.empty() ? "stdin" : file);
    const oci::Document before = document.copy();
    oci::Config config = document.config();
    modes.describe(config);
    document.put(config);
    if (narrate::on()) {
        narrate::title(text::cat(parser_->about.name, ": config.json"));
        for (const std::string& change : document.changes_since(before)) narrate::title(text::cat("  ", change));
    }
    if (bundle.empty())
        sys::write_all(STDOUT_FILENO, document.text(), "stdout");
    else
        sys::replace_file(file, document.text(), 0644);
}

int report(std::string_view name, const Error& error) {
    narrate::flush();
    std::string out = text::cat(name, ": ", error.message(), "\n");
    if (!error.hint().empty()) out += text::cat("  (hint: ", error.hint(), ")\n");
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, out.data(), out.size());
    return error.exit_status();
}

int guarded(std::string_view name, const std::function<int()>& body, std::optional<int> failure) {
    try {
        return body();
    } catch (const Error& error) {
        const int status = report(name, error);
        return failure.value_or(status);
    } catch (const std::exception& error) {
        return failure.value_or(report(name, Error::bad(error.what())));
    }
}

std::string read_document_from_stdin(std::string_view what) {
    if (isatty(STDIN_FILENO))
        throw Error::bad(text::cat("stdin is a terminal; ", what, " was expected"),
                         "'bundle-run spec |' starts a pipe; '-- PROGRAM' does it instead of describing it");
    std::string json = sys::read_all(STDIN_FILENO, "stdin");
    if (text::trim(json).empty())
        throw Error::bad(text::cat("stdin is empty; ", what, " was expected"),
                         "did the command before the | fail? 'set -o pipefail' shows it");
    return json;
}

}  // namespace bell::cli
