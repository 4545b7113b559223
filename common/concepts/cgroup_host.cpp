// cgroup_host.cpp - see cgroup_host.hpp.
#include "concepts/cgroup_host.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/proc_cgroup.hpp"

namespace bell::cgroup {
namespace {

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The mount that shows the hierarchy, by what the file system says of itself.
std::string mount_of(const sys::CgroupMembership& group, const std::vector<sys::MountInfo>& mounts) {
    for (const sys::MountInfo& each : mounts) {
        if (group.is_v2() && each.type == "cgroup2") return each.mount_point;
        if (group.is_v2() || each.type != "cgroup" || group.controllers.empty()) continue;
        const std::vector<std::string> words = text::split(each.super_options, ',');
        if (std::find(words.begin(), words.end(), group.controllers.front()) != words.end()) return each.mount_point;
    }
    return {};
}

std::vector<std::string> v2_controllers(const std::string& mount) {
    std::vector<std::string> out;
    const std::string words = sys::try_read_file(mount + "/cgroup.controllers").value_or("");
    for (const std::string& word : text::split(text::trim(words), ' '))
        if (!word.empty()) out.push_back(word);
    return out;
}

bool can_write(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

// Making a directory asks for the one above it. Going in asks v2 for more: the cgroup.procs of what lies above both,
// the group we come from and the one we go to.
bool is_delegated(const Hierarchy& hierarchy, const std::string& directory) {
    std::string above = directory;
    while (above.size() > hierarchy.mount.size() && ::access(above.c_str(), F_OK) < 0) above = parent_of(above);
    return can_write(above) && (hierarchy.version == 1 || can_write(above + "/cgroup.procs"));
}

}  // namespace

bool Hierarchy::has(std::string_view controller) const {
    return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

const Host& Host::detect() {
    static const Host host = look();  // the hierarchies of a machine stay as they are while a tool runs
    return host;
}

Host Host::look() {
    const std::vector<sys::MountInfo> mounts = sys::read_mountinfo();
    std::vector<Hierarchy> found;
    for (const sys::CgroupMembership& group : sys::parse_proc_cgroup(sys::read_file("/proc/self/cgroup"))) {
        auto place = sys::directory_of(group, mounts);
        if (!place) {
            // In a cgroup namespace the host's mounts start above what we can name: count from the mount itself.
            const std::string mount = mount_of(group, mounts);
            if (mount.empty()) continue;
            place = sys::CgroupDirectory{mount, mount};
        }
        const bool v2 = group.is_v2();
        found.push_back(
            {v2 ? 2 : 1, v2 ? v2_controllers(place->mount) : group.controllers, place->mount, place->directory});
    }
    return Host(std::move(found));
}

const Hierarchy* Host::owner_of(std::string_view controller) const {
    for (const Hierarchy& each : hierarchies())
        if (each.has(controller)) return &each;
    return nullptr;
}

bool Host::is_pure_v2() const {
    const auto& all = hierarchies();
    return !all.empty() && std::all_of(all.begin(), all.end(), [](const auto& each) { return each.version == 2; });
}

Host Host::delegated(const std::string& path) const {
    std::vector<Hierarchy> ours;
    for (const Hierarchy& each : hierarchies())
        if (is_delegated(each, directory(each, path))) ours.push_back(each);
    const bool is_partial = ours.size() < hierarchies().size();
    Host out(std::move(ours));
    out.is_partial_ = is_partial;
    return out;
}

std::string Host::directory(const Hierarchy& hierarchy, const std::string& path) const {
    const std::vector<std::string> parts = text::split(path, '/');
    const bool leads_up = std::find(parts.begin(), parts.end(), "..") != parts.end();
    if (leads_up && guard::on(guard::Guard::cgroup_below))
        throw Error::bad(text::cat("cgroup ", text::quote(path), ": '..' has no place in it"));
    const std::string clean = text::clean_path(path);
    if (clean.starts_with('/')) return hierarchy.mount + (clean == "/" ? "" : clean);
    const bool below_parent =
        hierarchy.version == 2 && hierarchy.own != hierarchy.mount && can_write(parent_of(hierarchy.own));
    return text::cat(below_parent ? parent_of(hierarchy.own) : hierarchy.own, "/", clean);
}

namespace {

// The directory that a hierarchy is mounted at, as a rule; but there may be another of that name elsewhere.
std::string free_name(const Hierarchy& hierarchy, const std::vector<sys::CgroupView::Hierarchy>& taken) {
    std::string name = base_name(hierarchy.mount);
    while (std::any_of(taken.begin(), taken.end(), [&](const auto& each) { return each.name == name; })) name += "_";
    return name;
}

// cpu -> cpu,cpuacct
void add_links(const Hierarchy& hierarchy, const std::string& name, sys::CgroupView& view) {
    for (const std::string& controller : hierarchy.controllers) {
        const auto has_name = [&](const auto& each) { return each.name == controller; };
        if (controller.starts_with("name=")) continue;
        if (std::none_of(view.hierarchies.begin(), view.hierarchies.end(), has_name))
            view.links.emplace_back(controller, name);
    }
}

}  // namespace

sys::CgroupView Host::view(const std::vector<std::string>& directories, bool own_namespace) const {
    sys::CgroupView out;
    out.own_namespace = own_namespace;
    for (const Hierarchy& each : hierarchies()) {
        const std::string name = is_pure_v2() ? std::string{} : free_name(each, out.hierarchies);
        std::vector<std::string> options;
        if (each.version == 1) options = each.controllers;
        // A hierarchy without a controller is mounted by its name alone.
        if (each.version == 1 && options.size() == 1 && options[0].starts_with("name=")) options.emplace_back("none");
        const auto group = std::find_if(directories.begin(), directories.end(), [&](const std::string& directory) {
            return directory.starts_with(each.mount + "/");
        });
        out.hierarchies.push_back({name, each.version == 2 ? "cgroup2" : "cgroup", std::move(options),
                                   group == directories.end() ? each.own : *group});
    }
    for (std::size_t i = 0; i < out.hierarchies.size(); ++i)
        if (hierarchies()[i].version == 1) add_links(hierarchies()[i], out.hierarchies[i].name, out);
    return out;
}

}  // namespace bell::cgroup
