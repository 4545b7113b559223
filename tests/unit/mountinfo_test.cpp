// mountinfo_test.cpp - the list of mounts is read right, and never believed.
#include "sys/mountinfo.hpp"

#include <doctest/doctest.h>

using namespace bell;

TEST_CASE("a line of mountinfo has eleven parts") {
    const auto mount = sys::parse_mountinfo_line(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:7 - ext3 /dev/root rw,errors=continue");
    REQUIRE(mount);
    CHECK(mount->id == 36);
    CHECK(mount->parent == 35);
    CHECK(mount->major == 98);
    CHECK(mount->minor == 0);
    CHECK(mount->root == "/mnt1");
    CHECK(mount->mount_point == "/mnt2");
    CHECK(mount->options == "rw,noatime");
    CHECK(mount->optional_fields == std::vector<std::string>{"master:1", "propagate_from:7"});
    CHECK(mount->type == "ext3");
    CHECK(mount->source == "/dev/root");
    CHECK(mount->super_options == "rw,errors=continue");
}

TEST_CASE("blanks, tabs, line ends and backslashes come escaped") {
    const auto mount =
        sys::parse_mountinfo_line("1 0 0:5 / /a\\040b\\011c\\012d\\134e\\040 rw - tmpfs with\\040blank rw,x=\\040");
    REQUIRE(mount);
    CHECK(mount->mount_point == "/a b\tc\nd\\e ");
    CHECK(mount->source == "with blank");
    CHECK(mount->super_options == "rw,x= ");
    CHECK(sys::unescape_octal("\\134040") == "\\040");
    CHECK(sys::unescape_octal("\\04") == "\\04");
    CHECK(sys::unescape_octal("\\400\\08x\\") == "\\400\\08x\\");
    CHECK(sys::unescape_octal("\\377") == "\xff");
}

TEST_CASE("an empty source is an empty field, not a missing one") {
    const auto mount = sys::parse_mountinfo_line("40 31 0:37 / /x rw - cgroup  rw,name=systemd");
    REQUIRE(mount);
    CHECK(mount->source.empty());
    CHECK(mount->super_options == "rw,name=systemd");
}

TEST_CASE("lines that make no sense are left out") {
    for (const char* line : {"", "x", "1", "1 2", "1 2 3:4", "1 2 3:4 / /m rw", "1 2 3:4 / /m rw shared:1",
                             "1 2 34 / /m rw - t s o", "1x 2 3:4 / /m rw - t s o", "1 2 -3:4 / /m rw - t s o",
                             "99999999999 2 3:4 / /m rw - t s o", "1 2 3:4 / /m rw -", "1 2 3:4 /  rw - t s o"}) {
        CAPTURE(line);
        CHECK_FALSE(sys::parse_mountinfo_line(line));
    }
    CHECK(sys::parse_mountinfo("\n\nx\n1 1 0:1 / / rw - rootfs rootfs rw\n\n").size() == 1);
    CHECK(sys::parse_mountinfo("1 1 0:1 / / rw - rootfs rootfs rw").size() == 1);
    CHECK(sys::parse_mountinfo(std::string_view("\0\n\0", 3)).empty());
}

TEST_CASE("a path lies on the nearest mount, and on the last of those stacked") {
    const auto mounts = sys::parse_mountinfo(
        "1 0 0:1 / / rw - a a rw\n2 1 0:2 / /mnt rw - b b rw\n3 2 0:3 / /mnt rw - c c rw\n4 1 0:4 / /m rw - d d rw\n");
    REQUIRE(sys::mount_of(mounts, "/mnt/x"));
    CHECK(sys::mount_of(mounts, "/mnt/x")->id == 3);
    CHECK(sys::mount_of(mounts, "/mnt")->id == 3);
    CHECK(sys::mount_of(mounts, "/mntx")->id == 1);
    CHECK(sys::mount_of(mounts, "/m/nt")->id == 4);
    CHECK(sys::mount_of(mounts, "/")->id == 1);
    CHECK(sys::mount_of(mounts, "relative") == nullptr);
    CHECK(sys::mount_of({}, "/") == nullptr);
}

TEST_CASE("an option is a whole word") {
    CHECK(sys::has_option("rw,nosuid,nodev", "nosuid"));
    CHECK(sys::has_option("ro", "ro"));
    CHECK_FALSE(sys::has_option("rw,nosuid", "suid"));
    CHECK_FALSE(sys::has_option("", "ro"));
}

TEST_CASE("this process has a root mount") {
    const auto mounts = sys::read_mountinfo();
    REQUIRE(sys::mount_of(mounts, "/"));
    CHECK(sys::mount_of(mounts, "/")->mount_point == "/");
}
