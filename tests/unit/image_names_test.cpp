// image_names_test.cpp - digests, media types, entry paths, whiteouts: the words of an image that become paths.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "image/digest.hpp"
#include "image/inflate.hpp"
#include "image/media.hpp"
#include "image/select.hpp"
#include "image/whiteout.hpp"

using namespace bell;
using image::Whiteout;

TEST_CASE("a digest is an algorithm and the right number of lower-case hex digits, nothing else") {
    const std::string hex(64, 'a');
    CHECK(image::Digest::parse("sha256:" + hex, "x").path() == "sha256/" + hex);
    CHECK(image::Digest::parse("sha512:" + hex + hex, "x").algorithm == image::Algorithm::sha512);
    for (const std::string& bad :
         {std::string(), "sha256:" + hex + "a", "sha256:" + hex.substr(1), "sha512:" + hex, "md5:" + hex,
          "sha256:../" + hex.substr(3), "sha256:" + std::string(64, 'A'), "sha256" + hex, hex, "sha256:" + hex + "\n"})
        CHECK_THROWS_AS(image::Digest::parse(bad, "x"), Error);
}

TEST_CASE("digests are those of the standard") {
    CHECK(image::digest_of("").text() == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(image::digest_of("abc", image::Algorithm::sha512).hex.starts_with("ddaf35a193617abacc417349ae204131"));
}

TEST_CASE("media types of layers tell their compression") {
    CHECK(image::media::find("application/vnd.docker.image.rootfs.diff.tar.gzip")->compression ==
          image::Compression::gzip);
    for (const auto how : {image::Compression::none, image::Compression::gzip, image::Compression::zstd})
        CHECK(image::media::find(image::media::layer(how))->compression == how);
    CHECK(image::media::find("application/vnd.oci.image.layer.v1.tar+gzip+encrypted") == nullptr);
    CHECK_THROWS_AS(image::media::require(image::media::index, image::Kind::layer, "x"), Error);
}

TEST_CASE("the first bytes tell the compression") {
    CHECK(image::recognise("\x1f\x8b\x08") == image::Compression::gzip);
    CHECK(image::recognise("\x28\xb5\x2f\xfd....") == image::Compression::zstd);
    CHECK(image::recognise("\x5a\x2a\x4d\x18....") == image::Compression::zstd);
    CHECK(image::recognise("etc/") == image::Compression::none);
    CHECK(image::recognise("") == image::Compression::none);
}

TEST_CASE("an entry's path is below the root") {
    CHECK(image::entry_path("./usr//bin/./sh/") == "usr/bin/sh");
    CHECK(image::entry_path("/etc/passwd") == "etc/passwd");
    CHECK(image::entry_path("././") == "");
    CHECK(image::entry_path("a..b/...") == "a..b/...");
    for (const char* bad : {"..", "../x", "a/..", "a/../b", "/..", "./.."})
        CHECK_THROWS_AS(image::entry_path(bad), Error);
}

TEST_CASE("reserved names are whiteouts, or refused") {
    CHECK(image::whiteout("etc/motd").kind == Whiteout::Kind::none);
    CHECK(image::whiteout("etc/.wh.motd").kind == Whiteout::Kind::remove);
    CHECK(image::whiteout("etc/.wh.motd").directory == "etc");
    CHECK(image::whiteout("etc/.wh.motd").name == "motd");
    CHECK(image::whiteout(".wh..wh..opq").kind == Whiteout::Kind::opaque);
    CHECK(image::whiteout(".wh..wh.plnk").kind == Whiteout::Kind::ignore);
    CHECK(image::whiteout("a.wh.b").kind == Whiteout::Kind::none);
    for (const char* bad : {".wh.", ".wh..", ".wh...", "a/.wh.", ".wh.a/b", "a/.wh.b/c"})
        CHECK_THROWS_AS(image::whiteout(bad), Error);
}

TEST_CASE("a reference is a directory and perhaps a tag") {
    CHECK(image::Reference::parse("images/web:v1").directory == "images/web");
    CHECK(image::Reference::parse("images/web:v1").tag == "v1");
    CHECK_FALSE(image::Reference::parse("images/web").tag);
    CHECK_FALSE(image::Reference::parse("a:b/web").tag);
    CHECK_THROWS_AS(image::Reference::parse("docker://web"), Error);
}
