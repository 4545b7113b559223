// destination_test.cpp - where an image goes, and what it is called.
#include "image/destination.hpp"

#include "support.hpp"

using namespace bell;
using image::Destination;
using image::Format;

namespace {

using Word = std::optional<std::string>;

Destination parse(const std::string& words, const Word& format = {}, const Word& tag = {}) {
    return Destination::parse(words, format, tag);
}
std::string refusal_of(const std::string& words, const Word& format = {}, const Word& tag = {}) {
    const Error error = test::error_of([&] { (void)parse(words, format, tag); });
    return text::cat(error.message(), " | ", error.hint());
}

}  // namespace

TEST_CASE("the name tells the form, --format overrules it") {
    CHECK(parse("no/such/web").format == Format::directory);
    CHECK(parse("no/such/web.tar").format == Format::oci_archive);
    CHECK(parse("-").format == Format::oci_archive);
    CHECK(parse("web.tar", "docker-archive").format == Format::docker_archive);
    CHECK(parse("web.image", "oci-archive").format == Format::oci_archive);
    const test::TemporaryDirectory directory;
    std::filesystem::create_directory(directory.path("web.tar"));
    CHECK(parse(directory.path("web.tar")).format == Format::directory);
}

TEST_CASE("what is behind the path is the image's name") {
    CHECK(parse("no/web:v1").path == "no/web");
    CHECK(parse("no/web:v1").tag() == "v1");
    CHECK(parse("no/web").tag() == "latest");
    CHECK(parse("no:v1/web").path == "no:v1/web");
    CHECK_FALSE(parse("web.tar").tag());
    CHECK(parse("web.tar:web:v1").path == "web.tar");
    CHECK(parse("web.tar:web:v1").tag() == "web:v1");
    CHECK(parse("web.tar:localhost:5000/a/web:v1").tag() == "localhost:5000/a/web:v1");
    CHECK(parse("-", {}, "web:v1").tag() == "web:v1");
}

TEST_CASE("Docker's names") {
    CHECK(parse("-", "docker-archive", "web").docker_name() == "web:latest");
    CHECK(parse("-", "docker-archive", "localhost:5000/a/web").docker_name() == "localhost:5000/a/web:latest");
    CHECK(parse("-", "docker-archive", "a/web:V1").docker_name() == "a/web:V1");
    CHECK_FALSE(parse("-", "docker-archive").docker_name());
    CHECK_FALSE(parse("-", "oci-archive", "v1").docker_name());
    CHECK(parse("-", "oci-archive", "web:v1").docker_name() == "web:v1");
    CHECK(test::contains(refusal_of("-", "docker-archive", "Web"), "small letters"));
    CHECK(test::contains(refusal_of("-", "docker-archive", "a//b"), "small letters"));
}

TEST_CASE("what can't be meant is refused, with the way out") {
    CHECK(test::contains(refusal_of("x", "docker-archve"), "did you mean 'docker-archive'?"));
    CHECK(test::contains(refusal_of("-", "dir"), "stdout"));
    CHECK(test::contains(refusal_of("/dev/null", "oci-archive"), "'-' writes"));
    CHECK(test::contains(refusal_of("no/web:v1", {}, "v2"), "named twice"));
    CHECK(test::contains(refusal_of("no/web", {}, "web:v1"), "the directory is the name: no/web:v1"));
    CHECK(test::contains(refusal_of("no/web", {}, "a\nb"), "can't be an image's name"));
    CHECK(test::contains(refusal_of("no/web:"), "can't be an image's name"));
    CHECK(test::contains(refusal_of("docker-archive:web.tar"), "--format docker-archive web.tar"));
    CHECK(test::contains(refusal_of("docker://web"), "skopeo"));
}
