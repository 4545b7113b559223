// cgroup_freezer.cpp - see cgroup_freezer.hpp.
#include "concepts/cgroup_freezer.hpp"

#include <time.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::cgroup {
namespace {

struct Words {
    const char* file;
    const char* frozen;
    const char* thawed;
};
constexpr Words version_1{"/freezer.state", "FROZEN", "THAWED"};
constexpr Words version_2{"/cgroup.freeze", "1", "0"};

struct Freezer {
    std::string directory;
    const Words* words = nullptr;
    [[nodiscard]] std::string file() const { return directory + words->file; }
};

// On a hybrid machine the v1 controller is the one that engines look at.
Freezer freezer_of(const std::vector<std::string>& directories) {
    for (const Words* words : {&version_1, &version_2})
        for (const std::string& directory : directories)
            if (::access((directory + words->file).c_str(), F_OK) == 0) return {directory, words};
    return {};
}

Freezer need_freezer(const std::vector<std::string>& directories) {
    Freezer found = freezer_of(directories);
    if (!found.words)
        throw Error::bad(directories.empty() ? "there is no cgroup, and only a group can be frozen"
                                             : "its cgroup has neither a freezer controller nor cgroup v2");
    return found;
}

bool stands_still(const Freezer& freezer) {
    if (freezer.words == &version_1) return text::trim(sys::try_read_file(freezer.file()).value_or("")) == "FROZEN";
    return sys::try_read_file(freezer.directory + "/cgroup.events").value_or("").find("frozen 1") != std::string::npos;
}

// The processes that are kept in the kernel: by a disk, a network file system, a debugger.
std::string who_is_late(const Freezer& freezer) {
    std::string out;
    for (const std::string& pid :
         text::split(sys::try_read_file(freezer.directory + "/cgroup.procs").value_or(""), '\n')) {
        const std::string status = sys::try_read_file(text::cat("/proc/", pid, "/status")).value_or("");
        if (!pid.empty() && status.find("\nState:\tD") != std::string::npos) out += " " + pid;
    }
    return out.empty() ? "" : text::cat("waiting in the kernel:", out);
}

}  // namespace

bool is_frozen(const std::vector<std::string>& directories) {
    const Freezer freezer = freezer_of(directories);
    if (!freezer.words) return false;
    const std::string state(text::trim(sys::try_read_file(freezer.file()).value_or(freezer.words->thawed)));
    return state != freezer.words->thawed;
}

void freeze_and_wait(const std::vector<std::string>& directories, int seconds) {
    const Freezer freezer = need_freezer(directories);
    sys::write_value(freezer.file(), freezer.words->frozen);
    if (narrate::dry_run()) return;
    constexpr long pause = 2;  // milliseconds
    for (long waited = 0; waited < seconds * 1000L; waited += pause) {
        if (stands_still(freezer)) return;
        const timespec time{0, pause * 1'000'000};
        nanosleep(&time, nullptr);
        // v1 may lose one that forks meanwhile: asked again, it is counted again.
        if (freezer.words == &version_1) sys::write_value(freezer.file(), "FROZEN", narrate::Weight::detail);
    }
    thaw(directories);
    throw Error::bad(text::cat("not all of its processes stood still within ", seconds, " s"), who_is_late(freezer));
}

void thaw(const std::vector<std::string>& directories) {
    const Freezer freezer = need_freezer(directories);
    sys::write_value(freezer.file(), freezer.words->thawed);
}

}  // namespace bell::cgroup
