// drawing_test.cpp - trees, tables and JSON come out as meant, whatever goes in.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/json_writer.hpp"
#include "cli/tree.hpp"

using namespace bell;
using cli::Row;

TEST_CASE("a tree is drawn in ASCII with its columns aligned") {
    const std::vector<Row> rows = {{{"/", "ext4"}, {}},
                                   {{"/proc", "proc"}, 0},
                                   {{"/sys", "sysfs"}, 0},
                                   {{"/sys/x", "tmpfs"}, 2},
                                   {{"/a", "b"}, 0}};
    CHECK(cli::draw_tree(rows, {}) ==
          "/               ext4\n"
          "|-- /proc       proc\n"
          "|-- /sys        sysfs\n"
          "|   `-- /sys/x  tmpfs\n"
          "`-- /a          b\n");
}

TEST_CASE("on a terminal that takes it, lines are drawn as lines") {
    CHECK(cli::draw_tree({{{"a"}, {}}, {{"b"}, 0}, {{"c"}, 0}}, {true, 0}) == "a\n├── b\n└── c\n");
}

TEST_CASE("no row is lost, whatever its parent") {
    CHECK(cli::draw_tree({{{"a"}, 7}, {{"b"}, 1}}, {}) == "a\nb\n");
    CHECK(cli::draw_tree({{{"a"}, 1}, {{"b"}, 0}}, {}) == "a\n`-- b\n");
    CHECK(cli::draw_tree({}, {}).empty());
}

TEST_CASE("a tree of any depth is drawn, but not wider and wider") {
    std::vector<Row> rows{{{"0"}, {}}};
    for (std::size_t at = 1; at < 100'000; ++at) rows.push_back({{text::cat(at)}, at - 1});
    const std::string drawn = cli::draw_tree(rows, {});
    CHECK(drawn.size() < 20'000'000);
    CHECK(drawn.ends_with("`-- 99999\n"));
}

TEST_CASE("what is drawn can't drive the terminal") {
    CHECK(cli::draw_tree({{{"a\033[2J\n"}, {}}}, {}) == "a\\x1b[2J\\n\n");
    CHECK(cli::draw_tree({{{"\xC3\xA4\xC2\x9B"}, {}}}, {}) == "\\xc3\\xa4\\xc2\\x9b\n");
    CHECK(cli::draw_tree({{{"\xC3\xA4\xC2\x9Bx"}, {}}}, {true, 0}) == "\xC3\xA4\\xc2\\x9bx\n");
}

TEST_CASE("lines are cut at the terminal's width, between letters") {
    CHECK(cli::draw_table({}, {{"abcdef"}}, {false, 4}) == "abcd\n");
    CHECK(cli::draw_table({}, {{"\xC3\xA4\xC3\xA4\xC3\xA4"}}, {true, 2}) == "\xC3\xA4\xC3\xA4\n");
}

TEST_CASE("a fact's words are broken at blanks") {
    std::string words;
    for (int count = 0; count < 12; ++count) words += "capability ";
    const std::string drawn = cli::draw_fact("capabilities", words, {});
    CHECK(drawn.starts_with("capabilities  capability capability"));
    CHECK(drawn.find("\n              capability") != std::string::npos);
    CHECK(cli::draw_fact("root", "/", {}) == "root          /\n");
}

TEST_CASE("JSON has its commas and its escapes") {
    cli::JsonWriter json;
    json.object([&] {
        json.key("a").number(-1);
        json.key("b").array([&] {
            json.string("x\"\\\n\x7f");
            json.boolean(true);
            json.null();
            json.object([] {});
        });
        json.key("c").array([] {});
    });
    CHECK(json.text() == R"({"a":-1,"b":["x\"\\\u000a\u007f",true,null,{}],"c":[]})");
}

TEST_CASE("JSON strings are UTF-8 even if the words aren't") {
    const auto written = [](std::string_view words) {
        cli::JsonWriter json;
        json.string(words);
        return json.text();
    };
    CHECK(written("\xC3\xA4\xF0\x9F\x90\xB3") == "\"\xC3\xA4\xF0\x9F\x90\xB3\"");
    CHECK(written("\xFF\xC3") == R"("\ufffd\ufffd")");
    CHECK(written("\xC0\x80") == R"("\ufffd\ufffd")");            // overlong
    CHECK(written("\xED\xA0\x80") == R"("\ufffd\ufffd\ufffd")");  // half of a pair
    CHECK(written("\xF4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");
}
