// file.hpp - opening, reading and writing files without being led astray.
//
// A path is a program that the kernel runs, and in a rootfs an attacker wrote it: any part may be a symlink to the
// host. So paths inside a rootfs are opened relative to a descriptor of it with openat2(RESOLVE_IN_ROOT), which
// makes the kernel treat that descriptor as "/", and from then on only the descriptor is used.
//
// openat2(2), mkdirat(2), mknodat(2). Next: mount.hpp; the concept on top of it is concepts/rootfs.hpp.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/narrate.hpp"

namespace bell::sys {

/// Larger files than this are not what we look for: /proc files, JSON documents, passwd.
inline constexpr std::size_t default_read_limit = std::size_t{16} << 20;

/// Opens for looking (O_CLOEXEC is added). Throws.
[[nodiscard]] Fd open_at(int directory, const std::string& path, int flags);
[[nodiscard]] Fd open(const std::string& path, int flags);
/// The same, but nothing where the file doesn't exist (ENOENT, ENOTDIR). Other failures throw.
[[nodiscard]] std::optional<Fd> open_if_there(int directory, const std::string& path, int flags);

/// openat2 with the given RESOLVE_* flags: see <linux/openat2.h>. Returns an empty Fd and leaves errno on failure.
[[nodiscard]] Fd try_openat2(int directory, const std::string& path, std::uint64_t flags, std::uint64_t resolve,
                             mode_t mode = 0);
/// `path` inside the tree of `root`, symlinks resolved as if `root` were "/", magic links refused. Throws.
[[nodiscard]] Fd open_in_root(int root, const std::string& path, int flags);

/// What the descriptor refers to.
[[nodiscard]] struct stat status(int fd, std::string_view subject);

/// The whole content, at most `limit` bytes: more is an error, not a cut.
[[nodiscard]] std::string read_all(int fd, std::string_view subject, std::size_t limit = default_read_limit);
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit = default_read_limit);
/// Nothing where the file isn't there or can't be read.
[[nodiscard]] std::optional<std::string> try_read_file(const std::string& path, std::size_t limit = default_read_limit);
/// Nothing only where it isn't there (or, below /proc, its process): for what must not be mistaken for gone.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::string& path,
                                                            std::size_t limit = default_read_limit);
/// Whether there is something of that name; throws if that can't be told.
[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] std::string read_link(const std::string& path);

/// Writes all of it to an open descriptor; silent (our own documents and pipes).
void write_all(int fd, std::string_view bytes, std::string_view subject);

/// One write(2) to a file of the kernel's (procfs, cgroupfs): such a file takes a value in one piece. `shown` is the
/// path people know it by. Told.
void write_value(int directory, const std::string& path, std::string_view value, const std::string& shown,
                 narrate::Weight weight = narrate::Weight::principal);
void write_value(const std::string& path, std::string_view value, narrate::Weight weight = narrate::Weight::principal);

/// A file without a name, to write to and read from: on the disk of the directory, and gone with its descriptor. In
/// memory where that file system can't have one, or `directory` is -1.
[[nodiscard]] Fd nameless_file(int directory);

/// A new file under a temporary name, synced, then renamed onto `path`: readers see the old or the new one, whole. It
/// has the old one's owner and mode, or `mode` if there was none.
void replace_file(const std::string& path, std::string_view content, mode_t mode, bool sync = true);
/// The same for a file in a directory that is ours alone: 0600, unsynced, no other owner to keep.
void replace_private_file(const std::string& path, std::string_view content);

/// The umask of this process. It is asked for once: a question changes it, for a moment. So whoever changes it, changes
/// it here.
[[nodiscard]] mode_t umask_now();
void change_umask(mode_t mask);

// Changes in a directory that the caller has opened safely. `name` is one path component. Told.
void make_directory(int directory, const std::string& name, mode_t mode, const std::string& shown);
void make_node(int directory, const std::string& name, mode_t mode, dev_t device, const std::string& shown);
void make_symlink(int directory, const std::string& name, const std::string& target, const std::string& shown);
/// Creates an empty regular file, or opens the one that is there (never a symlink's target).
Fd make_file(int directory, const std::string& name, mode_t mode, const std::string& shown);
void change_mode(int fd, mode_t mode, const std::string& shown);
void change_owner(int fd, uid_t uid, gid_t gid, const std::string& shown);

}  // namespace bell::sys
