// cgroup_tree.cpp - see cgroup_tree.hpp.
#include "concepts/cgroup_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::cgroup::tree {
namespace {

void make_directory(const std::string& path) { sys::make_directory(AT_FDCWD, path, 0755, path); }

// A new v1 cpuset is empty, and a group with an empty cpuset takes no process.
void inherit_cpuset(const std::string& parent, const std::string& directory) {
    for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
        const std::string above = sys::try_read_file(parent + file).value_or("");
        if (!text::trim(above).empty()) sys::write_value(directory + file, text::trim(above), narrate::Weight::detail);
    }
}

void collect_own_processes(const std::string& directory, std::vector<pid_t>& out) {
    for (const std::string& line : text::split(sys::try_read_file(directory + "/cgroup.procs").value_or(""), '\n'))
        if (const auto pid = text::number<pid_t>(line)) out.push_back(*pid);
}

// v2: a group that hands controllers down may have no processes itself. So those that live in it, we among them, move
// into a group of their own below it, as systemd does with those of a delegated unit. One that forks meanwhile: again.
void move_to_leaf(const std::string& directory) {
    const narrate::Section why("cgroup-setter", "its processes move into a leaf: who shares out may not consume",
                               "cgroups(7)");
    const std::string leaf = directory + "/leaf";
    if (!sys::exists(leaf)) make_directory(leaf);
    for (int round = 0; round < 10; ++round) {
        std::vector<pid_t> processes;
        collect_own_processes(directory, processes);
        if (processes.empty() || narrate::dry_run()) return;
        for (const pid_t pid : processes) {
            try {
                sys::write_value(leaf + "/cgroup.procs", text::cat(pid));
            } catch (const Error& error) {
                if (error.code() != ESRCH) throw;
            }
        }
    }
}

void hand_down_one(const std::string& directory, const std::string& own, const std::string& controller) {
    const auto write = [&] {
        sys::write_value(directory + "/cgroup.subtree_control", "+" + controller, narrate::Weight::detail);
    };
    try {
        write();
    } catch (const Error& error) {
        if (error.code() != EBUSY || directory != own) throw;
        move_to_leaf(directory);
        write();
    }
}

std::vector<std::string> subdirectories(const std::string& directory) {
    std::vector<std::string> out;
    // cgroupfs counts a directory's subdirectories among its links: mostly there is none to look for.
    struct stat found {};
    if (::stat(directory.c_str(), &found) < 0 || found.st_nlink <= 2) return out;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (!stream) return out;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..") out.push_back(directory + "/" + name);
    }
    return out;
}

void sleep_milliseconds(long milliseconds) {
    const timespec pause{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    nanosleep(&pause, nullptr);
}

}  // namespace

// v2: a controller is there for a group if its parent hands it down. Where `directory` is the group we are in
// ourselves, its processes step aside.
void hand_down(const std::string& directory, const std::string& own) {
    const std::string offered = sys::try_read_file(directory + "/cgroup.controllers").value_or("");
    const std::string handed = sys::try_read_file(directory + "/cgroup.subtree_control").value_or("");
    const std::vector<std::string> already = text::split(text::trim(handed), ' ');
    for (const std::string& controller : text::split(text::trim(offered), ' ')) {
        if (controller.empty() || std::find(already.begin(), already.end(), controller) != already.end()) continue;
        try {
            hand_down_one(directory, own, controller);
        } catch (const Error&) {
            // One that can't be had is missed, with its name, by whoever asks for a limit of it.
        }
    }
}

namespace {

void make_with_parents(const Hierarchy& hierarchy, const std::string& directory, bool pure_v2) {
    const std::string parent = directory.substr(0, directory.rfind('/'));
    if (parent.size() > hierarchy.mount.size() && !sys::exists(parent)) make_with_parents(hierarchy, parent, pure_v2);
    // On a hybrid machine the v2 tree is only for keeping processes together: its controllers are handed down on
    // demand.
    if (hierarchy.version == 2 && pure_v2) hand_down(parent, hierarchy.own);
    try {
        make_directory(directory);
    } catch (const Error& error) {
        if (error.code() != EEXIST) throw;  // a parent of others, too, and they were faster
    }
    if (hierarchy.has("cpuset") && hierarchy.version == 1) inherit_cpuset(parent, directory);
}

}  // namespace

// The last group below a parent may take it away at any moment: then it is made again.
void make(const Hierarchy& hierarchy, const std::string& directory, bool pure_v2) {
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) try {
            return make_with_parents(hierarchy, directory, pure_v2);
        } catch (const Error& error) {
            if (error.code() != ENOENT || tries == most_tries) throw;
        }
}

// EBUSY while there are groups below, and for a moment after its last process has ended: the kernel lets go of that one
// only after its parent has seen the end. Most groups go at the first try.
void remove(const std::string& directory, int seconds) {
    long waited = 0;
    for (long pause = 1; ::rmdir(directory.c_str()) < 0 && errno != ENOENT; pause = std::min(2 * pause, 64L)) {
        if (errno != EBUSY || waited > seconds * 1000L) throw Error::os("rmdir", directory, errno);
        const std::vector<std::string> below = subdirectories(directory);
        for (const std::string& each : below) remove(each, seconds);
        if (!below.empty()) continue;
        sleep_milliseconds(pause);
        waited += pause;
    }
}

void remove_parents(const std::vector<std::string>& parents) {
    for (auto directory = parents.rbegin(); directory != parents.rend(); ++directory)
        if (::rmdir(directory->c_str()) < 0 && errno != ENOENT && errno != EBUSY && errno != ENOTEMPTY)
            throw Error::os("rmdir", *directory, errno);
}

void collect_processes(const std::string& directory, std::vector<pid_t>& out) {
    collect_own_processes(directory, out);
    for (const std::string& below : subdirectories(directory)) collect_processes(below, out);
}

}  // namespace bell::cgroup::tree
