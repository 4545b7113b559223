// text_test.cpp - base/text.hpp: numbers are strict, quoting is safe for a terminal, typing mistakes find their word.
#include "base/text.hpp"

#include <cstdint>

#include "support.hpp"

using namespace bell;

TEST_CASE("a number is the whole string, in range, without sign or blanks") {
    CHECK(text::number<int>("42") == 42);
    CHECK(text::number<int>("-42") == -42);
    CHECK(text::number<int>("007") == 7);
    CHECK(text::number<std::uint32_t>("4294967295") == 4294967295u);
    CHECK(text::number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    for (const std::string words :
         {"", " ", "1000x", "x1000", " 1", "1 ", "+1", "1.0", "0x10", "1e3", "--1", "\n1", "1\n"}) {
        CAPTURE(words);
        CHECK_FALSE(text::number<int>(words));
    }
}

TEST_CASE("a number out of range is no number") {
    CHECK_FALSE(text::number<std::uint32_t>("4294967296"));
    CHECK_FALSE(text::number<std::uint32_t>("-1"));
    CHECK_FALSE(text::number<std::uint64_t>("18446744073709551616"));
    CHECK_FALSE(text::number<int>("2147483648"));
    CHECK(text::number<std::int64_t>("-9223372036854775808") == INT64_MIN);
    CHECK_FALSE(text::number<std::int64_t>("-9223372036854775809"));
}

TEST_CASE("a number ends at a NUL byte only if the string does") {
    CHECK_FALSE(text::number<int>(std::string_view("1\0", 2)));
    CHECK_FALSE(text::number<int>(std::string_view("1\0002", 3)));
}

TEST_CASE("other bases keep the same strictness") {
    CHECK(text::number<unsigned>("0755", 8) == 0755u);
    CHECK_FALSE(text::number<unsigned>("0788", 8));
    CHECK(text::number<unsigned>("ff", 16) == 255u);
}

TEST_CASE("pieces are put together, numbers in decimal") {
    CHECK(text::cat() == "");
    CHECK(text::cat("a", std::string("b"), 'c', 1, -2, std::uint64_t{UINT64_MAX}) == "abc1-218446744073709551615");
}

TEST_CASE("splitting keeps empty parts, and joining undoes it") {
    using Words = std::vector<std::string>;
    CHECK(text::split("", ',') == Words{""});
    CHECK(text::split(",", ',') == Words{"", ""});
    CHECK(text::split("a,,b", ',') == Words{"a", "", "b"});
    for (const std::string words : {"", ",", "a", "a,b", ",a,,b,"})
        CHECK(text::join(text::split(words, ','), ",") == words);
    CHECK(text::join({}, ",").empty());
}

TEST_CASE("trimming takes blanks and line ends from both ends only") {
    CHECK(text::trim("  a b\t\r\n") == "a b");
    CHECK(text::trim(" \n") == "");
    CHECK(text::trim("") == "");
}

TEST_CASE("a quoted string shows every byte in printable ASCII") {
    CHECK(text::quote("box") == R"("box")");
    CHECK(text::quote("a\"b\\c") == R"("a\"b\\c")");
    CHECK(text::quote("\n\t\r") == R"("\n\t\r")");
    CHECK(text::quote(std::string_view("\0", 1)) == R"("\0")");
    CHECK(text::quote("\x1b[31m\x7f\xff") == R"("\x1b[31m\x7f\xff")");
    CHECK(text::quote("ü") == R"("\xc3\xbc")");
}

TEST_CASE("a printable name can't drive the terminal and keeps its UTF-8") {
    CHECK(text::printable("Zürich") == "Zürich");
    CHECK(text::printable("\x1b]0;title\x07") == R"(\x1b]0;title\x07)");
    CHECK(text::printable("two\nlines") == R"(two\nlines)");
}

TEST_CASE("the nearest word is found when it is near enough to be meant") {
    const std::vector<std::string> words{"user", "uts", "mount", "network", "pid"};
    CHECK(text::nearest("usr", words) == "user");
    CHECK(text::nearest("moutn", words) == "mount");
    CHECK(text::nearest("netwrok", words) == "network");
    CHECK(text::nearest("pid", words) == "pid");
    CHECK(text::nearest("kubernetes", words) == "");
    CHECK(text::nearest("", words) == "");
    CHECK(text::nearest("user", {}) == "");
    CHECK(text::did_you_mean("usr", words) == " (did you mean 'user'?)");
    CHECK(text::did_you_mean("kubernetes", words) == "");
}

TEST_CASE("a very long word is not compared at all") { CHECK(text::nearest(std::string(100'000, 'u'), {"uts"}) == ""); }

TEST_CASE("a clean path keeps its dot-dots and loses its dots") {
    CHECK(text::clean_path("/a//b/./c/") == "/a/b/c");
    CHECK(text::clean_path("./a/../b") == "a/../b");
    CHECK(text::clean_path("/") == "/");
    CHECK(text::clean_path("///") == "/");
    CHECK(text::clean_path("") == ".");
    CHECK(text::clean_path(".") == ".");
    CHECK(text::clean_path("/..") == "/..");
}
