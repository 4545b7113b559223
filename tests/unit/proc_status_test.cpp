// proc_status_test.cpp - /proc/PID/status is read right, and never believed.
#include "sys/proc_status.hpp"

#include <doctest/doctest.h>

using namespace bell;

TEST_CASE("a status file becomes facts") {
    const auto status = sys::parse_status(
        "Name:\tsh\nUmask:\t0027\nState:\tS (sleeping)\nTgid:\t4711\nPid:\t4712\nPPid:\t1\nTracerPid:\t7\n"
        "Uid:\t1000\t0\t1\t2\nGid:\t5\t6\t7\t8\nGroups:\t4 24 1000 \nNSpid:\t4712\t31\t2\nVmRSS:\t    1792 kB\n"
        "Threads:\t3\nSigIgn:\t0000000000001004\nCapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:"
        "\t0000000000000020\n"
        "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n");
    REQUIRE(status);
    CHECK(status->name == "sh");
    CHECK(status->umask == 027u);
    CHECK(status->state == 'S');
    CHECK(status->pid == 4712);
    CHECK(status->thread_group == 4711);
    CHECK(status->parent == 1);
    CHECK(status->tracer == 7);
    CHECK(status->users == sys::IdSet{1000, 0, 1, 2});
    CHECK(status->groups == sys::IdSet{5, 6, 7, 8});
    CHECK(status->supplementary_groups == std::vector<std::uint32_t>{4, 24, 1000});
    CHECK(status->pids_inside == std::vector<pid_t>{4712, 31, 2});
    CHECK(status->resident_bytes == 1792u * 1024);
    CHECK(status->threads == 3);
    CHECK(status->ignored_signals == 0x1004u);
    CHECK(status->capabilities == sys::AllCapabilities{1, 0x1ffffffffff, 0x20, 0xa80425fb, 0});
    CHECK(status->no_new_privileges == true);
    CHECK(status->seccomp_mode == 2u);
    CHECK(status->seccomp_filters == 3u);
}

TEST_CASE("what an older kernel doesn't tell is unknown, not zero") {
    const auto status = sys::parse_status("Pid:\t1\n");
    REQUIRE(status);
    CHECK_FALSE(status->umask);
    CHECK_FALSE(status->ignored_signals);
    CHECK_FALSE(status->seccomp_filters);
    CHECK_FALSE(status->no_new_privileges);
    CHECK(status->pids_inside.empty());
}

TEST_CASE("a process can't add facts by its name") {
    // The kernel writes a line end in a name as \n.
    const auto status = sys::parse_status("Name:\tx\\nPid:\\t1\nPid:\t9\nName of nothing\n:\nUid:\t1\t2\n");
    REQUIRE(status);
    CHECK(status->pid == 9);
    CHECK(status->name == "x\\nPid:\\t1");
    CHECK(status->users == sys::IdSet{});
}

TEST_CASE("bytes that are no status file are refused") {
    CHECK_FALSE(sys::parse_status(""));
    CHECK_FALSE(sys::parse_status("Pid:\t0\n"));
    CHECK_FALSE(sys::parse_status("Pid:\t-3\n"));
    CHECK_FALSE(sys::parse_status("Pid:\t99999999999\n"));
    CHECK_FALSE(sys::parse_status(std::string_view("\0\0:\n", 4)));
}

TEST_CASE("every state has a word") {
    CHECK(sys::state_word('Z') == "a zombie");
    CHECK(sys::state_word('?') == "in an unknown state");
}
