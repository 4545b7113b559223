// cgroup.cpp - see cgroup.hpp.
#include "concepts/cgroup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_devices.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "concepts/cgroup_tree.hpp"
#include "concepts/cgroup_words.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/proc_cgroup.hpp"

namespace bell::cgroup {
namespace {

void put(const Fd& file, const std::string& path, const std::string& value) {
    sys::call(
        "write", path, [&] { return sys::arguments(path, value); },
        [&] { return ::write(file.get(), value.data(), value.size()); });
}

// Limits bound one another (memory and memory with swap, quota and burst), and which may be written first depends on
// those in force: one that is refused is written again after the others. Several values often go into one file
// (devices.allow): it is opened once.
void write_all(const std::string& directory, const std::vector<Write>& writes) {
    std::vector<Write> refused;
    std::string opened;
    Fd file;
    for (const Write& each : writes) {
        const std::string path = text::cat(directory, "/", each.file);
        if (!each.unless.empty() && sys::exists(text::cat(directory, "/", each.unless))) continue;
        if (path != opened) {
            if (each.optional && !sys::exists(path)) continue;
            if (!narrate::dry_run()) file = sys::open(path, O_WRONLY);
            opened = path;
        }
        try {
            put(file, path, each.value);
        } catch (const Error& error) {
            if (error.code() != EINVAL || writes.size() == 1) throw;
            refused.push_back(each);
        }
    }
    for (const Write& each : refused) sys::write_value(text::cat(directory, "/", each.file), each.value);
}

std::string above(const std::string& directory) { return directory.substr(0, directory.rfind('/')); }

// v2: a controller of the machine isn't one of each group: every group above has to hand it down.
void must_have(const std::string& directory, const std::string& controller) {
    if (narrate::dry_run()) return;
    const std::vector<std::string> offered =
        text::split(text::trim(sys::try_read_file(directory + "/cgroup.controllers").value_or("")), ' ');
    if (std::find(offered.begin(), offered.end(), controller) != offered.end()) return;
    throw Error::bad(text::cat("cgroup ", directory, ": the controller '", controller,
                               "' isn't handed down to it, and a limit of it is asked for"),
                     text::cat("whoever owns ", above(directory), " hands it down: echo +", controller, " >",
                               above(directory), "/cgroup.subtree_control; systemd by Delegate=", controller));
}

}  // namespace

Group::Group(Host host, const std::string& path) : host_(std::move(host)) {
    for (const Hierarchy& each : host_.hierarchies()) directories_.push_back(host_.directory(each, path));
}

Group Group::of_process(pid_t pid) {
    const Host& host = Host::detect();
    const std::vector<sys::MountInfo> mounts = sys::read_mountinfo();
    const auto groups = sys::parse_proc_cgroup(sys::read_file(text::cat("/proc/", pid, "/cgroup")));
    std::vector<Hierarchy> hierarchies;
    std::vector<std::string> directories;
    for (const sys::CgroupMembership& group : groups) {
        const auto place = sys::directory_of(group, mounts);
        if (!place) continue;
        for (const Hierarchy& each : host.hierarchies()) {
            if (each.mount != place->mount) continue;
            hierarchies.push_back(each);
            directories.push_back(place->directory);
        }
    }
    return {Host(std::move(hierarchies)), std::move(directories)};
}

Group Group::of_directories(const Host& host, const std::vector<std::string>& directories) {
    std::vector<Hierarchy> hierarchies;
    hierarchies.reserve(host.hierarchies().size());
    std::vector<std::string> known;
    for (const Hierarchy& each : host.hierarchies())
        for (const std::string& directory : directories) {
            if (!directory.starts_with(each.mount + "/")) continue;
            hierarchies.push_back(each);
            known.push_back(directory);
            break;
        }
    return {Host(std::move(hierarchies)), std::move(known)};
}

std::vector<std::string> Group::directories() const { return directories_; }

std::vector<std::string> Group::existing() const {
    std::vector<std::string> out;
    std::copy_if(directories_.begin(), directories_.end(), std::back_inserter(out), sys::exists);
    return out;
}

std::vector<std::string> Group::missing_parents() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const std::size_t top = host_.hierarchies()[i].mount.size();
        const std::string& directory = directories_[i];
        for (std::size_t slash = directory.find('/', top + 1); slash != std::string::npos;
             slash = directory.find('/', slash + 1))
            if (!sys::exists(directory.substr(0, slash))) out.push_back(directory.substr(0, slash));
    }
    return out;
}

std::optional<std::string> Group::directory_of(std::string_view controller) const {
    for (std::size_t i = 0; i < directories_.size(); ++i)
        if (host_.hierarchies()[i].has(controller)) return directories_[i];
    return std::nullopt;
}

bool Group::exists() const { return std::any_of(directories_.begin(), directories_.end(), sys::exists); }

bool Group::is_root() const {
    for (std::size_t i = 0; i < directories_.size(); ++i)
        if (directories_[i] == host_.hierarchies()[i].mount) return true;
    return false;
}

std::vector<pid_t> Group::processes() const {
    std::vector<pid_t> out;
    for (const std::string& directory : directories_) tree::collect_processes(directory, out);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void Group::create(const std::vector<std::string>& existing) const {
    if (directories_.empty())
        throw Error::bad("this machine has no cgroup hierarchy mounted", "mount -t cgroup2 none /sys/fs/cgroup");
    if (is_root()) throw Error::bad("the root cgroup can't be limited", "name a group of its own");
    for (std::size_t i = 0; i < directories_.size(); ++i)
        if (std::find(existing.begin(), existing.end(), directories_[i]) == existing.end())
            tree::make(host_.hierarchies()[i], directories_[i], host_.is_pure_v2());
}

void Group::refuse_if_in_use(const std::vector<std::string>& existing) const {
    if (is_root() || existing.empty()) return;
    if (is_frozen(directories_))
        throw Error::bad(text::cat("cgroup ", directories_.front(), " exists and is unexpectedly frozen"),
                         "what enters it stands still; thaw it, or choose another name");
    if (processes().empty()) return;
    throw Error::bad(text::cat("cgroup ", directories_.front(), " exists and has processes"), "choose another name");
}

void Group::apply_controller(std::string_view controller, const oci::Resources& resources) const {
    if (!uses(resources, controller)) return;
    const std::string name(controller == "blkio" && !directory_of("blkio") ? "io" : controller);
    const bool v2_devices = controller == "devices" && !directory_of("devices") && host_.is_pure_v2();
    if (v2_devices) return attach_device_program(directories_.front(), resources.devices);
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const Hierarchy& hierarchy = host_.hierarchies()[i];
        if (!hierarchy.has(name)) continue;
        if (controller == "devices") return write_all(directories_[i], device_words_v1(resources.devices));
        if (hierarchy.version == 1) return write_all(directories_[i], words_v1(resources, controller));
        if (!host_.is_pure_v2()) tree::hand_down(above(directories_[i]), hierarchy.own);
        must_have(directories_[i], name);
        return write_all(directories_[i], words_v2(resources, controller));
    }
    if (host_.is_partial())
        throw Error::bad(
            text::cat("cgroup controller '", name, "' isn't delegated to you, and a limit of it is asked for"),
            "root can give you a group of it: mkdir, and chown to you, below its hierarchy");
    throw Error::bad(text::cat("no cgroup controller '", name, "' on this host, and a limit of it is asked for"),
                     "'cgroup-setter --show' lists the controllers there are");
}

void Group::apply(const oci::Resources& resources) const {
    for (const std::string_view controller : controllers()) apply_controller(controller, resources);
    for (const auto& [file, value] : resources.unified) {
        if (file.find('/') != std::string::npos || file.starts_with("."))
            throw Error::bad(text::cat("unified ", text::quote(file), ": not the name of a cgroup file"));
        const auto directory = std::find_if(host_.hierarchies().begin(), host_.hierarchies().end(),
                                            [](const Hierarchy& each) { return each.version == 2; });
        if (directory == host_.hierarchies().end())
            throw Error::bad("unified settings need cgroup v2, which this host doesn't have");
        const auto index = static_cast<std::size_t>(directory - host_.hierarchies().begin());
        if (!host_.is_pure_v2()) tree::hand_down(above(directories_[index]), directory->own);
        // A file of devices (io.max) takes one with each write.
        for (const std::string& line : text::split(text::trim(value), '\n'))
            sys::write_value(text::cat(directories_[index], "/", file), line);
    }
}

void Group::delegate_to(uid_t user) const {
    const std::string names = sys::try_read_file("/sys/kernel/cgroup/delegate")
                                  .value_or("cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n");
    for (const std::string& directory : directories_) {
        std::vector<std::string> places{directory};
        for (const std::string& name : text::split(text::trim(names), '\n')) places.push_back(directory + "/" + name);
        for (const std::string& place : places) {
            const auto opened = sys::open_if_there(AT_FDCWD, place, O_PATH | O_NOFOLLOW);
            if (opened) sys::change_owner(opened->get(), user, static_cast<gid_t>(-1), place);
        }
    }
}

void Group::join(pid_t pid) const {
    for (const std::string& directory : directories_)
        sys::write_value(directory + "/cgroup.procs", narrate::dry_run() ? "PID" : text::cat(pid));
}

void Group::join_where_missing(pid_t pid) const {
    const std::vector<std::string> joined = of_process(pid).directories_;
    for (const std::string& directory : directories_)
        if (std::find(joined.begin(), joined.end(), directory) == joined.end())
            sys::write_value(directory + "/cgroup.procs", narrate::dry_run() ? "PID" : text::cat(pid));
}

Doors Group::doors() const {
    Doors out;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const bool is_v2 = host_.hierarchies()[i].version == 2;
        if (narrate::dry_run()) {  // nothing is there to open, but it will be gone through
            if (!is_v2) out.tasks.emplace_back(directories_[i] + "/tasks", Fd{});
        } else if (is_v2) {
            out.v2 = sys::open(directories_[i], O_RDONLY | O_DIRECTORY);
        } else {
            const std::string file = directories_[i] + "/tasks";
            out.tasks.emplace_back(file, sys::open(file, O_WRONLY));
        }
    }
    return out;
}

void Doors::enter() const {
    for (const auto& [path, fd] : tasks)
        sys::call(
            "write", path, [&, &file = path] { return sys::arguments(file, "0"); },
            [&, number = fd.get()] { return ::write(number, "0", 1); });
}

void Group::remove(int seconds) const {
    if (narrate::dry_run()) return;
    for (const std::string& directory : directories_) tree::remove(directory, seconds);
}

bool Group::remove_if_empty() const {
    if (narrate::dry_run()) return true;
    return std::all_of(directories_.begin(), directories_.end(),
                       [](const std::string& directory) { return ::rmdir(directory.c_str()) == 0 || errno == ENOENT; });
}

void Group::kill(int signal) const {
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const std::string file = directories_[i] + "/cgroup.kill";
        if (signal == SIGKILL && host_.hierarchies()[i].version == 2 && sys::exists(file))
            return sys::write_value(file, "1");
    }
    // Frozen processes can't fork while they are being counted; a signal reaches them when they thaw.
    const bool can_freeze = directory_of("freezer").has_value();
    if (can_freeze) freeze(true);
    // 0 stands for one of another pid namespace; to kill(2) it would mean all of our own group.
    for (const pid_t pid : processes())
        if (pid > 0) ::kill(pid, signal);
    if (can_freeze) freeze(false);
}

void Group::freeze(bool frozen) const {
    if (const auto directory = directory_of("freezer"))
        return sys::write_value(*directory + "/freezer.state", frozen ? "FROZEN" : "THAWED");
    for (std::size_t i = 0; i < directories_.size(); ++i)
        if (host_.hierarchies()[i].version == 2)
            return sys::write_value(directories_[i] + "/cgroup.freeze", frozen ? "1" : "0");
    throw Error::bad("this host has neither a freezer controller nor cgroup v2");
}

std::string why_not_writable(const Host& host) {
    if (host.hierarchies().empty()) return "no cgroup hierarchy is mounted";
    // Of several hierarchies the one that limits most.
    const Hierarchy* shown = host.owner_of("memory");
    return text::cat((shown ? *shown : host.hierarchies().back()).own, " isn't yours to write");
}

}  // namespace bell::cgroup
