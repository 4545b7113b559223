// remembered_owner_test.cpp - an owner as bytes, and back; and bytes that aren't one.
#include "image/remembered_owner.hpp"

#include <doctest/doctest.h>

using namespace bell;
using image::remember_owner;
using image::remembered_owner;
using Owner = std::pair<uid_t, gid_t>;
using namespace std::string_literals;

TEST_CASE("an owner is what umoci writes for it") {
    CHECK(remember_owner(0, 0).empty());
    CHECK(remember_owner(1000, 1000) == "\x08\xe8\x07\x10\xe8\x07");
    CHECK(remember_owner(0, 1) == "\x10\x01");
    CHECK(remember_owner(127, 128) == "\x08\x7f\x10\x80\x01");
    CHECK(remember_owner(4294967294u, 0) == "\x08\xfe\xff\xff\xff\x0f");
}

TEST_CASE("and comes back") {
    for (const Owner& owner : {Owner{0, 0}, Owner{1000, 100}, Owner{0, 65534}, Owner{4294967294u, 2097152}})
        CHECK(remembered_owner(remember_owner(owner.first, owner.second)) == owner);
    CHECK(remembered_owner(remember_owner(image::no_id, 5)) == Owner{image::no_id, 5});
}

TEST_CASE("fields that aren't known are skipped, the last of two counts") {
    CHECK(remembered_owner("\x1a\x03xyz\x08\x05"s) == Owner{5, 0});
    CHECK(remembered_owner("\x19\x01\x02\x03\x04\x05\x06\x07\x08\x10\x02"s) == Owner{0, 2});
    CHECK(remembered_owner("\x25\x01\x02\x03\x04\x28\x80\x01\x08\x06"s) == Owner{6, 0});
    CHECK(remembered_owner("\x08\x05\x08\x06"s) == Owner{6, 0});
}

TEST_CASE("what isn't such a message is no owner") {
    for (const std::string& bytes : {"\x08"s, "\x08\x80"s, "\xff"s, "\x1a\x04xyz"s, "\x19\x01"s, "\x0b"s,
                                     "\x08\x80\x80\x80\x80\x10"s, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
                                     "\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, "root"s})
        CHECK_FALSE(remembered_owner(bytes));
}
