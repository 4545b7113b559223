// rootfs.hpp - a directory that will be somebody's "/", and how to reach into it safely.
//
// Whoever wrote the rootfs is not trusted: any name in it may be a symlink to the host, or become one while we look.
// Every path is therefore resolved by the kernel with the rootfs as its root (openat2 with RESOLVE_IN_ROOT), missing
// parts are made relative to a directory that is already open, and what counts afterwards is the descriptor, never the
// name. (runc's CVE-2021-30465, crun's CVE-2019-18837: a mount target swapped for a symlink.)
//
// openat2(2), mkdirat(2). Next: mounts.hpp.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "sys/mount.hpp"

namespace bell {

class Rootfs {
public:
    /// A directory on the host: opened, and checked to be one.
    static Rootfs open(const std::string& path);
    /// One that is already open; `shown` is how people call it.
    Rootfs(Fd fd, std::string shown) : fd_(std::move(fd)), shown_(std::move(shown)) {}

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& path() const { return shown_; }
    /// Whether `fd` is this root.
    [[nodiscard]] bool is_itself(int fd) const;
    /// "demo/rootfs/proc": how the narration calls `inside`.
    [[nodiscard]] std::string shown(const std::string& inside) const;

    /// Opens what is there (flags as for open(2)); symlinks lead to places inside.
    [[nodiscard]] Fd reach(const std::string& inside, int flags) const;
    /// The same; nothing if it isn't there.
    [[nodiscard]] std::optional<Fd> reach_if_there(const std::string& inside, int flags) const;

    /// The directory, made with its parents if missing (also at the end of dangling symlinks). O_PATH.
    [[nodiscard]] Fd make_directory(const std::string& inside, mode_t mode = 0755) const;
    /// A place to mount a file on: an empty file, made with its parents if missing. O_PATH.
    [[nodiscard]] Fd make_file(const std::string& inside, mode_t mode = 0644) const;

    /// The parent directory of `inside`, made if missing, and the last component's name.
    struct Place {
        Fd parent;
        std::string name;
    };
    [[nodiscard]] Place place(const std::string& inside) const;

    /// Throws if the last component is a symlink: proc and sysfs are mounted on real directories only.
    void refuse_symlink(const std::string& inside) const;

private:
    Fd fd_;
    std::string shown_;
    mutable std::optional<sys::Location> location_;  // asked for once
};

/// "a/b/../c" -> the words between the slashes, without "." and empty ones.
[[nodiscard]] std::string inside_path(const std::string& path);

}  // namespace bell
