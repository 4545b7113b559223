// capability_names_test.cpp - names and numbers of capabilities belong together.
#include "base/capability_names.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>

using namespace bell;

TEST_CASE("the index of a capability's name is its number in the kernel's header") {
    CHECK(capability::name(CAP_CHOWN) == "CAP_CHOWN");
    CHECK(capability::name(CAP_NET_BIND_SERVICE) == "CAP_NET_BIND_SERVICE");
    CHECK(capability::name(CAP_SYS_ADMIN) == "CAP_SYS_ADMIN");
    CHECK(capability::name(CAP_AUDIT_WRITE) == "CAP_AUDIT_WRITE");
    CHECK(capability::name(CAP_CHECKPOINT_RESTORE) == "CAP_CHECKPOINT_RESTORE");
    CHECK(capability::name(41).empty());
    CHECK(capability::names.size() == CAP_LAST_CAP + 1);
}

TEST_CASE("a capability is found by its name with or without CAP_, in any case") {
    CHECK(capability::number("CAP_KILL") == 5u);
    CHECK(capability::number("cap_kill") == 5u);
    CHECK(capability::number("kill") == 5u);
    CHECK(capability::number("Net_Bind_Service") == 10u);
    CHECK_FALSE(capability::number(""));
    CHECK_FALSE(capability::number("CAP_"));
    CHECK_FALSE(capability::number("CAP_CAP_KILL"));
    CHECK_FALSE(capability::number("kil"));
    CHECK_FALSE(capability::number("5"));
}

TEST_CASE("all capabilities up to the last one the kernel knows") {
    CHECK(capability::all_up_to(0) == 1);
    CHECK(capability::all_up_to(40) == 0x1ffffffffff);
    CHECK(capability::all_up_to(63) == ~std::uint64_t{0});
    CHECK(capability::all_up_to(64) == ~std::uint64_t{0});
}
