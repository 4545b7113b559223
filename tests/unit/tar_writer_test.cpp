// tar_writer_test.cpp - what the old header can't hold stands in a record before it, and only that.
#include "image/tar_writer.hpp"

#include "../support/pieces.hpp"
#include "support.hpp"

using namespace bell;
using namespace std::string_literals;
using test::contains;

namespace {

image::Entry file(std::string path) {
    image::Entry out;
    out.path = std::move(path);
    out.permissions = 0644;
    out.mtime = {1'000'000'000, 0};
    return out;
}

// The bytes before the content.
std::string headers(const image::Entry& entry) {
    pieces::Whole out;
    image::TarWriter tar(out);
    tar.entry(entry);
    return out.bytes;
}

std::string field(const std::string& header, std::size_t at, std::size_t size) {
    return header.substr(header.size() - 512 + at, size);
}

}  // namespace

TEST_CASE("what fits stands in one header") {
    image::Entry entry = file("etc/motd");
    entry.uid = 2'097'151;
    entry.size = 8'589'934'591;
    const std::string header = headers(entry);
    REQUIRE(header.size() == 512);
    CHECK(field(header, 0, 9) == "etc/motd\0"s);
    CHECK(field(header, 100, 8) == "0000644\0"s);
    CHECK(field(header, 108, 8) == "7777777\0"s);
    CHECK(field(header, 124, 12) == "77777777777\0"s);
    CHECK(field(header, 136, 12) == "07346545000\0"s);
    CHECK(field(header, 257, 8) == "ustar\00000"s);
}

TEST_CASE("large ids, sizes and late times have a record each") {
    image::Entry entry = file("f");
    entry.uid = 2'097'152;
    entry.gid = 4'294'967'294u;
    entry.size = 8'589'934'592;
    entry.mtime = {8'589'934'592, 0};
    const std::string header = headers(entry);
    CHECK(header.size() == 3 * 512);
    CHECK(field(header, 124, 12) == "00000000000\0"s);
    for (const char* record :
         {"15 uid=2097152\n", "18 gid=4294967294\n", "19 size=8589934592\n", "20 mtime=8589934592\n"})
        CHECK(contains(header, record));
    CHECK_FALSE(contains(header, "path="));
}

TEST_CASE("a part of a second has a record, but not before 1970, where readers disagree") {
    image::Entry entry = file("f");
    entry.mtime = {1'000'000'000, 120'000'000};
    CHECK(contains(headers(entry), "23 mtime=1000000000.12\n"));
    entry.mtime = {0, 5};
    CHECK(contains(headers(entry), "21 mtime=0.000000005\n"));
    entry.mtime = {-2, 500'000'000};
    CHECK(contains(headers(entry), "12 mtime=-2\n"));
    entry.mtime = {1'000'000'000, 0};
    CHECK_FALSE(contains(headers(entry), "mtime="));
}

TEST_CASE("a long name is cut at a slash, or has a record") {
    const std::string part(90, 'd');
    CHECK(headers(file(part + "/" + part)).size() == 512);
    CHECK(headers(file(part + "/" + part + "/" + part)).size() == 3 * 512);
    CHECK(headers(file(std::string(101, 'n'))).size() == 3 * 512);
    image::Entry link = file("l");
    link.type = image::Type::symlink;
    link.link = std::string(101, 't');
    CHECK(contains(headers(link), "115 linkpath=ttt"));
    CHECK_FALSE(contains(headers(link), "hdrcharset"));
}

TEST_CASE("a record with a name that isn't UTF-8 says so") {
    CHECK(headers(file("\xff\xe9")).size() == 512);
    const std::string long_utf8 = std::string(101, 'n') + "\u00e9\u20ac\U0001f600";
    CHECK_FALSE(contains(headers(file(long_utf8)), "hdrcharset"));
    for (const char* bytes : {"\xff", "\xc3", "\xe2\x82", "\xc0\xaf", "\xf5\x80\x80\x80", "\xe9n"})
        CHECK(contains(headers(file(std::string(101, 'n') + bytes)), "21 hdrcharset=BINARY\n"));
}

TEST_CASE("an attribute's value is any bytes, its name has no '='") {
    image::Entry entry = file("f");
    entry.xattrs.emplace_back("user.x", "\0=\n"s);
    CHECK(contains(headers(entry), "27 SCHILY.xattr.user.x=\0=\n\n"s));
    CHECK(image::TarWriter::can_hold_attribute("user.x"));
    CHECK_FALSE(image::TarWriter::can_hold_attribute("user.x=y"));
}
