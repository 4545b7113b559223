// version_test.cpp - a config claims the lowest version of the specification that knows all its fields.
#include "oci/defaults.hpp"
#include "oci/document.hpp"
#include "support.hpp"

using namespace bell;

namespace {

std::string version_with(const std::function<void(oci::Config&)>& change) {
    oci::Config config = oci::bare_config();
    change(config);
    return oci::lowest_version(config);
}

}  // namespace

TEST_CASE("a config without anything new claims 1.0.2") {
    CHECK(oci::lowest_version({}) == "1.0.2");
    CHECK(oci::lowest_version(oci::default_config(false, 0, 0)) == "1.0.2");
    CHECK(oci::lowest_version(oci::default_config(true, 1000, 1000)) == "1.0.2");
}

TEST_CASE("fields of 1.1 claim 1.1") {
    CHECK(version_with([](oci::Config& it) {
              it.linux_->resources.emplace().unified = {{"memory.max", "1"}};
          }) == "1.1.0");
    CHECK(version_with([](oci::Config& it) { it.linux_->seccomp.emplace().defaultErrnoRet = 1; }) == "1.1.0");
}

TEST_CASE("fields of 1.2 claim 1.2") {
    CHECK(version_with([](oci::Config& it) { it.domainname = "sea"; }) == "1.2.0");
    CHECK(version_with([](oci::Config& it) { it.linux_->namespaces.push_back({"time", {}}); }) == "1.2.0");
    CHECK(version_with([](oci::Config& it) { it.linux_->timeOffsets = {{"monotonic", {1, 0}}}; }) == "1.2.0");
    CHECK(version_with([](oci::Config& it) { it.linux_->resources.emplace().cpu.emplace().idle = 1; }) == "1.2.0");
    CHECK(version_with([](oci::Config& it) { it.process->scheduler.emplace(); }) == "1.2.0");
    CHECK(version_with([](oci::Config& it) {
              it.mounts.push_back({"/srv", {}, "/srv", {"bind", "idmap"}, {}, {}});
          }) == "1.2.0");
}

TEST_CASE("fields of 1.3 claim 1.3, whatever else is used") {
    CHECK(version_with([](oci::Config& it) {
              it.linux_->netDevices = {{"eth0", {}}};
              it.domainname = "sea";
          }) == "1.3.0");
    CHECK(version_with([](oci::Config& it) { it.linux_->memoryPolicy.emplace(); }) == "1.3.0");
}
