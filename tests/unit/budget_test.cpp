// budget_test.cpp - what a document may cost: hostile JSON is refused before it is parsed.
#include <chrono>

#include "oci/document.hpp"
#include "oci/state.hpp"
#include "support.hpp"

using namespace bell;
using test::contains;

namespace {

std::string refusal(const std::string& json, const oci::Budget& budget = {}) {
    return test::error_of([&] { oci::check_budget(json, "config.json", budget); }).message();
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += piece;
    return out;
}

std::string with_keys(std::size_t count) {
    std::string json = "{";
    for (std::size_t i = 0; i < count; ++i) json += text::cat(i > 0 ? "," : "", "\"k", i, "\":1");
    return json + "}";
}

}  // namespace

TEST_CASE("nesting of 200000 levels is refused, not recursed into") {
    for (const std::string open : {"[", "{\"a\":", "[{\"a\":"})
        CHECK(refusal(repeated(open, 200'000)) == "config.json: nested deeper than 64 levels");
    CHECK_THROWS_AS(oci::Document::parse(repeated("[", 200'000), "config.json"), Error);
    CHECK_THROWS_AS(oci::parse_state(repeated("[", 200'000), "state.json"), Error);
    CHECK_THROWS_AS(oci::parse_seccomp(repeated("[", 200'000), "seccomp.json"), Error);
}

TEST_CASE("the depth allowed is counted exactly") {
    CHECK_NOTHROW(oci::check_budget(repeated("[", 64) + repeated("]", 64), "c"));
    CHECK_THROWS_AS(oci::check_budget(repeated("[", 65) + repeated("]", 65), "c"), Error);
    CHECK_NOTHROW(oci::check_budget(repeated("[],", 1000), "c"));
}

TEST_CASE("an object with too many keys is refused, in reasonable time") {
    CHECK_NOTHROW(oci::check_budget(with_keys(10'000), "c"));
    CHECK(refusal(with_keys(10'001)) == "config.json: an object has more than 10000 keys");
    const auto start = std::chrono::steady_clock::now();
    CHECK_NOTHROW(oci::Document::parse(with_keys(10'000), "c"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("many objects of many keys each are refused as well") {
    CHECK_NOTHROW(oci::check_budget("[" + repeated(with_keys(1'000) + ",", 20) + "1]", "c"));
    CHECK(refusal("[" + repeated(with_keys(10'000) + ",", 20) + "1]") ==
          "config.json: too many objects with too many keys");
}

TEST_CASE("a document that is too large is refused") {
    CHECK(refusal(std::string((std::size_t{4} << 20) + 1, ' ')) == "config.json: larger than 4194304 bytes");
    CHECK_NOTHROW(oci::check_budget(std::string(std::size_t{4} << 20, ' '), "c"));
    CHECK(contains(refusal("12345", {4, 64, 100}), "larger than 4 bytes"));
}

TEST_CASE("braces and colons inside strings cost nothing") {
    CHECK_NOTHROW(oci::check_budget("{\"a\":\"" + repeated("[{:\\\"", 10'000) + "\"}", "c"));
}

TEST_CASE("closing more than was opened is left to the parser") {
    CHECK_NOTHROW(oci::check_budget(repeated("]", 1000), "c"));
    CHECK_THROWS_AS(oci::Document::parse(repeated("]", 1000), "c"), Error);
}
