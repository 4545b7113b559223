// acl_test.cpp - an access list as the kernel keeps it, byte by byte.
#include "image/acl.hpp"

#include <doctest/doctest.h>

using namespace bell::image;
using namespace std::string_literals;

TEST_CASE("entries go in the order of their tags, then of their ids") {
    CHECK(acl_attribute({}) == "\2\0\0\0"s);
    CHECK(
        acl_attribute({{AclTag::other, 4, 0}, {AclTag::user, 6, 1000}, {AclTag::mask, 7, 0}, {AclTag::user, 5, 258}}) ==
        "\2\0\0\0"
        "\2\0\5\0\2\1\0\0"
        "\2\0\6\0\xe8\3\0\0"
        "\x10\0\7\0\xff\xff\xff\xff"
        "\x20\0\4\0\xff\xff\xff\xff"s);
}

TEST_CASE("the mask is the group's bits") {
    CHECK(acl_mask({{AclTag::owner, 6, 0}, {AclTag::mask, 3, 0}}) == 3);
    CHECK_FALSE(acl_mask({{AclTag::owner, 6, 0}, {AclTag::group, 3, 0}}));
}
