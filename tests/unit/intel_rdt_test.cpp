// intel_rdt_test.cpp - what is written to resctrl, and where. The hardware is rare; a directory stands in for it.
#include "concepts/intel_rdt.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support.hpp"
#include "sys/file.hpp"

using namespace bell;
using namespace bell::test;

namespace {

oci::IntelRdt wanted(const char* class_id) {
    oci::IntelRdt out;
    if (class_id) out.closID = class_id;
    return out;
}

// A resctrl with a class "gold" that is there already.
struct Resctrl {
    TemporaryDirectory directory;
    std::string mount = directory.path();
    Resctrl() {
        for (const char* each : {"/gold", "/gold/mon_groups", "/mon_groups"}) ::mkdir((mount + each).c_str(), 0755);
        sys::replace_file(mount + "/gold/schemata", "    L3:0=0ff;1=00f\n    MB:0= 20;1=100\n", 0644, false);
    }
};

}  // namespace

TEST_CASE("resctrl is found by its type, not by its place") {
    const auto mounts = sys::parse_mountinfo(
        "30 1 0:30 / /sys/fs/resctrl rw - tmpfs none rw\n31 1 0:31 / /mnt/rdt rw - resctrl resctrl rw\n");
    CHECK(intel_rdt::find_mount(mounts) == "/mnt/rdt");
    CHECK_FALSE(intel_rdt::find_mount({}));
}

TEST_CASE("memBwSchema replaces the bandwidth of l3CacheSchema, and schemata comes last") {
    oci::IntelRdt rdt = wanted("gold");
    rdt.l3CacheSchema = "L3:0=7f0;1=1f\nMB:0=10\n";
    CHECK(intel_rdt::schemata_lines(rdt) == std::vector<std::string>{"L3:0=7f0;1=1f", "MB:0=10"});
    rdt.memBwSchema = "MB:0=20;1=70";
    rdt.schemata = {"L2:0=f", "MB:0=30"};
    CHECK(intel_rdt::schemata_lines(rdt) ==
          std::vector<std::string>{"L3:0=7f0;1=1f", "MB:0=20;1=70", "L2:0=f", "MB:0=30"});
    CHECK(intel_rdt::schemata_lines(wanted("gold")).empty());
}

TEST_CASE("what the kernel pads with blanks and zeros is the same") {
    const std::string shown = "    L3:0=0ff;1=00f\n    MB:0= 20;1=100\n";
    CHECK(intel_rdt::is_in_effect("L3:0=ff;1=f", shown));
    CHECK(intel_rdt::is_in_effect("L3:1=f", shown));
    CHECK(intel_rdt::is_in_effect("MB:0=20", shown));
    CHECK_FALSE(intel_rdt::is_in_effect("L3:0=f", shown));
    CHECK_FALSE(intel_rdt::is_in_effect("L2:0=f", shown));
    CHECK_FALSE(intel_rdt::is_in_effect("L3:2=f", shown));
}

TEST_CASE("which directories a container has") {
    const Resctrl resctrl;
    oci::IntelRdt rdt = wanted("gold");
    intel_rdt::Groups groups = intel_rdt::groups_of(rdt, resctrl.mount, "box");
    CHECK(groups.service_class == resctrl.mount + "/gold");
    CHECK(groups.made.empty());  // a class that was there stays there
    CHECK_THROWS_AS(intel_rdt::groups_of(wanted("silver"), resctrl.mount, "box"), Error);
    rdt = wanted("silver");
    rdt.schemata = {"L3:0=f"};
    groups = intel_rdt::groups_of(rdt, resctrl.mount, "box");
    CHECK(groups.made == std::vector{resctrl.mount + "/silver"});
    rdt = wanted(nullptr);
    rdt.schemata = {"L3:0=f"};
    CHECK(intel_rdt::groups_of(rdt, resctrl.mount, "box").made == std::vector{resctrl.mount + "/box"});
    for (const char* bad : {"..", "a/b", "info", "mon_groups"})
        CHECK_THROWS_AS(intel_rdt::groups_of(wanted(bad), resctrl.mount, "box"), Error);
}

TEST_CASE("monitoring is a group below the class, and alone it leaves the class alone") {
    const Resctrl resctrl;
    oci::IntelRdt rdt = wanted("gold");
    rdt.enableMonitoring = true;
    const intel_rdt::Groups groups = intel_rdt::groups_of(rdt, resctrl.mount, "box");
    CHECK(groups.monitoring == resctrl.mount + "/gold/mon_groups/box");
    CHECK(groups.made == std::vector{groups.monitoring});
    intel_rdt::prepare(rdt, groups);
    CHECK(::access(groups.monitoring.c_str(), F_OK) == 0);
    intel_rdt::remove(groups.made);
    CHECK(::access(groups.monitoring.c_str(), F_OK) != 0);
    intel_rdt::remove(groups.made);  // gone already: no matter
    rdt.closID.reset();
    CHECK(intel_rdt::groups_of(rdt, resctrl.mount, "box").service_class == resctrl.mount);
}

TEST_CASE("a class that is there must be what the config says") {
    const Resctrl resctrl;
    oci::IntelRdt rdt = wanted("gold");
    rdt.l3CacheSchema = "L3:0=ff;1=f";
    const intel_rdt::Groups groups = intel_rdt::groups_of(rdt, resctrl.mount, "box");
    CHECK_NOTHROW(intel_rdt::prepare(rdt, groups));
    rdt.l3CacheSchema = "L3:0=1;1=f";
    CHECK_THROWS_AS(intel_rdt::prepare(rdt, groups), Error);
}

TEST_CASE("a process is put into both") {
    const Resctrl resctrl;
    const intel_rdt::Groups groups{resctrl.mount + "/gold", resctrl.mount + "/mon_groups", {}};
    for (const std::string& each : {groups.service_class, groups.monitoring})
        sys::replace_file(each + "/tasks", "", 0644, false);
    intel_rdt::join(groups, 4711);
    CHECK(sys::read_file(groups.service_class + "/tasks") == "4711");
    CHECK(sys::read_file(groups.monitoring + "/tasks") == "4711");
}
