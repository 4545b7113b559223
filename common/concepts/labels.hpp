// labels.hpp - what the program will be called by the host's security policy.                                  Lesson
// 09
//
// AppArmor and SELinux confine a program by a label that it gets at exec: the profile's name or a context. A process
// says beforehand, in a file of /proc, which one the next exec shall give it. That file is a fine place to lie about
// (runc's CVE-2019-16884 and CVE-2019-19921: a fake /proc, and the label went nowhere), so it is reached through a
// Procfs that nobody else sees, and the file system is checked before the write.
//
// apparmor(7), proc_pid_attr(5), config.md#linux-process. Next: steps/drop.hpp, which puts all this in order.
#pragma once

#include <string>

#include "sys/procfs.hpp"

namespace bell::labels {

/// The next exec runs under this AppArmor profile. "unconfined" is always possible. Throws on a host without AppArmor.
void set_apparmor_profile(const std::string& profile, const sys::Procfs& proc);
/// The next exec runs in this SELinux context. Throws on a host without SELinux.
void set_selinux_label(const std::string& label, const sys::Procfs& proc);

}  // namespace bell::labels
