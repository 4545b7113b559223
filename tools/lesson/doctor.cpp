// doctor.cpp - see doctor.hpp.
#include "doctor.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace bell {
namespace {

// errno of unshare(2), tried in a child: it can't be taken back. One that gives no power (Ubuntu's AppArmor) is of no
// use, so there is something to do with it.
int try_user_namespace() {
    const pid_t child = ::fork();
    if (child < 0) return errno;
    if (child == 0) sys::exit_now(::unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0 ? 0 : errno);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

bool says(const char* setting, std::string_view value) {
    return text::trim(sys::try_read_file(setting).value_or("")) == value;
}

Lack root() {
    if (geteuid() == 0) return {};
    return {"only root may do that", "scripts/env --root, or as far as it goes in the lab: lab"};
}

Lack ordinary_user() {
    if (geteuid() != 0) return {};
    return {"you are root: what is refused to others isn't to you", "as an ordinary user: su - YOU"};
}

Lack user_namespaces() {
    if (geteuid() == 0 || try_user_namespace() == 0) return {};
    constexpr const char *debian = "/proc/sys/kernel/unprivileged_userns_clone",
                         *ubuntu = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
                         *most = "/proc/sys/user/max_user_namespaces";
    if (says(debian, "0"))
        return {"user namespaces are switched off", "sudo sysctl kernel.unprivileged_userns_clone=1"};
    if (says(ubuntu, "1"))
        return {"AppArmor keeps ordinary users from user namespaces",
                "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"};
    if (says(most, "0")) return {"no user namespaces are allowed", "sudo sysctl user.max_user_namespaces=10000"};
    return {"user namespaces are blocked here, as in many containers",
            "on the machine itself, or in the lab: lab --user"};
}

Lack cgroup2() {
    for (const sys::MountInfo& mount : sys::read_mountinfo())
        if (mount.type == "cgroup2" &&
            sys::try_read_file(mount.mount_point + "/cgroup.controllers").value_or("").find("pids") !=
                std::string::npos)
            return {};
    return {"no cgroup v2 hierarchy with controllers here", "the lab has one: lab"};
}

bool has_program(const char* name) {
    const char* path = std::getenv("PATH");
    try {
        return !sys::find_program(name, path ? path : sys::default_path).empty();
    } catch (const Error&) {
        return false;
    }
}

Lack lab() {
    if (has_program("linux.uml") || sys::exists("/usr/bin/linux.uml")) return {};
    return {"user-mode-linux isn't installed", "sudo apt install user-mode-linux (x86-64 only)"};
}

Lack podman() {
    if (has_program("podman")) return {};
    return {"podman isn't installed", "sudo apt install podman"};
}

Lack network() {
    if (has_program("ip")) return {};
    return {"ip(8) isn't installed", "sudo apt install iproute2"};
}

struct Need {
    std::string_view word;
    Lack (*lack)();
};

constexpr std::array needs = {
    Need{"root", root},
    Need{"user", ordinary_user},
    Need{"userns", user_namespaces},
    Need{"cgroup2", cgroup2},
    Need{"lab", lab},
    Need{"podman", podman},
    Need{"net", network},
};

}  // namespace

Lack lack_of(const std::string& need) {
    for (const Need& each : needs)
        if (each.word == need) return each.lack();
    throw Error::bad(text::cat("a lesson needs '", text::printable(need), "', which isn't known"));
}

Lack first_lack(const std::vector<std::string>& all) {
    for (const std::string& need : all)
        if (Lack lack = lack_of(need)) return lack;
    return {};
}

void require_all(const Lesson& lesson) {
    const Lack lack = first_lack(lesson.needs);
    if (lack) throw Error::bad(text::cat("lesson ", lesson.number, " can't run here: ", lack.reason), lack.way_out);
}

}  // namespace bell
