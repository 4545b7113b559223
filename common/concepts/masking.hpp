// masking.hpp - what a container may not see, and what it may only read.
//
// Parts of /proc and /sys are the whole machine's even in namespaces of one's own: /proc/kcore is the host's memory,
// /proc/sysrq-trigger reboots it. A masked file has /dev/null mounted on it, a masked directory an empty read-only
// tmpfs; a read-only path is bound on itself and made read-only with all below. The /dev/null is the host's, opened and
// verified beforehand (runc's CVE-2025-31133).
//
// config-linux.md#masked-paths, #readonly-paths. Next: pivot.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "concepts/rootfs.hpp"
#include "sys/mount.hpp"

namespace bell::masking {

/// Paths that don't exist are passed over. `null` is a descriptor of the host's /dev/null.
void hide(const std::vector<std::string>& paths, const Rootfs& root, int null);
/// The same, with what covers a file: for a process that has left the mount namespace the host's /dev/null is in.
void hide(const std::vector<std::string>& paths, const Rootfs& root,
          const std::function<sys::DetachedMount()>& cover_for_file);
void make_read_only(const std::vector<std::string>& paths, const Rootfs& root);

}  // namespace bell::masking
