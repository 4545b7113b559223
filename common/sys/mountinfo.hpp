// mountinfo.hpp - the mounts a process sees, as the kernel lists them.
//
// /proc/PID/mountinfo has a line for each mount of the process's mount namespace that its root can reach:
//
//     36 35 98:0 /sub /mnt ro,noatime master:1 - ext3 /dev/root rw,errors=continue
//     id |  dev  root |    options    |          type source    super_options
//        parent       mount_point     optional_fields
//
// A field can't hold a blank, a tab, a line end or a backslash: the kernel writes \040, \011, \012 and \134 for them.
// Mounts form a tree by id and parent; the parent of the topmost one is itself or not in the list. Options are of this
// mount, super_options of the file system behind it, which other mounts may show too. Root is the part of that file
// system which is visible here: "/" unless it is a bind mount of something below.
//
// parse_mountinfo is a pure function on bytes: it believes nothing, skips lines it can't read and stops at a limit.
// proc_pid_mountinfo(5), mount_namespaces(7). Next: proc_status.hpp.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bell::sys {

struct MountInfo {
    int id = 0;
    int parent = 0;
    unsigned major = 0;
    unsigned minor = 0;
    std::string root;         ///< what of the file system is mounted: "/", "/srv", "/srv//deleted", "net:[4026531840]"
    std::string mount_point;  ///< as seen from the process's root
    std::string options;      ///< of this mount: "rw,nosuid,nodev,relatime"
    std::vector<std::string>
        optional_fields;        ///< propagation: "shared:1", "master:2", "propagate_from:1", "unbindable"
    std::string type;           ///< "ext4", "fuse.sshfs"
    std::string source;         ///< "/dev/vda", "tmpfs", "none"; may be empty
    std::string super_options;  ///< of the file system: "rw,size=65536k"

    bool operator==(const MountInfo&) const = default;
};

/// The kernel's own bound is fs.mount-max, 100,000 by default.
inline constexpr std::size_t mountinfo_limit = 200'000;

/// The mounts in the order of the lines. Lines that aren't of the form above are left out.
[[nodiscard]] std::vector<MountInfo> parse_mountinfo(std::string_view lines);

/// One line without its end; nothing if it isn't of the form above.
[[nodiscard]] std::optional<MountInfo> parse_mountinfo_line(std::string_view line);

/// The mounts of the process's namespace; throws if they can't be read. 0: of this process.
[[nodiscard]] std::vector<MountInfo> read_mountinfo(pid_t pid = 0);

/// The one that a path of this list's view lies on: the last mount whose mount_point is `path` or a directory above
/// it. Null if there is none.
[[nodiscard]] const MountInfo* mount_of(const std::vector<MountInfo>& mounts, std::string_view path);

/// "a b" for "a\040b": octal escapes of three digits become their byte, everything else stays.
[[nodiscard]] std::string unescape_octal(std::string_view field);

/// Whether `word` is one of the words between the commas: has_option("rw,nosuid", "nosuid").
[[nodiscard]] bool has_option(std::string_view options, std::string_view word);

/// Whether `path` is `directory` or lies below it, by their words alone.
[[nodiscard]] bool is_within(std::string_view path, std::string_view directory);

}  // namespace bell::sys
