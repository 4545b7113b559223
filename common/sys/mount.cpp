// mount.cpp - see mount.hpp.
//
// The calls are made by number: glibc has wrappers only since 2.36, and <sys/mount.h> and <linux/mount.h> could not be
// included together before that.
#include "sys/mount.hpp"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"
#include "sys/path_fault.hpp"

#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif
#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif

namespace bell::sys {
namespace {

struct Word {
    std::uint64_t bit;
    std::string_view name;
};

constexpr std::array attribute_names = {
    Word{MOUNT_ATTR_RDONLY, "ro"},
    Word{MOUNT_ATTR_NOSUID, "nosuid"},
    Word{MOUNT_ATTR_NODEV, "nodev"},
    Word{MOUNT_ATTR_NOEXEC, "noexec"},
    Word{MOUNT_ATTR_NOATIME, "noatime"},
    Word{MOUNT_ATTR_STRICTATIME, "strictatime"},
    Word{MOUNT_ATTR_NODIRATIME, "nodiratime"},
    Word{MOUNT_ATTR_IDMAP, "idmap"},
    Word{0x00200000 /* MOUNT_ATTR_NOSYMFOLLOW, 5.14 */, "nosymfollow"},
};

constexpr std::array propagation_names = {
    Word{MS_PRIVATE, "private"},
    Word{MS_SLAVE, "slave"},
    Word{MS_SHARED, "shared"},
    Word{MS_UNBINDABLE, "unbindable"},
};

std::string propagation_words(std::uint64_t flags) {
    std::string out = (flags & MS_REC) != 0 ? "r" : "";
    for (const Word& word : propagation_names)
        if ((flags & word.bit) != 0) out += word.name;
    return out;
}

std::string change_words(const MountChange& change) {
    std::string out = attribute_words(change.set);
    if (change.clear != 0) out += text::cat(out.empty() ? "" : " ", "without ", attribute_words(change.clear));
    if (change.propagation != 0) out += text::cat(out.empty() ? "" : " ", propagation_words(change.propagation));
    if (change.recursive) out += " recursive";
    return out;
}

// A file system context collects messages ("e proc: Unknown parameter 'x'"): one read(2) each.
std::string kernel_words(int context) {
    std::array<char, 1024> message;
    const ssize_t size = ::read(context, message.data(), message.size());
    if (size <= 2) return {};
    return std::string(text::trim({message.data() + 2, static_cast<std::size_t>(size) - 2}));
}

[[noreturn]] void rethrow_with_kernel_words(const Error& error, int context) {
    const std::string words = kernel_words(context);
    if (words.empty()) throw error;
    throw error.in(text::cat("(", words, ")"));
}

}  // namespace

std::string attribute_words(std::uint64_t attributes) {
    std::vector<std::string> words;
    for (const Word& word : attribute_names)
        if ((attributes & MOUNT_ATTR__ATIME & word.bit) != 0 ||
            (attributes & ~std::uint64_t{MOUNT_ATTR__ATIME} & word.bit) != 0)
            words.emplace_back(word.name);
    return text::join(words, ",");
}

Fd fs_open(const std::string& type) {
    return call_fd(
        "fsopen", type, [&] { return arguments(type); },
        [&] { return syscall(SYS_fsopen, type.c_str(), FSOPEN_CLOEXEC); }, Weight::detail);
}

void fs_set(const Fd& context, const std::string& type, const std::string& key, const char* value) {
    const unsigned command = value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
    try {
        call(
            "fsconfig", text::cat(type, " option ", key, value ? "=" : "", value ? value : ""),
            [&] { return value ? arguments(type, key, value) : arguments(type, key); },
            [&] { return syscall(SYS_fsconfig, context.get(), command, key.c_str(), value, 0); }, Weight::detail);
    } catch (const Error& error) {
        rethrow_with_kernel_words(error, context.get());
    }
}

void fs_set_fd(const Fd& context, const std::string& type, const std::string& key, int fd) {
    call(
        "fsconfig", text::cat(type, " option ", key), [&] { return arguments(type, key, fd); },
        [&] { return syscall(SYS_fsconfig, context.get(), FSCONFIG_SET_FD, key.c_str(), nullptr, fd); },
        Weight::detail);
}

DetachedMount fs_mount(Fd context, const std::string& type, std::uint64_t attributes) {
    try {
        call(
            "fsconfig", text::cat("create ", type), [&] { return arguments(type, Raw{"CREATE"}); },
            [&] { return syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0); },
            Weight::detail);
        Fd mount = call_fd(
            "fsmount", type, [&] { return arguments(type, Raw{attribute_words(attributes)}); },
            [&] { return syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes); }, Weight::detail);
        return {std::move(mount), type};
    } catch (const Error& error) {
        rethrow_with_kernel_words(error, context.get());
    }
}

DetachedMount copy_tree(int directory, const std::string& path, bool recursive, std::string what) {
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? unsigned{AT_RECURSIVE} : 0u) |
                           (path.empty() ? unsigned{AT_EMPTY_PATH} : 0u);
    try {
        Fd fd = call_fd(
            "open_tree", what, [&] { return arguments(what, Raw{recursive ? "CLONE|RECURSIVE" : "CLONE"}); },
            [&] { return syscall(SYS_open_tree, directory, path.c_str(), flags); }, Weight::detail);
        return {std::move(fd), std::move(what)};
    } catch (const Error& error) {
        throw path.empty() ? error : with_path_fault(error, directory, path);
    }
}

void change_mount(int fd, const MountChange& change, const std::string& what) {
    mount_attr attributes{change.set, change.clear, change.propagation & ~std::uint64_t{MS_REC}, 0};
    if (change.userns >= 0) {
        attributes.attr_set |= MOUNT_ATTR_IDMAP;
        attributes.userns_fd = static_cast<std::uint64_t>(change.userns);
    }
    if ((change.set | change.clear) & MOUNT_ATTR__ATIME) attributes.attr_clr |= MOUNT_ATTR__ATIME;
    const unsigned flags = unsigned{AT_EMPTY_PATH} | (change.recursive ? unsigned{AT_RECURSIVE} : 0u);
    const std::string subject = change.userns >= 0 ? text::cat(what, " (idmap)") : what;
    call(
        "mount_setattr", subject, [&] { return arguments(what, Raw{change_words(change)}); },
        [&] { return syscall(SYS_mount_setattr, fd, "", flags, &attributes, sizeof attributes); }, Weight::detail);
}

void attach(const DetachedMount& mount, int target, const std::string& shown) {
    call(
        "move_mount", shown, [&] { return arguments(Raw{mount.what}, shown); },
        [&] {
            return syscall(SYS_move_mount, mount.fd.get(), "", target, "",
                           MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
        });
}

void set_propagation(const std::string& path, unsigned long flags) {
    call(
        "mount", path, [&] { return arguments(path, Raw{propagation_words(flags)}); },
        [&] { return syscall(SYS_mount, nullptr, path.c_str(), nullptr, flags, nullptr); });
}

void detach(const std::string& path) {
    call(
        "umount2", path, [&] { return arguments(path, Raw{"MNT_DETACH"}); },
        [&] { return syscall(SYS_umount2, path.c_str(), MNT_DETACH); });
}

void detach(int directory, const std::string& name, const std::string& shown) {
    const Fd back = open(".", O_PATH | O_DIRECTORY);
    change_directory(directory, shown.substr(0, shown.size() - name.size()));
    call(
        "umount2", shown, [&] { return arguments(shown, Raw{"MNT_DETACH|UMOUNT_NOFOLLOW"}); },
        [&] { return syscall(SYS_umount2, name.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW); });
    change_directory(back.get(), "the working directory");
}

bool is_mount_root(int fd) {
    struct statx found {};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &found) < 0) throw Error::os("statx", "", errno);
    return (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Location location_of(int fd) {
    struct statx found {};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &found) < 0) throw Error::os("statx", "", errno);
    return {found.stx_ino, found.stx_mnt_id, found.stx_dev_major, found.stx_dev_minor};
}

void pivot_root_here() {
    call(
        "pivot_root", ".", [] { return arguments(".", "."); }, [] { return syscall(SYS_pivot_root, ".", "."); });
}

void pivot_root_keep(const std::string& put_old) {
    call(
        "pivot_root", put_old, [&] { return arguments(".", put_old); },
        [&] { return syscall(SYS_pivot_root, ".", put_old.c_str()); });
}

void change_root(const std::string& path, const std::string& shown) {
    call(
        "chroot", shown, [&] { return arguments(path); }, [&] { return ::chroot(path.c_str()); });
}

void change_directory(const std::string& path) {
    try {
        call(
            "chdir", path, [&] { return arguments(path); }, [&] { return ::chdir(path.c_str()); });
    } catch (const Error& error) {
        throw with_path_fault(error, AT_FDCWD, path);
    }
}

void change_directory(int fd, const std::string& shown) {
    call(
        "fchdir", shown, [&] { return arguments(shown); }, [&] { return ::fchdir(fd); });
}

}  // namespace bell::sys
