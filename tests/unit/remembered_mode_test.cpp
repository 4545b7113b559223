// remembered_mode_test.cpp - a directory's mode as bytes, and back; and bytes that aren't one.
#include "image/remembered_mode.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bell;
using image::remember_mode;
using image::remembered_mode;
using namespace std::string_literals;

TEST_CASE("a mode is written as containers-storage and fuse-overlayfs do") {
    CHECK(remember_mode(0, 0, 0755) == "0:0:0755");
    CHECK(remember_mode(1000, 4294967294u, 01300) == "1000:4294967294:01300");
    CHECK(remember_mode(0, 0, 0) == "0:0:00");
}

TEST_CASE("and comes back, while the directory has what was made of it") {
    for (const mode_t mode : {0u, 0300u, 0100u, 02070u, 01477u})
        CHECK(remembered_mode(remember_mode(1, 2, mode), mode | image::read_and_enter) == mode);
    CHECK_FALSE(remembered_mode(remember_mode(1, 2, 0300), 0755));
    CHECK_FALSE(remembered_mode(remember_mode(1, 2, 0300), 0300));
}

TEST_CASE("what isn't of that form is no mode") {
    for (const std::string& bytes :
         {""s, "0"s, "0:0"s, "0:0:"s, "0:0:8"s, "0:0:0:dir"s, "0:0:010000"s, ":0:0"s, "a:0:0"s, "0:0:-1"s, "0:0: 0"s,
          "4294967296:0:0"s, "0:0:0\0"s, "0:0:99999999999999999999"s})
        CHECK_FALSE(remembered_mode(bytes, 0500));
}
