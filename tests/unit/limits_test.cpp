// limits_test.cpp - rlimits, scheduling and io priorities as people type them.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/scheduling.hpp"

using namespace bell;

TEST_CASE("an rlimit is read") {
    constexpr std::uint64_t infinity = ~std::uint64_t{0};
    CHECK(rlimits::parse("nofile=1024:2048") == oci::Rlimit{"RLIMIT_NOFILE", 1024, 2048});
    CHECK(rlimits::parse("RLIMIT_NOFILE=7") == oci::Rlimit{"RLIMIT_NOFILE", 7, 7});
    CHECK(rlimits::parse("core=0:unlimited") == oci::Rlimit{"RLIMIT_CORE", 0, infinity});
    CHECK(rlimits::parse("memlock=64M") == oci::Rlimit{"RLIMIT_MEMLOCK", 64u << 20, 64u << 20});
    CHECK(rlimits::parse("stack=8k:1G") == oci::Rlimit{"RLIMIT_STACK", 8192, 1u << 30});
}

TEST_CASE("an rlimit that isn't one is refused") {
    for (const char* words : {"", "nofile", "nofile=", "=5", "nofile=5x", "nofile=-2", "nofile=1:2:3", "nofile=5k",
                              "nofile=2:1", "nofile=unlimited:5", "nofile=18446744073709551616", "memlock=99999999999G",
                              "memlock=M", "fish=1", "nofile= 5"})
        CHECK_THROWS_AS(rlimits::parse(words), Error);
    CHECK_THROWS_AS(rlimits::validate({{"RLIMIT_CPU", 1, 1}, {"RLIMIT_CPU", 1, 1}}), Error);
    CHECK_THROWS_AS(rlimits::validate({{"rlimit_cpu", 1, 1}}), Error);
    CHECK_THROWS_AS(rlimits::validate({{"CPU", 1, 1}}), Error);
}

TEST_CASE("a list of CPUs is read") {
    CHECK(scheduling::parse_cpus("0-3,7") == std::vector<unsigned>{0, 1, 2, 3, 7});
    CHECK(scheduling::parse_cpus("5,1,1-2") == std::vector<unsigned>{1, 2, 5});
    for (const char* words : {"", ",", "1-", "-1", "3-1", "a", "1,,2", "0-4096", "0-99999999999", "1 "})
        CHECK_THROWS_AS(scheduling::parse_cpus(words), Error);
}

TEST_CASE("a scheduler is read") {
    CHECK(scheduling::parse_scheduler("batch").policy == "SCHED_BATCH");
    CHECK(scheduling::parse_scheduler("fifo:50").priority == 50);
    const oci::Scheduler deadline = scheduling::parse_scheduler("SCHED_DEADLINE:runtime=10,period=30");
    CHECK(deadline.runtime == 10u);
    CHECK(deadline.period == 30u);
    for (const char* words : {"", "fast", "fifo", "rr:0", "fifo:100", "deadline", "deadline:runtime=x", "fifo:1x"})
        CHECK_THROWS_AS(scheduling::parse_scheduler(words), Error);
    CHECK_THROWS_AS(scheduling::validate(oci::Scheduler{"SCHED_OTHER", 20, {}, {}, {}, {}, {}}), Error);
    CHECK_THROWS_AS(scheduling::validate(oci::Scheduler{"SCHED_OTHER", {}, {}, {"SCHED_FLAG_X"}, {}, {}, {}}), Error);
}

TEST_CASE("an io priority is read") {
    CHECK(scheduling::parse_io_priority("idle") == oci::IoPriority{"IOPRIO_CLASS_IDLE", 0});
    CHECK(scheduling::parse_io_priority("best-effort:2") == oci::IoPriority{"IOPRIO_CLASS_BE", 2});
    CHECK(scheduling::parse_io_priority("IOPRIO_CLASS_RT:0") == oci::IoPriority{"IOPRIO_CLASS_RT", 0});
    for (const char* words : {"", "be:8", "be:-1", "be:1:2", "slow"})
        CHECK_THROWS_AS(scheduling::parse_io_priority(words), Error);
}

TEST_CASE("a personality is read") {
    CHECK(scheduling::parse_personality("linux32") == oci::Personality{"LINUX32", {}});
    CHECK(scheduling::parse_personality("LINUX:addr-no-randomize").flags ==
          std::vector<std::string>{"ADDR_NO_RANDOMIZE"});
    CHECK_THROWS_AS(scheduling::parse_personality("BSD"), Error);
    CHECK_THROWS_AS(scheduling::parse_personality("LINUX:X"), Error);
}
