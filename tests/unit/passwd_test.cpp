// passwd_test.cpp - users and groups come from files that a stranger may have written.
#include "sys/passwd.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace bell;

namespace {
const passwd::Files files{
    "root:x:0:0:root:/root:/bin/sh\n"
    "1000:x:0:0::/:\n"
    "alice:x:1234:55:Alice:/home/alice:/bin/sh\n"
    "nohome:x:7:7\n"
    "alice:x:0:0::/:\n",
    "root:x:0:\naudio:x:29:bob,alice\nvideo:x:44:alice\nstaff:x:55:alice\naudio:x:0:\nnear:x:5:alice2,malice\n"};
}

TEST_CASE("a line is read, or passed over") {
    const auto user = passwd::parse_passwd_line("alice:x:1234:55:Alice:/home/alice:/bin/sh");
    REQUIRE(user);
    CHECK(user->name == "alice");
    CHECK(user->uid == 1234);
    CHECK(user->gid == 55);
    CHECK(user->home == "/home/alice");
    for (const char* line : {"", ":", "a:b:c", "a:x::0", ":x:0:0", "a:x:1x:0", "a:x:-1:0", "a:x:4294967295:0",
                             "a:x:99999999999999999999:0", "+::::::", "#comment"})
        CHECK_FALSE(passwd::parse_passwd_line(line));
    const auto group = passwd::parse_group_line("audio:x:29:bob,alice");
    REQUIRE(group);
    CHECK(group->gid == 29);
    CHECK(group->members == "bob,alice");
    CHECK_FALSE(passwd::parse_group_line("audio:x:"));
    CHECK_FALSE(passwd::parse_group_line("audio"));
}

TEST_CASE("a number is never a name") {
    CHECK(passwd::find("1000", files).uid == 1000);
    CHECK(passwd::find("1000", files).gid == 0);
    CHECK(passwd::is_number("0"));
    CHECK_FALSE(passwd::is_number("1000x"));
    CHECK_FALSE(passwd::is_number("-1"));
    CHECK_FALSE(passwd::is_number(""));
    CHECK_THROWS_AS(passwd::find("4294967295", files), Error);
    CHECK_THROWS_AS(passwd::find("4294967296", files), Error);
    CHECK_THROWS_AS(passwd::find("0:99999999999", files), Error);
    CHECK(passwd::find("2147483648:2147483648", files).gid == 2147483648u);
    CHECK(passwd::find("4294967294", files).uid == passwd::largest_id);
}

TEST_CASE("a user brings its groups, unless a group is named") {
    const passwd::Account alice = passwd::find("alice", files);
    CHECK(alice.uid == 1234);
    CHECK(alice.gid == 55);
    CHECK(alice.groups == std::vector<std::uint32_t>{29, 44});
    CHECK(alice.home == "/home/alice");
    CHECK(passwd::find("1234", files).groups == alice.groups);
    CHECK(passwd::find("alice:audio", files).gid == 29);
    CHECK(passwd::find("alice:audio", files).groups.empty());
    CHECK(passwd::find("alice:7", files).gid == 7);
    CHECK(passwd::find("nohome", files).home == "/");
    CHECK(passwd::find("", files).uid == 0);
}

TEST_CASE("what isn't there is told") {
    CHECK_THROWS_WITH_AS(passwd::find("bob", files), "user bob: not in /etc/passwd", Error);
    CHECK_THROWS_WITH_AS(passwd::find("alice:none", files), "group none: not in /etc/group", Error);
    CHECK_THROWS_AS(passwd::find("1000x", files), Error);
    CHECK_THROWS_AS(passwd::find("root\n", files), Error);
    CHECK(passwd::find("5", {}).uid == 5);
}
