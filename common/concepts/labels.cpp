// labels.cpp - see labels.hpp.
#include "concepts/labels.hpp"

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::labels {
namespace {

// What the kernel says this process is called now; empty if no security module answers (EINVAL).
std::string current_label(const sys::Procfs& proc) {
    try {
        return proc.read("self/attr/current");
    } catch (const Error& error) {
        if (error.code() == EINVAL || error.code() == ENOENT) return {};
        throw;
    }
}

}  // namespace

// The folder attr/apparmor is there since Linux 5.8 if the kernel has the module; that it is off shows as EINVAL.
void set_apparmor_profile(const std::string& profile, const sys::Procfs& proc) {
    try {
        proc.write("self/attr/apparmor/exec", text::cat("exec ", profile));
    } catch (const Error& error) {
        const bool absent = error.code() == EINVAL || error.code() == ENODEV;
        if (absent || error.message().starts_with("open"))
            throw Error::bad(text::cat("AppArmor profile ", text::printable(profile), ": this host runs no AppArmor"),
                             "leave the profile out, or 'cat /sys/kernel/security/lsm' to see what runs");
        if (error.code() == ENOENT)
            throw Error::bad(text::cat("AppArmor profile ", text::printable(profile), ": not loaded on this host"),
                             "'aa-status' lists those that are; apparmor_parser(8) loads one");
        throw;
    }
}

// SELinux and others share one file. A context, unlike other labels, has four parts: user:role:type:level.
void set_selinux_label(const std::string& label, const sys::Procfs& proc) {
    const std::string current = current_label(proc);
    if (std::count(current.begin(), current.end(), ':') < 3)
        throw Error::bad(text::cat("SELinux label ", text::printable(label), ": this host runs no SELinux"),
                         "leave the label out, or 'cat /sys/kernel/security/lsm' to see what runs");
    proc.write("self/attr/exec", label);
}

}  // namespace bell::labels
