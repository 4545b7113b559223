// file_test.cpp - sys/file.hpp: reading is bounded, replacing is whole or not at all, a rootfs can't lead outside.
#include "sys/file.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "support.hpp"

using namespace bell;
using test::contains;
using test::content_of;
using test::error_of;
using test::TemporaryDirectory;

TEST_CASE("a file larger than its limit is an error, not a cut") {
    const TemporaryDirectory dir;
    const std::string path = dir.file("f", std::string(1000, 'x'));
    CHECK(sys::read_file(path, 1000).size() == 1000);
    CHECK(contains(error_of([&] { (void)sys::read_file(path, 999); }).message(), "larger than the 999 bytes"));
    CHECK_FALSE(sys::try_read_file(path, 999));
    CHECK(error_of([] { (void)sys::read_file("/dev/zero", 100'000); }).code() == 0);
    CHECK_FALSE(sys::try_read_file(dir.path("missing")));
    CHECK(error_of([&] { (void)sys::read_file(dir.path("missing")); }).code() == ENOENT);
}

TEST_CASE("a file that may be missing is nothing, other failures are errors") {
    const TemporaryDirectory dir;
    CHECK_FALSE(sys::open_if_there(AT_FDCWD, dir.path("missing"), O_RDONLY));
    CHECK_FALSE(sys::open_if_there(AT_FDCWD, dir.file("f", "") + "/below", O_RDONLY));
    CHECK_THROWS_AS(sys::open_if_there(AT_FDCWD, dir.path(), O_WRONLY), Error);
}

TEST_CASE("replacing a file leaves the old or the new one, and nothing beside it") {
    const TemporaryDirectory dir;
    const std::string path = dir.file("config.json", "old", 0600);
    sys::replace_file(path, "new", 0644);
    CHECK(content_of(path) == "new");
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_THROWS_AS(sys::replace_file(dir.path("no/such/config.json"), "new", 0644), Error);
    std::filesystem::create_directories(dir.path("directory"));
    CHECK_THROWS_AS(sys::replace_file(dir.path("directory"), "new", 0644), Error);
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path())) ++entries;
    CHECK(entries == 2);
}

TEST_CASE("symlinks inside a root resolve inside it") {
    const TemporaryDirectory dir;
    (void)dir.file("outside", "host");
    (void)dir.file("root/outside", "inside");
    std::filesystem::create_symlink("../outside", dir.path("root/relative"));
    std::filesystem::create_symlink("/outside", dir.path("root/absolute"));
    std::filesystem::create_symlink("../../../../../../..", dir.path("root/up"));
    const Fd root = sys::open(dir.path("root"), O_PATH | O_DIRECTORY);
    for (const std::string name : {"relative", "absolute", "up/outside", "../outside", "/outside"}) {
        CAPTURE(name);
        CHECK(sys::read_all(sys::open_in_root(root.get(), name, O_RDONLY).get(), name) == "inside");
    }
    CHECK_THROWS_AS(sys::open_in_root(root.get(), "/proc/self/root", O_PATH), Error);
}

TEST_CASE("a file is made, or the one that is there is opened, but a symlink's target is neither") {
    const TemporaryDirectory dir;
    const Fd directory = sys::open(dir.path(), O_PATH | O_DIRECTORY);
    CHECK(sys::make_file(directory.get(), "new", 0600, "new"));
    CHECK(sys::make_file(directory.get(), "new", 0600, "new"));
    (void)dir.file("canary", "untouched");
    std::filesystem::create_symlink("canary", dir.path("link"));
    const Fd link = sys::make_file(directory.get(), "link", 0600, "link");
    CHECK(S_ISLNK(sys::status(link.get(), "link").st_mode));
}
