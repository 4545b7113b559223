// proc_cgroup_test.cpp - a process's control groups, and where their files are.
#include "sys/proc_cgroup.hpp"

#include <doctest/doctest.h>

using namespace bell;

namespace {
constexpr std::string_view hybrid_mounts =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 /box /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
}

TEST_CASE("each line is a hierarchy; the one without controllers is version 2") {
    const auto groups = sys::parse_proc_cgroup("9:name=systemd:/\n2:cpu,cpuacct:/a b:c\n0::/box (deleted)\n");
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].controllers == std::vector<std::string>{"name=systemd"});
    CHECK_FALSE(groups[0].is_v2());
    CHECK(groups[1].controllers == std::vector<std::string>{"cpu", "cpuacct"});
    CHECK(groups[1].path == "/a b:c");
    CHECK(groups[2].is_v2());
    CHECK(groups[2].path == "/box (deleted)");
}

TEST_CASE("lines of another form are left out") {
    CHECK(sys::parse_proc_cgroup("").empty());
    CHECK(sys::parse_proc_cgroup("x\n1\n1:\n1:a\n1:a:\n1:a:b\n-1:a:/b\nx:a:/b\n").empty());
}

TEST_CASE("a group's files are below the mount that has its controllers") {
    const auto mounts = sys::parse_mountinfo(hybrid_mounts);
    const auto cpu = sys::directory_of({2, {"cpu", "cpuacct"}, "/box"}, mounts);
    REQUIRE(cpu);
    CHECK(cpu->directory == "/sys/fs/cgroup/cpu,cpuacct/box");
    CHECK(cpu->mount == "/sys/fs/cgroup/cpu,cpuacct");
    CHECK(sys::directory_of({9, {"name=systemd"}, "/"}, mounts)->directory == "/sys/fs/cgroup/systemd");
    CHECK_FALSE(sys::directory_of({4, {"memory"}, "/box"}, mounts));
}

TEST_CASE("a mount may show a part of the hierarchy only") {
    const auto mounts = sys::parse_mountinfo(hybrid_mounts);
    CHECK(sys::directory_of({0, {}, "/box"}, mounts)->directory == "/sys/fs/cgroup/unified");
    CHECK(sys::directory_of({0, {}, "/box/in"}, mounts)->directory == "/sys/fs/cgroup/unified/in");
    CHECK_FALSE(sys::directory_of({0, {}, "/boxer"}, mounts));
    CHECK_FALSE(sys::directory_of({0, {}, "/"}, mounts));
}

TEST_CASE("a group above the reader's cgroup namespace has no files here") {
    const auto mounts = sys::parse_mountinfo("41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    CHECK_FALSE(sys::directory_of({0, {}, "/.."}, mounts));
    CHECK_FALSE(sys::directory_of({0, {}, "/../x"}, mounts));
    CHECK(sys::directory_of({0, {}, "/..x"}, mounts));
}
