// siphash_test.cpp - the values that its authors published.
#include "base/siphash.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bell;

TEST_CASE("the key 00 01 02 ..., the bytes 00 01 02 ...") {
    const SipKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string bytes;
    CHECK(siphash(key, bytes) == 0x726fdb47dd0e0e31);
    for (char each = 0; each < 15; ++each) bytes += each;
    CHECK(siphash(key, bytes.substr(0, 1)) == 0x74f839c593dc67fd);
    CHECK(siphash(key, bytes.substr(0, 8)) == 0x93f5f5799a932462);
    CHECK(siphash(key, bytes) == 0xa129ca6149be45e5);
}

TEST_CASE("a random key is another each time") { CHECK(random_sip_key() != random_sip_key()); }
