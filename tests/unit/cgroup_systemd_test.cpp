// cgroup_systemd_test.cpp - names of units, limits as properties, and which annotations are taken.
#include "concepts/cgroup_systemd.hpp"

#include "support.hpp"
#include "sys/bus_message.hpp"

using namespace bell;
using test::contains;

namespace {

// "TasksMax=20 CPUWeight=39"
std::string shown(const std::vector<sys::BusProperty>& properties) {
    std::vector<std::string> out;
    for (const sys::BusProperty& each : properties)
        out.push_back(text::cat(each.name, "=", text::join(each.values, ",")));
    return text::join(out, " ");
}

std::string limits(const oci::Resources& resources, bool v2) {
    return shown(cgroup::limit_properties(resources, {.group = "", .version = 252, .of_user = false, .v2 = v2}));
}

std::string annotated(const std::string& name, const std::string& value) {
    return shown(cgroup::annotated_properties({{"org.systemd.property." + name, value}}));
}

oci::Memory memory(std::int64_t limit, std::int64_t reservation, std::int64_t swap) {
    oci::Memory out;
    out.limit = limit;
    out.reservation = reservation;
    out.swap = swap;
    return out;
}

constexpr const char* infinity = "18446744073709551615";

}  // namespace

TEST_CASE("a slice is a path of slices") {
    CHECK(cgroup::expand_slice("a.slice") == "/a.slice");
    CHECK(cgroup::expand_slice("a-b-c.slice") == "/a.slice/a-b.slice/a-b-c.slice");
    CHECK(cgroup::expand_slice("-.slice").empty());
    for (const char* bad : {"", "a", ".slice", "a--b.slice", "-a.slice", "a-.slice", "a/b.slice", "..slice/x"})
        CHECK_THROWS_AS(cgroup::expand_slice(bad), Error);
}

TEST_CASE("cgroupsPath names slice, prefix and name") {
    CHECK(cgroup::unit_of("", "box", false) == cgroup::Unit{"bundle-run-box.scope", "system.slice"});
    CHECK(cgroup::unit_of("", "box", true).slice == "user.slice");
    CHECK(cgroup::unit_of("", "a+b", false).name == "bundle-run-a\\x2bb.scope");
    CHECK(cgroup::unit_of("m.slice:libpod:7f", "box", false).path() == "/m.slice/libpod-7f.scope");
    CHECK(cgroup::unit_of(":docker:7f", "box", false).path() == "/system.slice/docker-7f.scope");
    CHECK(cgroup::unit_of("m.slice::7f", "box", false).name == "7f.scope");
    CHECK(cgroup::unit_of("m.slice:x:m-pod.slice", "box", false).path() == "/m.slice/m-pod.slice");
    for (const char* bad : {"/a/b", "a:b", "a:b:c:d", "a:b:c", "m.slice:p:", "../x.slice:p:n"})
        CHECK_THROWS_AS(cgroup::unit_of(bad, "box", false), Error);
    CHECK_THROWS_AS(cgroup::unit_of("", std::string(300, 'x'), false), Error);
}

TEST_CASE("a name can't leave its slice") {
    CHECK(cgroup::unit_of("m.slice:..:../../x", "box", false).path() == "/m.slice/..-..\\x2f..\\x2fx.scope");
}

TEST_CASE("limits become properties, other ones for each cgroup version") {
    oci::Resources all;
    all.memory = memory(1000, 500, 1500);
    oci::Cpu& cpu = all.cpu.emplace();
    cpu.shares = 1024;
    cpu.quota = 50'500;
    cpu.period = 100'000;
    cpu.cpus = "0-1,9";
    all.pids.emplace().limit = 20;
    all.blockIO.emplace().weight = 10;
    CHECK(limits(all, true) ==
          "MemoryMax=1000 MemoryLow=500 MemorySwapMax=500 CPUWeight=39 CPUQuotaPeriodUSec=100000 "
          "CPUQuotaPerSecUSec=510000 AllowedCPUs=3,2 TasksMax=20 IOWeight=1");
    CHECK(limits(all, false) ==
          "MemoryLimit=1000 CPUShares=1024 CPUQuotaPeriodUSec=100000 CPUQuotaPerSecUSec=510000 TasksMax=20 "
          "BlockIOWeight=10");
}

TEST_CASE("-1 is no limit, 0 is none given") {
    oci::Resources all;
    all.memory = memory(-1, 0, -1);
    all.cpu.emplace().quota = -1;
    all.pids.emplace().limit = -1;
    CHECK(limits(all, true) == text::cat("MemoryMax=", infinity, " MemorySwapMax=", infinity,
                                         " CPUQuotaPerSecUSec=", infinity, " TasksMax=", infinity));
    CHECK(limits({}, true).empty());
}

TEST_CASE("unified files that systemd has a property for are told it") {
    oci::Resources all;
    all.unified = {{"memory.high", "max"}, {"cpu.max", "20000 50000"}, {"hugetlb.2MB.max", "0"}, {"pids.max", "7"}};
    CHECK(limits(all, true) ==
          text::cat("CPUQuotaPeriodUSec=50000 CPUQuotaPerSecUSec=400000 MemoryHigh=", infinity, " TasksMax=7"));
    CHECK(limits(all, false).empty());
    all.unified = {{"memory.max", "lots"}};
    CHECK_THROWS_AS(limits(all, true), Error);
}

TEST_CASE("on v1 systemd is told the devices, and never more than are allowed") {
    const oci::DeviceCgroup none{.allow = false, .type = "a", .major = {}, .minor = {}, .access = "rwm"};
    const oci::DeviceCgroup null{.allow = true, .type = "c", .major = 1, .minor = 3, .access = "rw"};
    const oci::DeviceCgroup pts{.allow = true, .type = "c", .major = 136, .minor = {}, .access = {}};
    const oci::DeviceCgroup disks{.allow = true, .type = "b", .major = -1, .minor = -1, .access = "m"};
    oci::DeviceCgroup all = none;
    all.allow = true;
    oci::DeviceCgroup no_null = null;
    no_null.allow = false;
    const auto of = [](std::vector<oci::DeviceCgroup> rules) {
        oci::Resources out;
        out.devices = std::move(rules);
        return limits(out, false);
    };
    CHECK(of({none, null, pts, disks}) == "DevicePolicy=strict DeviceAllow=/dev/char/1:3,rw,char-136,rwm,block-*,m");
    CHECK(of({none, null, no_null, pts}) == "DevicePolicy=strict DeviceAllow=char-136,rwm");
    CHECK(of({none, all}) == "DevicePolicy=auto DeviceAllow=");
    CHECK(of({all, no_null}) == "DevicePolicy=strict DeviceAllow=");
    oci::Resources v2;
    v2.devices = {none};
    CHECK(limits(v2, true).empty());
}

TEST_CASE("lists of CPUs are bits") {
    CHECK(cgroup::list_as_bytes("0-2,9") == std::vector<std::string>{"7", "2"});
    CHECK(cgroup::list_as_bytes("8") == std::vector<std::string>{"0", "1"});
    for (const char* bad : {"", "a", "3-1", "0-99999", "1,", "-1", "0-3:2"})
        CHECK_THROWS_AS(cgroup::list_as_bytes(bad), Error);
}

TEST_CASE("annotations set how a unit is named, ordered and ended") {
    CHECK(annotated("TimeoutStopUSec", "uint64 5") == "TimeoutStopUSec=5");
    CHECK(annotated("TimeoutStopSec", "7") == "TimeoutStopUSec=7000000");
    CHECK(annotated("CollectMode", "'inactive'") == "CollectMode=inactive");
    CHECK(annotated("After", "['a.service', \"b.service\"]") == "After=a.service,b.service");
    CHECK(annotated("After", "[]") == "After=");
    CHECK(annotated("SendSIGHUP", "true") == "SendSIGHUP=true");
    CHECK(cgroup::annotated_properties({{"org.example", "1"}}).empty());
}

TEST_CASE("annotations can't loosen, start or smuggle in anything") {
    for (const char* name : {"MemoryMax", "TasksMax", "DeviceAllow", "DevicePolicy", "Delegate", "Slice", "PIDs",
                             "Wants", "Requires", "BindsTo", "SendSIGKILL", "User", "ExecStart", ""})
        CHECK(contains(test::error_of([&] { (void)annotated(name, "'x'"); }).message(), "may set"));
    for (const char* value : {"", "'x", "x", "'x' 'y'", "'a\\'b'", "['x'", "['x' 'y']", "uint64 5"})
        CHECK_THROWS_AS(annotated("Description", value), Error);
    CHECK_THROWS_AS(annotated("TimeoutStopSec", "18446744073709551615"), Error);
}

TEST_CASE("a request to the helper comes out as it went in") {
    const sys::BusRequest request{"start", "box.scope", {{"A", "as", {}}, {"B", "a(ss)", {"x", "", "y\n", "z"}}}};
    CHECK(sys::parse_bus_request(sys::to_message(request)) == request);
    const std::string whole = sys::to_message(request);
    const auto same = [&](const std::string& bytes) {
        try {
            return sys::parse_bus_request(bytes) == request;
        } catch (const Error&) {
            return false;
        }
    };
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(!same(whole.substr(0, size)));
    CHECK_THROWS_AS(sys::to_message(std::vector<std::string>{std::string("a\0b", 3)}), Error);
}
