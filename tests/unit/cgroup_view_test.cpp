// cgroup_view_test.cpp - the names that hierarchies have in a container's /sys/fs/cgroup.
#include <doctest/doctest.h>

#include "concepts/cgroup_host.hpp"

using namespace bell;

namespace {

std::vector<std::string> names(const sys::CgroupView& view) {
    std::vector<std::string> out;
    for (const auto& each : view.hierarchies) out.push_back(each.name);
    for (const auto& [name, target] : view.links) out.push_back(name + " -> " + target);
    return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a hierarchy is called what its mount point is called, and each of its controllers leads there") {
    const cgroup::Host host({{1, {"cpu", "cpuacct"}, "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"},
                             {1, {"name=systemd"}, "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/systemd"},
                             {2, {}, "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"}});
    CHECK(names(host.view({}, true)) ==
          Names{"cpu,cpuacct", "systemd", "unified", "cpu -> cpu,cpuacct", "cpuacct -> cpu,cpuacct"});
}

TEST_CASE("of two mount points with one name, one has another name in a container") {
    const cgroup::Host host({{1, {"memory"}, "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory"},
                             {1, {"pids", "cpu"}, "/mnt/memory", "/mnt/memory"},
                             {2, {}, "/run/cpu", "/run/cpu"}});
    CHECK(names(host.view({}, true)) == Names{"memory", "memory_", "cpu", "pids -> memory_"});
}

TEST_CASE("where there is but one hierarchy, it needs no name") {
    const cgroup::Host host({{2, {"pids"}, "/sys/fs/cgroup", "/sys/fs/cgroup/a"}});
    CHECK(names(host.view({}, true)) == Names{""});
}
