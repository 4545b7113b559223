// capabilities_test.cpp - names become bits and back.
#include "concepts/capabilities.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace bell;

TEST_CASE("the five sets of a config become bits, and names again") {
    oci::Capabilities config;
    config.bounding = {"CAP_NET_RAW", "CAP_KILL", "CAP_KILL"};
    config.permitted = {"CAP_KILL"};
    const capabilities::Sets sets = capabilities::from(config);
    CHECK(sets.bounding == ((1u << 13) | (1u << 5)));
    CHECK(sets.permitted == 1u << 5);
    CHECK(sets.effective == 0);
    CHECK(capabilities::names(sets).bounding == std::vector<std::string>{"CAP_KILL", "CAP_NET_RAW"});
    CHECK(capabilities::names(sets).ambient == std::vector<std::string>{});
}

TEST_CASE("a config's unknown capability is left out") {
    oci::Capabilities config;
    config.effective = {"CAP_TO_FLY", "kill", "CAP_CHOWN", "CAP_", ""};
    CHECK(capabilities::from(config).effective == 1);
}

TEST_CASE("a typed capability must be one") {
    CHECK(capabilities::bit("kill") == 1u << 5);
    CHECK(capabilities::bit("CAP_KILL") == 1u << 5);
    CHECK(capabilities::bit("63") == std::uint64_t{1} << 63);
    CHECK_THROWS_AS(capabilities::bit("64"), Error);
    CHECK_THROWS_AS(capabilities::bit("-1"), Error);
    CHECK_THROWS_AS(capabilities::bit(""), Error);
    CHECK_THROWS_WITH_AS(capabilities::bit("netraw"), "capability netraw: unknown (did you mean 'net_raw'?)", Error);
}

TEST_CASE("sets are told in words") {
    CHECK(capabilities::words(0) == "none");
    CHECK(capabilities::words(capabilities::all()) == "all");
    CHECK(capabilities::words(0x21) == "chown,kill");
    CHECK(capabilities::words(0xff).starts_with("8 of "));
}

TEST_CASE("nothing beyond what this process has can be granted") {
    const capabilities::Sets held = capabilities::of_this_process();
    const std::uint64_t all = capabilities::all();
    const capabilities::Sets granted = capabilities::grantable({all, all, all, all, all});
    CHECK(granted.bounding == held.bounding);
    CHECK(granted.permitted == held.permitted);
    CHECK((granted.effective & ~granted.permitted) == 0);
    CHECK((granted.ambient & ~(granted.permitted & granted.inheritable)) == 0);
}
