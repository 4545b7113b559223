// narrate_test.cpp - base/narrate.hpp: what --explain prints, in its three formats.
#include "base/narrate.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support.hpp"

using namespace bell;
using narrate::Level;
using test::contains;
using test::told;
using Lines = std::vector<std::string>;

namespace {

void one_call(std::string_view call, std::string arguments, narrate::Weight weight = narrate::Weight::principal) {
    narrate::tell({call, std::move(arguments), "", weight, false});
}

const narrate::Switch brief{Level::brief, false, false};
const narrate::Switch full{Level::full, false, false};
const narrate::Switch json{Level::json, false, false};

}  // namespace

TEST_CASE("nothing is told unless it was asked for") {
    CHECK(told({}, [] {
              const narrate::Section step("ns-enter", "a name");
              one_call("sethostname", "\"box\"");
              narrate::note("x");
              narrate::title("x");
          }).empty());
}

TEST_CASE("the brief form has a numbered sentence and the call, in their columns") {
    const Lines lines = told(brief, [] {
        narrate::title("box: demo/config.json in 7 steps");
        {
            const narrate::Section step("ns-enter", "a name only it sees", "uts_namespaces(7)");
            one_call("sethostname", narrate::arguments("box"));
        }
        const narrate::Section step("priv-drop", "fewer powers");
        narrate::note("still 3 of 41");
    });
    const Lines expected{
        "box: demo/config.json in 7 steps",         "1 ns-enter       a name only it sees",
        "                 -> sethostname(\"box\")", "2 priv-drop      fewer powers",
        "                    still 3 of 41",
    };
    CHECK(lines == expected);
}

TEST_CASE("repeats fold into the first of them") {
    const Lines lines = told(brief, [] {
        const narrate::Section step("bind-mounter", "its files");
        for (int i = 0; i < 13; ++i) one_call("mount", narrate::arguments("proc", text::cat("/m", i)));
        one_call("mknod", "\"null\"");
        one_call("mount", "\"last\"");
    });
    const Lines expected{
        "1 bind-mounter   its files",
        "                 -> mount(\"proc\", \"/m0\")  +12",
        "                 -> mknod(\"null\")",
        "                 -> mount(\"last\")",
    };
    CHECK(lines == expected);
}

TEST_CASE("details are left out of the brief form, failures are not") {
    const Lines lines = told(brief, [] {
        const narrate::Section step("root-pivot", "the only root");
        one_call("fchdir", "\"/\"", narrate::Weight::detail);
        narrate::tell({"fchdir", "\"/x\"", "ENOENT (No such file or directory)", narrate::Weight::detail, true});
    });
    REQUIRE(lines.size() == 2);
    CHECK(lines[1] == "                 -> fchdir(\"/x\") = ENOENT (No such file or directory)");
}

TEST_CASE("no brief line is wider than 80 columns, the fold's count included") {
    const std::string wide(200, 'w');
    const Lines lines = told(brief, [&] {
        narrate::title(wide);
        const narrate::Section step("bind-mounter", wide, wide);
        narrate::note(wide);
        for (int i = 0; i < 1000; ++i) one_call("mount", wide);
    });
    REQUIRE(lines.size() == 4);
    for (const std::string& line : lines) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
    }
    CHECK(lines[3].ends_with("...  +999"));
}

TEST_CASE("a line is never cut within a letter") {
    const Lines lines = told(brief, [] {
        for (std::size_t shift = 0; shift < 4; ++shift) {
            std::string line(shift, 'a');
            for (int i = 0; i < 100; ++i) line += "ü";
            narrate::title(line);
        }
    });
    for (const std::string& line : lines) {
        CHECK(line.size() <= 80);
        CHECK_NOTHROW((void)nlohmann::json(line).dump());  // strict about UTF-8
    }
}

TEST_CASE("the full form tells every call with process, time and man page") {
    const Lines lines = told(full, [] {
        const narrate::Section step("ns-enter", "a name only it sees", "uts_namespaces(7)");
        one_call("sethostname", "\"box\"");
        one_call("sethostname", "\"box\"");
        one_call("fchdir", "\"/\"", narrate::Weight::detail);
    });
    REQUIRE(lines.size() == 4);
    CHECK(contains(lines[0], "[uts_namespaces(7)]"));
    CHECK(lines[1].starts_with(text::cat("  [", getpid(), " 0.0")));
    CHECK(lines[1].ends_with("] sethostname(\"box\")  sethostname(2)"));
    CHECK(contains(lines[3], "fchdir"));
}

TEST_CASE("every line of the JSON form is one valid object") {
    const Lines lines = told(json, [] {
        narrate::title("a \"title\" with \\ and \x01 and \xff");
        const narrate::Section step("ns-enter", "why\n", "uts_namespaces(7)");
        narrate::tell({"sethostname", narrate::arguments("b\"ox"), "", narrate::Weight::principal, false});
        narrate::tell({"mount", "", "EPERM (Operation not permitted)", narrate::Weight::detail, true});
        narrate::note("still");
    });
    REQUIRE(lines.size() == 5);
    for (const std::string& line : lines) {
        CAPTURE(line);
        const auto object = nlohmann::json::parse(line);
        CHECK(object["pid"] == getpid());
        CHECK(object["time"].is_number());
        CHECK(object["step"].is_number_integer());
    }
    const auto call = nlohmann::json::parse(lines[2]);
    CHECK(call["call"] == "sethostname");
    CHECK(call["arguments"] == R"("b\"ox")");
    CHECK(call["ok"] == true);
    CHECK(call["step"] == 1);
    CHECK(nlohmann::json::parse(lines[3])["ok"] == false);
}

TEST_CASE("arguments are quoted, numbers are not, raw words stay raw") {
    CHECK(narrate::arguments("a\n", 1, narrate::Raw{"NEWPID|NEWNS"}, std::string("b")) ==
          R"("a\n", 1, NEWPID|NEWNS, "b")");
    CHECK(narrate::arguments().empty());
}

TEST_CASE("step and dry run imply that something is told") {
    narrate::configure({Level::off, false, true});
    CHECK(narrate::on());
    CHECK(narrate::dry_run());
    narrate::configure({});
    CHECK_FALSE(narrate::on());
    CHECK(narrate::carried().empty());
}

TEST_CASE("the switch goes to the next tool as one word and comes back the same") {
    for (const Level level : {Level::brief, Level::full, Level::json}) {
        const narrate::Switch wanted{level, false, true};
        narrate::configure(wanted, 7);
        const std::string word = narrate::carried();
        CHECK(word.ends_with("+dry@7"));
        narrate::configure({});
        narrate::take_over(word);
        CHECK(narrate::detail::current.level == level);
        CHECK(narrate::dry_run());
        CHECK(narrate::carried() == word);
        narrate::configure({});
    }
    for (const std::string nothing : {"", "full", "@"}) {
        narrate::take_over(nothing);
        CHECK_FALSE(narrate::on());
    }
}

TEST_CASE("what was typed for a tool wins over what was handed on, but dry stays dry") {
    narrate::configure({Level::json, false, false});
    narrate::take_over("brief+step+dry@3");
    CHECK(narrate::detail::current.level == Level::json);
    CHECK(narrate::carried() == "json+step+dry@3");
    narrate::configure({});
}

TEST_CASE("steps are numbered on from where the tool before left off") {
    const Lines lines = told(brief, [] {
        narrate::configure(brief, 4);
        const narrate::Section step("root-pivot", "the only root");
    });
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("4 root-pivot"));
}
