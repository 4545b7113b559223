// command_test.cpp - cli/command.hpp: what was typed says which mode is meant, and mistakes find their word.
#include "cli/command.hpp"

#include "support.hpp"

using namespace bell;
using test::contains;
using test::error_of;

namespace {

/// A tool with an option of each kind, and what it understood.
struct Tool {
    cli::Command command{{.name = "tool", .summary = "a tool", .usage = {"tool"}, .examples = {}}};
    bool flag = false;
    std::string text, root;
    std::vector<std::string> each;

    Tool() {
        command.flag("-f,--flag", flag, "a flag");
        command.text("--text", text, "WORDS", "a text");
        command.each(
            "--bind", [this](const std::string& value) { each.push_back("bind " + value); }, "DIR", "one of several");
        command.each_optional(
            "--tmpfs", [this](const std::string& value) { each.push_back("tmpfs " + value); }, "DIR", "maybe a value");
        command.when(
            "--now", [this] { each.emplace_back("now"); }, "a flag in order");
        command.positional("ROOT", root, false);
    }
    bool parse(std::vector<const char*> words) {
        words.insert(words.begin(), "tool");
        const bool go_on = command.parse(static_cast<int>(words.size()), words.data());
        narrate::configure({});
        return go_on;
    }
    Error refusal(const std::vector<const char*>& words) {
        return error_of([&] { (void)parse(words); });
    }
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("options, words and the program after -- are told apart") {
    Tool tool;
    REQUIRE(tool.parse({"-f", "R", "--text", "a b", "--", "sh", "--flag", "--", "x"}));
    CHECK(tool.flag);
    CHECK(tool.text == "a b");
    CHECK(tool.root == "R");
    CHECK(tool.command.program() == Words{"sh", "--flag", "--", "x"});
}

TEST_CASE("without -- there is no program; with nothing behind it there is an empty one") {
    Tool without;
    REQUIRE(without.parse({"R"}));
    CHECK_FALSE(without.command.program());
    Tool with;
    REQUIRE(with.parse({"R", "--"}));
    CHECK(with.command.program() == Words{});
}

TEST_CASE("options that may come several times are told in the order of the command line") {
    Tool tool;
    REQUIRE(tool.parse({"--bind", "a", "--now", "--tmpfs=t", "--bind=b", "--tmpfs", "--now"}));
    CHECK(tool.each == Words{"bind a", "now", "tmpfs t", "bind b", "tmpfs ", "now"});
}

TEST_CASE("a value is taken as it was typed, empty or odd") {
    for (const std::string value : {"", "{}", "%%", "[a,b]", "a,b", "--flag", "-", "=", "a=b", "\"q\"", "1.5", "x y"}) {
        CAPTURE(value);
        Tool tool;
        REQUIRE(tool.parse({"--text", value.c_str(), "--bind", value.c_str(), "R"}));
        CHECK(tool.text == value);
        CHECK(tool.each == Words{"bind " + value});
        CHECK(tool.root == "R");
        CHECK_FALSE(tool.flag);
        Tool other;
        const std::string joined = "--text=" + value;
        REQUIRE(other.parse({joined.c_str(), "--flag", "R"}));
        CHECK(other.text == value);
        CHECK(other.flag);
    }
}

TEST_CASE("the last one of an option that can be given once counts") {
    Tool tool;
    REQUIRE(tool.parse({"--text", "a", "--text=b", "R"}));
    CHECK(tool.text == "b");
}

TEST_CASE("an unknown option finds the nearest one") {
    Tool tool;
    const Error error = tool.refusal({"--txet=1", "R"});
    CHECK(error.message() == "unknown option '--txet' (did you mean '--text'?)");
    CHECK(error.exit_status() == exit_own_failure);
    Tool other;
    CHECK(contains(other.refusal({"--kubernetes"}).hint(), "tool --help"));
}

TEST_CASE("a tool's name where -- was forgotten is seen") {
    Tool tool;
    CHECK(contains(tool.refusal({"R", "priv-drop"}).hint(), "put '--' before the program"));
    Tool other;
    CHECK(other.refusal({"R", "sh"}).message() == "unexpected word 'sh'");
}

TEST_CASE("an option without its value, or a flag with one, is refused") {
    Tool tool;
    CHECK(contains(tool.refusal({"--text"}).message(), "--text"));
    Tool other;
    CHECK_THROWS_AS(other.parse({"--flag=maybe"}), Error);
}

TEST_CASE("--explain knows its words") {
    Tool tool;
    CHECK(contains(tool.refusal({"--explain=ful"}).message(), "did you mean 'full'?"));
    Tool good;
    CHECK(good.parse({"--explain=json", "R"}));
}

TEST_CASE("a word of control characters can't drive the terminal through an error") {
    Tool tool;
    CHECK_FALSE(contains(tool.refusal({"--\x1b[31m"}).message(), "\x1b"));
    Tool other;
    CHECK_FALSE(contains(other.refusal({"R", "\x1b[31m"}).message(), "\x1b"));
}

TEST_CASE("the help fits 80 columns and leaves the rare options to --help-all") {
    Tool tool;
    bool rare = false;
    tool.command.flag("--rare", rare, std::string(60, 'x') + " and more words than fit into one line of a terminal",
                      cli::Help::all);
    REQUIRE(tool.parse({"R"}));
    CHECK_FALSE(contains(tool.command.help_text(false), "--rare"));
    CHECK(contains(tool.command.help_text(true), "--rare"));
    for (const std::string& line : text::split(tool.command.help_text(true), '\n')) {
        CAPTURE(line);
        CHECK(line.size() <= 92);  // 30 columns and one word of 60
    }
}

TEST_CASE("an error becomes one line, its hint and its exit status") {
    const std::vector<std::string> lines = test::told({}, [] {
        CHECK(cli::guarded("tool", []() -> int { throw Error::program("run x: not found", "look", 127); }) == 127);
        CHECK(cli::guarded(
                  "tool", []() -> int { throw Error::bad("no"); }, 1) == 1);
        CHECK(cli::guarded("tool", []() -> int { throw std::runtime_error("odd"); }) == exit_own_failure);
        CHECK(cli::guarded("tool", [] { return 7; }) == 7);
    });
    const Words expected{"tool: run x: not found", "  (hint: look)", "tool: no", "tool: odd"};
    CHECK(lines == expected);
}
