// image_convert_test.cpp - from an image's documents to a runtime's config.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "image/convert.hpp"
#include "image/user.hpp"

using namespace bell;

namespace {

constexpr std::string_view passwd =
    "root:x:0:0:root:/root:/bin/sh\nbroken\nweb:x:33:44::/:\n1000:x:0:0::/:\nfar:x:4294967296:0::/:\n";
constexpr std::string_view group = "root:x:0:\nweb:x:44:web\nlog:x:4:sys,web\nlog2:x:4:web\nbig:x:99999999999:web\n";

}  // namespace

TEST_CASE("users by name get their groups, by number only what is said") {
    oci::User web;
    web.uid = 33;
    web.gid = 44;
    web.additionalGids = {4};
    CHECK(image::resolve_user("web", passwd, group) == web);
    CHECK(image::resolve_user("33", passwd, group).gid == 44);
    CHECK(image::resolve_user("33", passwd, group).additionalGids.empty());
    CHECK(image::resolve_user("web:log", passwd, group).gid == 4);
    CHECK(image::resolve_user("7:8", "", "").uid == 7);
    CHECK(image::resolve_user("7:8", "", "").gid == 8);
    CHECK(image::resolve_user("1000", passwd, group).uid == 1000);
}

TEST_CASE("users that can't be known are errors") {
    for (const char* bad : {"nobody", "far", "1000x", "-1", "2147483648", "4294967296", "web:none", "7:99999999999"})
        CHECK_THROWS_AS(image::resolve_user(bad, passwd, group), Error);
}

TEST_CASE("labels win over what is derived, and give no orders") {
    const oci::ImageConfig config = oci::parse_image_config(
        R"({"architecture":"arm","os":"linux","author":"me","rootfs":{"type":"layers","diff_ids":[]},
            "config":{"Entrypoint":["a"],"Cmd":["b"],"Env":["PATH=/x"],"ExposedPorts":{"80/tcp":{},"53/udp":{}},
            "Volumes":{"/var/lib/data":{}},"StopSignal":"SIGQUIT",
            "Labels":{"org.opencontainers.image.author":"you","run.oci.handler":"wasm","x":"y"}}})",
        "config");
    const image::Conversion done = image::convert(config, {}, false, 0, 0);
    CHECK(done.config.annotations.at("org.opencontainers.image.author") == "you");
    CHECK(done.config.annotations.at("org.opencontainers.image.architecture") == "arm");
    CHECK(done.config.annotations.at("org.opencontainers.image.stopSignal") == "SIGQUIT");
    CHECK(done.config.annotations.at("org.opencontainers.image.exposedPorts") == "53/udp,80/tcp");
    CHECK(done.config.annotations.count("run.oci.handler") == 0);
    CHECK(done.warnings.size() == 1);
    CHECK(done.config.process->args == std::vector<std::string>{"a", "b"});
    CHECK(done.config.process->env.front() == "PATH=/x");
    CHECK(done.config.mounts.back().destination == "/var/lib/data");
    CHECK(done.config.mounts.back().source == "volumes/var-lib-data");
    CHECK(image::volume_directory("a/b") != image::volume_directory("a-b"));
    CHECK(image::volume_directory("a/-b") != image::volume_directory("a-/b"));
    CHECK(image::volume_directory(std::string(5000, 'x')).size() < 255);
    CHECK(image::volume_directory(std::string(5000, 'x')) != image::volume_directory(std::string(5001, 'x')));
}

TEST_CASE("documents that could be two things are refused") {
    const std::string digest(64, 'a');
    const std::string config = R"({"mediaType":"x","digest":"sha256:)" + digest + R"(","size":1})";
    CHECK_THROWS_AS(
        oci::parse_manifest(R"({"schemaVersion":2,"config":)" + config + R"(,"layers":[],"manifests":[]})", "m"),
        Error);
    CHECK_THROWS_AS(oci::parse_index(R"({"schemaVersion":2,"manifests":[],"layers":[]})", "i"), Error);
    CHECK_THROWS_AS(oci::parse_index(R"({"schemaVersion":1,"manifests":[]})", "i"), Error);
    CHECK_THROWS_AS(
        oci::parse_index(R"({"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"y","size":-1}]})", "i"), Error);
}

TEST_CASE("image documents come back as they were written") {
    oci::Index index;
    index.manifests.push_back(
        {"type", "sha256:" + std::string(64, 'b'), 12, {{"a", "b"}}, oci::Platform{"arm", "linux", {}, {}, "v7"}, {}});
    CHECK(oci::parse_index(oci::to_json(index), "i") == index);
    oci::ImageConfig config;
    config.architecture = "amd64";
    config.os = "linux";
    config.config.emplace().exposedPorts["80/tcp"];
    config.rootfs = {"layers", {"sha256:" + std::string(64, 'c')}};
    CHECK(oci::parse_image_config(oci::to_json(config), "c") == config);
}
