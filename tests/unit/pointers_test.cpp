// pointers_test.cpp - the names of the model's fields.
#include "oci/pointers.hpp"

#include <algorithm>

#include "oci/document.hpp"
#include "support.hpp"

using namespace bell;

TEST_CASE("known_fields: words, lists of words, lists of structures, objects with free keys") {
    const std::vector<std::string> fields = oci::known_fields();
    const auto has = [&](std::string_view field) {
        return std::find(fields.begin(), fields.end(), field) != fields.end();
    };
    CHECK(has("/process/user/uid"));
    CHECK(has("/process/args"));
    CHECK(has("/process/ioPriority/class"));
    CHECK(has("/mounts/*/uidMappings/*/size"));
    CHECK(has("/linux/sysctl/*"));
    CHECK(has("/linux/resources/rdma/*/hcaHandles"));
    CHECK_FALSE(has("/process"));
    CHECK(std::adjacent_find(fields.begin(), fields.end()) == fields.end());
}

TEST_CASE("is_of: a star stands for one part") {
    CHECK(oci::is_of("/mounts/0/type", "/mounts/*/type"));
    CHECK(oci::is_of("/linux/sysctl/net.ipv4.ip_forward", "/linux/sysctl/*"));
    CHECK_FALSE(oci::is_of("/mounts/0", "/mounts/*/type"));
    CHECK_FALSE(oci::is_of("/mounts/0/types", "/mounts/*/type"));
}

TEST_CASE("unknown_part: the shortest beginning that isn't the model's") {
    const std::vector<std::string> fields = oci::known_fields();
    CHECK(oci::unknown_part("/windows/network/allow", fields) == "/windows");
    CHECK(oci::unknown_part("/mounts/3/color", fields) == "/mounts/3/color");
    CHECK(oci::unknown_part("/mounts/3/type", fields).empty());
}

TEST_CASE("leaves: all that is said, a list of words as one") {
    const auto document = oci::Document::parse(
        R"({"process":{"args":["a","b"],"cwd":"/"},"mounts":[{"destination":"/x","options":[]}],"linux":{"a/b":null,"c/d":1}})",
        "config.json");
    std::vector<std::string> seen;
    for (const oci::Leaf& leaf : document.leaves()) seen.push_back(leaf.pointer + " " + leaf.value);
    CHECK(seen == std::vector<std::string>{"/process/args [\"a\",\"b\"]", "/process/cwd \"/\"",
                                           "/mounts/0/destination \"/x\"", "/linux/c~1d 1"});
}
