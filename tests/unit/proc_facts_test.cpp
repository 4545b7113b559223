// proc_facts_test.cpp - id maps, names, limits, namespaces, clocks and process lines.
#include <doctest/doctest.h>
#include <unistd.h>

#include "sys/proc_list.hpp"
#include "sys/proc_process.hpp"
#include "sys/process.hpp"

using namespace bell;

TEST_CASE("an id map is a list of ranges") {
    const auto map = sys::parse_id_map("         0       1000          1\n         1     100000      65536\n");
    CHECK(map == std::vector<sys::IdRange>{{0, 1000, 1}, {1, 100000, 65536}});
    CHECK(sys::id_inside(map, 1000) == 0u);
    CHECK(sys::id_inside(map, 100999) == 1000u);
    CHECK(sys::id_outside(map, 65536) == 165535u);
    CHECK_FALSE(sys::id_outside(map, 65537));
    CHECK_FALSE(sys::id_inside(map, 999));
    CHECK_FALSE(sys::maps_all_to_itself(map));
    CHECK(sys::maps_all_to_itself(sys::parse_id_map("0 0 4294967295\n")));
    CHECK(sys::parse_id_map("").empty());
    CHECK(sys::parse_id_map("1 2\n1 2 3 4\nx 2 3\n-1 2 3\n4294967296 0 1\n\n").empty());
    std::string many;
    for (int line = 0; line < 1000; ++line) many += "0 0 1\n";
    CHECK(sys::parse_id_map(many).size() == 340);
}

TEST_CASE("an id at the end of the numbers doesn't wrap around") {
    const auto map = sys::parse_id_map("4294967290 0 4294967295\n");
    CHECK_FALSE(sys::id_inside(map, 4294967295u));
    CHECK(sys::id_outside(map, 4294967294u) == 4u);
}

TEST_CASE("an id's name stands in passwd and group alike") {
    constexpr std::string_view passwd = "root:x:0:0:root:/root:/bin/sh\nbroken\n:x:7:\nweb:x:33:33::/:/bin/sh\n";
    CHECK(sys::name_of_id(passwd, 0) == "root");
    CHECK(sys::name_of_id(passwd, 33) == "web");
    CHECK(sys::name_of_id("adm:x:4:syslog\n", 4) == "adm");
    CHECK(sys::name_of_id(passwd, 7).empty());
    CHECK(sys::name_of_id("a:x:1000x:\nb:x: 1000:\n", 1000).empty());
}

TEST_CASE("limits have the names of config.json") {
    const auto limits = sys::parse_limits(
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max cpu time              unlimited            unlimited            seconds   \n"
        "Max open files            1024                 524288               files     \n"
        "Max nice priority         0                    0                    \n"
        "Max something new         1                    2                    things    \n"
        "Max processes             many                 2                    processes \n");
    REQUIRE(limits.size() == 3);
    CHECK(limits[0].name == "RLIMIT_CPU");
    CHECK(limits[0].soft == sys::unlimited);
    CHECK(limits[1].name == "RLIMIT_NOFILE");
    CHECK(limits[1].soft == 1024);
    CHECK(limits[1].hard == 524288);
    CHECK(limits[2].name == "RLIMIT_NICE");
    CHECK(sys::parse_limits("Max \nMax open files\nMax open filesystems 1 2\n").empty());
}

TEST_CASE("a namespace's number is in its link") {
    CHECK(sys::parse_namespace_link("uts:[4026531838]") == 4026531838u);
    CHECK_FALSE(sys::parse_namespace_link("uts:[]"));
    CHECK_FALSE(sys::parse_namespace_link("uts:[1"));
    CHECK_FALSE(sys::parse_namespace_link("]"));
    CHECK_FALSE(sys::parse_namespace_link(":[]"));
    CHECK_FALSE(sys::parse_namespace_link("/proc/1"));
}

TEST_CASE("the clocks of a time namespace") {
    const auto offsets = sys::parse_time_offsets("monotonic           86400         5\nboottime   -10     0\n");
    REQUIRE(offsets);
    CHECK(offsets->monotonic == sys::TimeOffset{86400, 5});
    CHECK(offsets->boottime == sys::TimeOffset{-10, 0});
    CHECK_FALSE(sys::parse_time_offsets(""));
    CHECK_FALSE(sys::parse_time_offsets("monotonic 1 2\n"));
}

TEST_CASE("a name with brackets and blanks doesn't shift the fields of stat") {
    const auto stat =
        sys::parse_stat("42 (a) S 1 (b) R 7 1 1 0 -1 2097152 0 0 0 0 0 0 0 0 20 0 1 0 999 0 0 18446744073709551615\n");
    REQUIRE(stat);
    CHECK(stat->pid == 42);
    CHECK(stat->name == "a) S 1 (b");
    CHECK(stat->state == 'R');
    CHECK(stat->parent == 7);
    CHECK(stat->kernel_thread);
    CHECK(stat->start_time == 999);
    CHECK_FALSE(sys::parse_stat(""));
    CHECK_FALSE(sys::parse_stat("1 ) ("));
    CHECK_FALSE(sys::parse_stat("1 (a) S 2"));
}

TEST_CASE("this process is found by number and as itself") {
    const auto by_number = sys::ProcDirectory::open(std::to_string(getpid()));
    REQUIRE(by_number);
    const auto process = sys::read_process(*by_number);
    REQUIRE(process);
    CHECK(process->pid == getpid());
    CHECK(process->status.parent == getppid());
    CHECK(process->namespaces.readable);
    CHECK_FALSE(process->command.empty());
    CHECK(process->limits.size() == 16);
    CHECK(process->root);
    CHECK_FALSE(sys::ProcDirectory::open("0"));
    CHECK(sys::view_of_proc().self == getpid());
}

TEST_CASE("the list of processes holds this one, in order, with its start time") {
    const auto processes = sys::list_processes(sys::ListCgroups::yes);
    pid_t before = 0;
    bool found = false;
    for (const auto& process : processes) {
        CHECK(process.stat.pid > before);
        before = process.stat.pid;
        if (process.stat.pid != getpid()) continue;
        found = true;
        CHECK(process.stat.start_time == sys::start_time(getpid()));
        CHECK_FALSE(process.cgroups.empty());
    }
    CHECK(found);
}
