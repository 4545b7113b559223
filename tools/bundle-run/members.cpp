// members.cpp - see members.hpp.
//
// Its cgroup says it exactly: nobody leaves it without help from outside. An ordinary user's container may have none;
// then its own pid namespace says it as well; and where it shares that with others, what stems from its first process.
#include "members.hpp"

#include <algorithm>
#include <set>

#include "concepts/cgroup.hpp"
#include "sys/proc_list.hpp"

namespace bell {
namespace {

constexpr std::size_t pid_kind = 1;  // row of sys::namespace_kinds
static_assert(sys::namespace_kinds[pid_kind].name == "pid");

std::uint64_t own_pid_namespace(const std::vector<sys::ListedProcess>& all, pid_t init) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.stat.pid == init; });
    if (found == all.end()) return 0;
    const std::uint64_t id = found->namespaces.ids[pid_kind];
    const bool shared = std::any_of(all.begin(), all.end(), [&](const auto& each) {
        return each.stat.pid == found->stat.parent && each.namespaces.ids[pid_kind] == id;
    });
    return shared ? 0 : id;
}

// Children have higher numbers than their parents, or the numbers went round: so until nothing is added any more.
std::vector<pid_t> descendants(const std::vector<sys::ListedProcess>& all, pid_t init) {
    std::set<pid_t> found = {init};
    for (std::size_t before = 0; before != found.size();) {
        before = found.size();
        for (const sys::ListedProcess& each : all)
            if (found.contains(each.stat.parent)) found.insert(each.stat.pid);
    }
    return {found.begin(), found.end()};
}

std::vector<pid_t> without_a_cgroup(pid_t init) {
    const std::vector<sys::ListedProcess> all = sys::list_processes(sys::ListCgroups::no);
    const std::uint64_t own = own_pid_namespace(all, init);
    if (own == 0) return descendants(all, init);
    std::vector<pid_t> out;
    for (const sys::ListedProcess& each : all)
        if (each.namespaces.ids[pid_kind] == own) out.push_back(each.stat.pid);
    return out;
}

}  // namespace

std::vector<pid_t> processes_of(const oci::State& state) {
    if (!state.cgroupDirectories.empty())
        return cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories).processes();
    const pid_t init = state.pid.value_or(0);
    return init > 0 ? without_a_cgroup(init) : std::vector<pid_t>{};
}

}  // namespace bell
