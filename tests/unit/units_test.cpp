// units_test.cpp - cli/units.hpp: amounts as people write them, and nothing else.
#include "cli/units.hpp"

#include "support.hpp"

using namespace bell;
using test::error_of;

TEST_CASE("bytes come with units of 1024") {
    CHECK(cli::bytes("--memory", "0") == 0);
    CHECK(cli::bytes("--memory", "4096") == 4096);
    CHECK(cli::bytes("--memory", "4096B") == 4096);
    for (const std::string words : {"64k", "64K", "64Ki", "64KiB", "64kB"}) {
        CAPTURE(words);
        CHECK(cli::bytes("--memory", words) == 64 * 1024);
    }
    CHECK(cli::bytes("--memory", "64M") == 64LL << 20);
    CHECK(cli::bytes("--memory", "3G") == 3LL << 30);
    CHECK(cli::bytes("--memory", "2T") == 2LL << 40);
    CHECK(cli::bytes("--memory", "max") == -1);
    CHECK(cli::bytes("--memory", "-1") == -1);
}

TEST_CASE("bytes that are no bytes are refused with the option's name") {
    for (const std::string words : {"", "M", "iB", "B", "64X", "64MM", "1.5G", "-2", "-0", "64 M", "0x40", "8388608T",
                                    "64M ", "64i", "64iB", "9223372036854775808"}) {
        CAPTURE(words);
        CHECK_THROWS_AS(cli::bytes("--memory", words), Error);
    }
    CHECK(error_of([] { (void)cli::bytes("--memory", "64X"); }).message() ==
          "--memory 64X: must be bytes, as in 64M or 1G (or max)");
}

TEST_CASE("the largest number of bytes is the kernel's") {
    CHECK(cli::bytes("--memory", "9223372036854775807") == INT64_MAX);
    CHECK(cli::bytes("--memory", "8388607T") == 8388607LL << 40);
}

TEST_CASE("an integer is checked against its range") {
    CHECK(cli::integer("--pids", "20", 1, 100) == 20);
    CHECK(cli::integer("--pids", "1", 1, 100) == 1);
    CHECK(cli::integer("--pids", "100", 1, 100) == 100);
    for (const std::string words : {"0", "101", "-1", "20x", ""})
        CHECK_THROWS_AS(cli::integer("--pids", words, 1, 100), Error);
    CHECK(error_of([] { (void)cli::integer("--pids", "0", 1, 100); }).message() ==
          "--pids 0: must be a whole number from 1 to 100");
}

TEST_CASE("a time is microseconds, or has a unit") {
    CHECK(cli::microseconds("--cpu", "50000") == 50000);
    CHECK(cli::microseconds("--cpu", "250us") == 250);
    CHECK(cli::microseconds("--cpu", "100ms") == 100'000);
    CHECK(cli::microseconds("--cpu", "0.5s") == 500'000);
    CHECK(cli::microseconds("--cpu", "1.25ms") == 1250);
    CHECK(cli::microseconds("--cpu", "2s") == 2'000'000);
    for (const std::string words :
         {"", "s", "ms", "-1", "-1s", "-0.5s", "1.s", ".5s", "0.1234s", "1m", "1 s", "1,5s"}) {
        CAPTURE(words);
        CHECK_THROWS_AS(cli::microseconds("--cpu", words), Error);
    }
    CHECK_THROWS_AS(cli::microseconds("--cpu", "9223372036854775807s"), Error);
}

TEST_CASE("a mode is octal") {
    CHECK(cli::mode("--mode", "0755") == 0755);
    CHECK(cli::mode("--mode", "1777") == 01777);
    for (const std::string words : {"", "0888", "10000", "-1", "rwx"})
        CHECK_THROWS_AS(cli::mode("--mode", words), Error);
}

TEST_CASE("amounts are shown to people with one unit") {
    CHECK(cli::human_bytes(0) == "0B");
    CHECK(cli::human_bytes(1023) == "1023B");
    CHECK(cli::human_bytes(1536) == "1.5K");
    CHECK(cli::human_bytes(64ULL << 20) == "64M");
    CHECK(cli::human_bytes(UINT64_MAX) == "unlimited");
    CHECK(cli::human_bytes(0x7ffffffffffff000) == "unlimited");
}
