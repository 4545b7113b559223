// mount_faults.cpp - see mount_faults.hpp.
#include "concepts/mount_faults.hpp"

#include <linux/mount.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>

#include "base/text.hpp"
#include "sys/mount.hpp"
#include "sys/mountinfo.hpp"

namespace bell::mounts {
namespace {

struct Flag {
    unsigned long present;    // as statvfs(3) has it
    std::uint64_t attribute;  // as mount_setattr(2) has it
};

constexpr std::array flags = {
    Flag{ST_RDONLY, MOUNT_ATTR_RDONLY},
    Flag{ST_NOSUID, MOUNT_ATTR_NOSUID},
    Flag{4 /* ST_NODEV */, MOUNT_ATTR_NODEV},
    Flag{8 /* ST_NOEXEC */, MOUNT_ATTR_NOEXEC},
};

}  // namespace

Error name_locked_flags(const Error& error, int fd, std::uint64_t cleared) {
    struct statvfs found {};
    if (error.code() != EPERM || ::fstatvfs(fd, &found) < 0) return error;
    std::uint64_t locked = 0;
    for (const Flag& each : flags)
        if ((found.f_flag & each.present) != 0) locked |= each.attribute & cleared;
    if (locked == 0) return error;
    const std::string words = sys::attribute_words(locked);
    return error.remark(text::cat("locked: ", words))
        .advise(
            text::cat("a mount of the host's keeps ", words, " in a user namespace: leave out the option against it"));
}

// Where SELinux doesn't run nobody takes the parameter "context" off the file system's hands, and it doesn't know it.
Error name_missing_selinux(const Error& error, const std::string& label) {
    const bool is_label = error.message().find(" option context=") != std::string::npos;
    if (!is_label || error.code() != EINVAL) return error;
    return Error::bad(text::cat("/linux/mountLabel ", text::printable(label), ": this host runs no SELinux"),
                      "leave the label out, or 'cat /sys/kernel/security/lsm' to see what runs");
}

Error name_covers(const Error& error, const std::string& type) {
    if (error.code() != EPERM || (type != "proc" && type != "sysfs")) return error;
    const std::string place = type == "proc" ? "/proc/" : "/sys/";
    std::string covers;
    for (const sys::MountInfo& mount : sys::read_mountinfo()) {
        // The usual ones on /sys are on empty directories, and no matter.
        const bool covering = mount.mount_point.starts_with(place) && (type == "proc" || mount.type == "tmpfs");
        if (covering && covers.size() < 100) covers += text::cat(covers.empty() ? "" : " ", mount.mount_point);
    }
    if (covers.empty()) return error;
    return error.advise(text::cat("this host masks parts of ", place.substr(0, place.size() - 1), " (", covers,
                                  "), and a new ", type,
                                  " would show them: bind the host's, {\"type\": \"bind\", \"source\": \"",
                                  place.substr(0, place.size() - 1), "\"}"));
}

}  // namespace bell::mounts
