// image_streams_test.cpp - what is packed comes back: compression and tar, in pieces of any size, whole and damaged.
#include <doctest/doctest.h>
#include <sys/sysmacros.h>

#include "../support/pieces.hpp"
#include "base/error.hpp"
#include "image/inflate.hpp"
#include "image/sink.hpp"
#include "image/tar.hpp"
#include "image/tar_writer.hpp"

using namespace bell;
using image::Compression;

namespace {

std::string packed(std::string_view bytes, Compression how) {
    pieces::Whole out;
    const auto packer = image::compress(out, how);
    packer->write(bytes);
    packer->finish();
    return out.bytes;
}

std::string unpacked(std::string_view bytes, Compression how, std::size_t piece, std::size_t room = 70'000) {
    pieces::Source source(bytes, piece);
    const auto tar = image::decompress(source, how);
    std::vector<char> buffer(room);
    std::string out;
    for (std::size_t got = tar->read(buffer); got > 0; got = tar->read(buffer)) out.append(buffer.data(), got);
    return out;
}

std::string sample() {
    std::string out;
    for (int i = 0; i < 200'000; ++i) out += std::to_string(i * 7919 % 10007);
    return out;
}

image::Entry entry(std::string path, image::Type type, std::string link = {}) {
    image::Entry out;
    out.path = std::move(path);
    out.type = type;
    out.link = std::move(link);
    out.permissions = 04755;
    out.mtime = {1'000'000'000, 0};
    return out;
}

}  // namespace

TEST_CASE("what is compressed comes back, in pieces of any size") {
    const std::string bytes = sample();
    for (const Compression how : {Compression::none, Compression::gzip, Compression::zstd})
        for (const std::size_t piece : {std::size_t{5}, std::size_t{4096}, bytes.size()})
            CHECK(unpacked(packed(bytes, how), how, piece) == bytes);
    for (const Compression how : {Compression::gzip, Compression::zstd})
        for (const std::size_t room : {std::size_t{1}, std::size_t{1000}})
            CHECK(unpacked(packed(bytes.substr(0, 20'000), how), how, 5, room) == bytes.substr(0, 20'000));
    CHECK(unpacked(packed("", Compression::gzip), Compression::gzip, 100).empty());
    CHECK(unpacked(packed("", Compression::zstd), Compression::zstd, 100).empty());
}

TEST_CASE("several gzip members and zstd frames are one stream; zeros may pad gzip") {
    for (const Compression how : {Compression::gzip, Compression::zstd})
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}})
            CHECK(unpacked(packed("one", how) + packed("", how) + packed("two", how), how, piece) == "onetwo");
    CHECK(unpacked(packed("one", Compression::gzip) + std::string(600, '\0'), Compression::gzip, 7) == "one");
}

TEST_CASE("a gzip header with all its fields, in pieces of any size") {
    std::string bytes = packed("one", Compression::gzip);
    bytes[3] = 4 | 8 | 16;  // extra, name, comment
    bytes.insert(10, std::string("\5\0extra", 7) + std::string(3000, 'n') + '\0' + "comment" + '\0');
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{11}, std::size_t{4096}})
        CHECK(unpacked(bytes, Compression::gzip, piece) == "one");
}

TEST_CASE("damage is found: cut short, followed by something else, changed, mislabelled") {
    for (const Compression how : {Compression::gzip, Compression::zstd}) {
        std::string bytes = packed(sample(), how);
        CHECK_THROWS_AS(unpacked(bytes.substr(0, bytes.size() - 1), how, 4096), Error);
        CHECK_THROWS_AS(unpacked(bytes + "tail", how, 4096), Error);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        CHECK_THROWS_AS(unpacked(bytes, how, 4096), Error);
        CHECK_THROWS_AS(unpacked(packed("x", how), Compression::none, 4096), Error);
        CHECK_THROWS_AS(unpacked("plain", how, 4096), Error);
    }
}

TEST_CASE("a tar that was written reads the same") {
    std::vector<image::Entry> written = {
        entry("bin", image::Type::directory),
        entry("bin/sh", image::Type::file),
        entry("bin/ash", image::Type::hardlink, "bin/sh"),
        entry("link", image::Type::symlink, std::string(150, 't')),
        entry(std::string(120, 'd') + "/" + std::string(140, 'n'), image::Type::file),
        entry(std::string(60, 'd') + "/" + std::string(90, 'n'), image::Type::fifo),
        entry("na\xc3\xafve/\xff\xfe", image::Type::file),
        entry(std::string(150, '\xe9'), image::Type::file),
        entry("dev", image::Type::character),
    };
    written[1].size = 5;
    written[1].xattrs = {{"security.capability", std::string("\1\0\0\2", 4)}, {"user.x", "y\n"}};
    written[4].uid = 4'000'000'000U;
    written[4].mtime = {-5, 0};
    written[8].device = makedev(1, 300);
    pieces::Whole tar;
    image::TarWriter writer(tar);
    for (const image::Entry& each : written) {
        writer.entry(each);
        if (each.size > 0) writer.content("hello");
    }
    writer.finish();
    CHECK(tar.bytes.size() % 512 == 0);
    for (const std::size_t piece : {std::size_t{512}, std::size_t{777}, tar.bytes.size()}) {
        pieces::Stream source(tar.bytes, piece);
        const image::Limits limits;
        image::TarReader reader(source, limits);
        image::Entry read;
        for (const image::Entry& each : written) {
            REQUIRE(reader.next(read));
            std::string path = read.path;
            if (path.ends_with('/')) path.pop_back();
            CHECK(path == each.path);
            CHECK(read.type == each.type);
            CHECK(read.link == each.link);
            CHECK(read.permissions == each.permissions);
            CHECK(read.uid == each.uid);
            CHECK(read.mtime.tv_sec == each.mtime.tv_sec);
            CHECK(read.device == each.device);
            CHECK(read.xattrs.size() == each.xattrs.size());
            for (const auto& xattr : each.xattrs)
                CHECK(std::find(read.xattrs.begin(), read.xattrs.end(), xattr) != read.xattrs.end());
            std::string content;
            for (image::Piece more; reader.next_piece(more);) content += more.bytes;
            CHECK(content == (each.size > 0 ? "hello" : ""));
        }
        CHECK_FALSE(reader.next(read));
    }
}

TEST_CASE("what is no tar is refused") {
    const std::string bytes = sample();
    pieces::Stream source(bytes, 4096);
    const image::Limits limits;
    CHECK_THROWS_AS(image::TarReader(source, limits), Error);
}
