// intel_rdt.hpp - a share of the processor's cache and of its way to memory.
//
// Some processors can divide their last cache and their memory bandwidth among classes of service (CLOS), and count
// what each group of tasks uses. The kernel shows this as a file system, resctrl: a directory is a class, its
// `schemata` says what it gets, a pid written to `tasks` puts a process in; below `mon_groups` are groups that are only
// counted. The root of it is the class of everybody else.
//
//     prepare (mkdir, schemata)  ->  join (tasks)  ->  remove (rmdir)
//
// Documentation/arch/x86/resctrl.rst, config-linux.md#intelrdt. Next: cgroup.hpp, which divides the rest.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/linux.hpp"
#include "sys/mountinfo.hpp"

namespace bell::intel_rdt {

/// Where resctrl is mounted; nothing if it isn't.
[[nodiscard]] std::optional<std::string> find_mount(const std::vector<sys::MountInfo>& mounts);

/// The lines for the file `schemata`, in the order in which they are to be written. Empty: it stays as it is.
[[nodiscard]] std::vector<std::string> schemata_lines(const oci::IntelRdt& wanted);

/// Whether all that `line` ("L3:0=7f0;1=1f") asks for stands in `schemata`, as the kernel shows it.
[[nodiscard]] bool is_in_effect(std::string_view line, std::string_view schemata);

/// The directories of a container.
struct Groups {
    std::string service_class;      ///< its class
    std::string monitoring;         ///< the group it is counted in; empty if it isn't
    std::vector<std::string> made;  ///< those that aren't there yet, in the order of making
};

/// Which directories they are, in the resctrl at `mount`. Throws for a closID that is no name, and for one that should
/// be there and isn't.
[[nodiscard]] Groups groups_of(const oci::IntelRdt& wanted, const std::string& mount, const std::string& container_id);

/// Makes them and writes the schemata, or checks those of a class that is there.
void prepare(const oci::IntelRdt& wanted, const Groups& groups);
/// Puts a process in.
void join(const Groups& groups, pid_t pid);
/// Removes directories that were made, the last first. One that is gone is no matter.
void remove(const std::vector<std::string>& made);

}  // namespace bell::intel_rdt
