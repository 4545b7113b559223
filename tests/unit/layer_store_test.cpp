// layer_store_test.cpp - names of layers in a store, and of an overlay's layers in its options.
#include "image/layer_store.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "concepts/overlay.hpp"

using namespace bell;

TEST_CASE("a layer's ChainID is a digest of all DiffIDs up to it") {
    const std::string first = "sha256:" + std::string(64, 'a'), second = "sha256:" + std::string(64, 'b');
    const auto chain = image::chain_ids({first, second, first});
    REQUIRE(chain.size() == 3);
    CHECK(chain[0].text() == first);
    CHECK(chain[1].text() == image::digest_of(first + " " + second).text());
    CHECK(chain[2].text() == image::digest_of(chain[1].text() + " " + first).text());
    // printf 'sha256:aaa... sha256:bbb...' | sha256sum
    CHECK(chain[1].hex == "ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c");
    CHECK(image::chain_ids({}).empty());
    CHECK_THROWS_AS(image::chain_ids({"sha256:../../etc"}), Error);
}

TEST_CASE("lowerdir's layers") {
    using Layers = std::vector<std::string>;
    CHECK(mounts::layers_of("/a:/b") == Layers{"/a", "/b"});
    CHECK(mounts::layers_of(R"(/a\:b:/c\\)") == Layers{"/a:b", "/c\\"});
    CHECK(mounts::layers_of("") == Layers{""});
}

TEST_CASE("kernels that take layers one by one") {
    CHECK(mounts::takes_layers_one_by_one("6.7.0"));
    CHECK(mounts::takes_layers_one_by_one("6.18.5-cloud"));
    CHECK(mounts::takes_layers_one_by_one("7.0-rc1"));
    CHECK_FALSE(mounts::takes_layers_one_by_one("6.1.0-40-amd64"));
    CHECK_FALSE(mounts::takes_layers_one_by_one("5.15.0"));
    CHECK_FALSE(mounts::takes_layers_one_by_one("odd"));
}

TEST_CASE("a few layers are named as they are, many one by one or by numbers") {
    const std::vector<std::string> few = {"lowerdir=/a:/b", "upperdir=/u", "workdir=/w"};
    CHECK(mounts::OverlayOptions(few).words() == few);
    std::string lower = "lowerdir=/usr";
    for (int i = 0; i < 80; ++i) lower += ":/usr";
    const mounts::OverlayOptions many({lower, "userxattr"});
    CHECK(many.words().back() == "userxattr");
    for (const std::string& each : many.words()) CHECK(each.size() < 256 + 9);
    const std::vector<std::string> for_the_kernel = {"lowerdir=" + std::string(300, 'x') + "::/data"};
    CHECK(mounts::OverlayOptions(for_the_kernel).words() == for_the_kernel);
}
