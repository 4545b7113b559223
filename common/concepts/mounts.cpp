// mounts.cpp - see mounts.hpp.
#include "concepts/mounts.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/copy_up.hpp"
#include "concepts/mount_faults.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/overlay.hpp"
#include "sys/file.hpp"

namespace bell::mounts {
namespace {

bool is_directory(int fd, const std::string& shown) { return S_ISDIR(sys::status(fd, shown).st_mode); }

// In a dry run the detached mount isn't there: a bind's source tells.
bool shows_directory(const sys::DetachedMount& detached, const oci::Mount& mount) {
    if (!narrate::dry_run()) return is_directory(detached.fd.get(), detached.what);
    if (!is_bind(mount) || !mount.source) return true;
    const auto source = sys::open_if_there(AT_FDCWD, *mount.source, O_PATH);
    return !source || is_directory(source->get(), *mount.source);
}

// A string for the file system: "size=64m", or a flag.
void set_option(const Fd& context, const std::string& type, const std::string& option) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) return sys::fs_set(context, type, option, nullptr);
    sys::fs_set(context, type, option.substr(0, equals), option.substr(equals + 1).c_str());
}

sys::DetachedMount new_file_system(const std::string& type, const std::string& source, const Options& options,
                                   const std::string& label) {
    Fd context = sys::fs_open(type);
    if (!source.empty()) sys::fs_set(context, type, "source", source.c_str());
    const OverlayOptions words(options.superblock);
    for (const std::string& option : words.words()) set_option(context, type, option);
    try {
        if (!label.empty()) sys::fs_set(context, type, "context", label.c_str());
        return sys::fs_mount(std::move(context), type, options.set);
    } catch (const Error& error) {
        throw name_covers(name_missing_selinux(error, label), type);
    }
}

void set_attributes(const sys::DetachedMount& mount, const Options& options, bool is_new) {
    const auto change = [&](std::uint64_t set, std::uint64_t clear, bool recursive) {
        if ((set | clear) == 0) return;
        try {
            sys::change_mount(mount.fd.get(), {.set = set, .clear = clear, .recursive = recursive}, mount.what);
        } catch (const Error& error) {
            throw name_locked_flags(error, mount.fd.get(), clear);
        }
    };
    if (!is_new) change(options.set, options.clear, false);
    change(options.recursive_set, options.recursive_clear, true);
}

// After attaching: a detached mount has no peers to propagate to.
void set_propagation(const sys::DetachedMount& mount, const Options& options) {
    for (const unsigned long flags : options.propagation)
        sys::change_mount(mount.fd.get(), {.propagation = flags, .recursive = (flags & MS_REC) != 0}, mount.what);
}

Fd target_for(const oci::Mount& mount, const Rootfs& root, bool directory) {
    return directory ? root.make_directory(mount.destination) : root.make_file(mount.destination);
}

bool is_root(const oci::Mount& mount) { return inside_path(mount.destination) == "/"; }

void attach(const sys::DetachedMount& detached, const oci::Mount& mount, const Rootfs& root, const Options& options,
            bool directory, Context& context) {
    const Fd target = target_for(mount, root, directory);
    // make_directory has refused a file already; the kernel would only say EINVAL.
    if (!narrate::dry_run() && !directory && is_directory(target.get(), root.shown(mount.destination)))
        throw Error::bad(text::cat("mount on ", root.shown(mount.destination), ": is a directory, and ",
                                   mount.source.value_or("the source"), " is not"));
    // A symlink of the image could make its own choice of what later programs of the container have as their root.
    if (!narrate::dry_run() && !is_root(mount) && root.is_itself(target.get()))
        throw Error::bad(text::cat("mount on ", root.shown(mount.destination), ": leads to the root itself"),
                         "a mount that is to be the root says so: destination /");
    sys::attach(detached, target.get(), root.shown(mount.destination));
    set_propagation(detached, options);
    // No path leads from the directory to what is mounted on it: the mount's own descriptor does.
    if (is_root(mount) && !narrate::dry_run())
        context.new_root = sys::open_at(detached.fd.get(), ".", O_PATH | O_DIRECTORY);
}

// What was opened beforehand for this place.
std::optional<sys::DetachedMount> take_prepared(const oci::Mount& mount, Context& context) {
    const auto found = context.prepared.lower_bound(mount.destination);
    if (found == context.prepared.end() || found->first != mount.destination) return std::nullopt;
    sys::DetachedMount out = std::move(found->second);
    context.prepared.erase(found);
    return out;
}

void bind(const oci::Mount& mount, const Rootfs& root, const Options& options, Context& context) {
    std::optional<sys::DetachedMount> prepared = take_prepared(mount, context);
    const sys::DetachedMount source = prepared ? *std::move(prepared) : open_source(mount, context.user_namespace_of);
    set_attributes(source, options, false);
    attach(source, mount, root, options, shows_directory(source, mount), context);
}

// A tmpfs that starts with what the rootfs has at that place.
void tmpfs_with_copy(const oci::Mount& mount, const Rootfs& root, const Options& options, Context& context) {
    Options writable = options;
    writable.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    const sys::DetachedMount tmpfs = new_file_system("tmpfs", "tmpfs", writable, context.mount_label);
    if (const auto original = root.reach_if_there(mount.destination, O_RDONLY | O_DIRECTORY))
        copy_up(original->get(), tmpfs.fd.get(), root.shown(mount.destination));
    if (options.set & MOUNT_ATTR_RDONLY) sys::change_mount(tmpfs.fd.get(), {.set = MOUNT_ATTR_RDONLY}, tmpfs.what);
    set_attributes(tmpfs, options, true);
    attach(tmpfs, mount, root, options, true, context);
}

// A tmpfs is open to all (1777) unless it is told otherwise: it takes the mode of the directory it covers, as in runc.
void keep_mode(Options& options, const oci::Mount& mount, const Rootfs& root) {
    for (const std::string& option : options.superblock)
        if (option.starts_with("mode=")) return;
    const auto covered = root.reach_if_there(mount.destination, O_PATH | O_DIRECTORY);
    if (!covered || narrate::dry_run()) return;
    const mode_t mode = sys::status(covered->get(), root.shown(mount.destination)).st_mode & 07777u;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%o", mode);
    options.superblock.push_back(text::cat("mode=", octal));
}

// "none" is how mount(8) says that there is no source.
std::string source_of(const oci::Mount& mount) {
    return mount.source && *mount.source != "none" ? *mount.source : std::string{};
}

void file_system(const oci::Mount& mount, const Rootfs& root, Options options, Context& context) {
    const std::string& type = *mount.type;
    if (is_id_mapped(mount))
        throw Error::bad(text::cat("mount on ", text::printable(mount.destination), ": a new ", type,
                                   " can't be id-mapped, a bind mount can"),
                         "in a user namespace its files belong to that anyway");
    if (const std::optional<sys::DetachedMount> prepared = take_prepared(mount, context)) {
        set_attributes(*prepared, options, true);
        return attach(*prepared, mount, root, options, true, context);
    }
    if (type == "tmpfs") keep_mode(options, mount, root);
    if (type == "proc" || type == "sysfs") root.refuse_symlink(mount.destination);
    if (type == "tmpfs" && options.copy_up) return tmpfs_with_copy(mount, root, options, context);
    // proc and sysfs have no labels of their own.
    const bool labelled = type != "proc" && type != "sysfs";
    const bool later =
        (options.set & MOUNT_ATTR_RDONLY) != 0 && type == "tmpfs" && text::clean_path(mount.destination) == "/dev";
    if (later) options.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    sys::DetachedMount detached =
        new_file_system(type, source_of(mount), options, labelled ? context.mount_label : std::string{});
    set_attributes(detached, options, true);
    attach(detached, mount, root, options, true, context);
    if (later) context.read_only_later.push_back(std::move(detached));
}

// ---- type cgroup: whatever this host has, at one place
// ----------------------------------------------------------------

// Without a cgroup namespace a new mount would show the whole hierarchy: the container's own part is bound instead.
oci::Mount hierarchy_mount(const oci::Mount& mount, const sys::CgroupView& view,
                           const sys::CgroupView::Hierarchy& hierarchy) {
    oci::Mount out = mount;
    if (!hierarchy.name.empty()) out.destination = text::cat("/", hierarchy.name);
    if (view.own_namespace) {
        out.type = hierarchy.type;
        out.source = hierarchy.type;
        out.options.insert(out.options.end(), hierarchy.options.begin(), hierarchy.options.end());
    } else {
        out.type = "bind";
        out.source = hierarchy.own_directory;
        out.options.emplace_back("bind");
    }
    // To look at, not to change, whatever the options say (runc's CVE-2023-25809).
    if (view.borrowed && guard::on(guard::Guard::borrowed_cgroup)) out.options.emplace_back("ro");
    return out;
}

void mount_hierarchy(const oci::Mount& mount, const Rootfs& root, Context& context,
                     const sys::CgroupView::Hierarchy& hierarchy) {
    const oci::Mount one = hierarchy_mount(mount, *context.cgroups, hierarchy);
    if (context.cgroups->own_namespace)
        file_system(one, root, parse(one.options), context);
    else
        bind(one, root, parse(one.options), context);
}

void cgroup(const oci::Mount& mount, const Rootfs& root, const Options& options, Context& context) {
    if (!context.cgroups || context.cgroups->hierarchies.empty())
        throw Error::bad("mount cgroup: this host has no cgroup hierarchy",
                         "mount one: 'mount -t cgroup2 none /sys/fs/cgroup'");
    const sys::CgroupView& view = *context.cgroups;
    const auto& hierarchies = view.hierarchies;
    const bool is_single = hierarchies.size() == 1 && hierarchies[0].name.empty();
    if (is_single) return mount_hierarchy(mount, root, context, hierarchies[0]);
    const bool read_only = (options.set & MOUNT_ATTR_RDONLY) != 0;
    oci::Mount frame{mount.destination, "tmpfs", "tmpfs", {"nosuid", "noexec", "nodev", "mode=755"}, {}, {}};
    mount_one(frame, root, context);
    // From here on the frame is the root: paths below it are short, and nobody else's.
    const Rootfs top(root.reach(mount.destination, O_PATH | O_DIRECTORY), root.shown(mount.destination));
    for (const sys::CgroupView::Hierarchy& each : hierarchies) {
        sys::make_directory(top.fd(), each.name, 0755, top.shown(each.name));
        mount_hierarchy(mount, top, context, each);
    }
    for (const auto& [name, target] : view.links) sys::make_symlink(top.fd(), name, target, top.shown(name));
    if (read_only) sys::change_mount(top.fd(), {.set = MOUNT_ATTR_RDONLY}, mount.destination);
}

// Changes a mount that is there already: the attributes of the mount, not those of its file system.
void remount(const oci::Mount& mount, const Rootfs& root, const Options& options) {
    if (!options.superblock.empty())
        throw Error::bad(text::cat("remount of ", text::printable(mount.destination), ": '", options.superblock.front(),
                                   "' is an option of the file system, which a remount here doesn't change"),
                         "give it to the mount itself");
    const Fd place = root.reach(mount.destination, O_PATH);
    sys::change_mount(place.get(), {.set = options.set, .clear = options.clear}, root.shown(mount.destination));
}

// Without type or bind option, but with a word like "rslave": only the propagation of what is there.
void change_propagation(const oci::Mount& mount, const Rootfs& root, const Options& options) {
    const Fd place = root.reach(mount.destination, O_PATH);
    for (const unsigned long flags : options.propagation)
        sys::change_mount(place.get(), {.propagation = flags, .recursive = (flags & MS_REC) != 0},
                          root.shown(mount.destination));
}

void refuse_unknown_options(const oci::Mount& mount) {
    // For a bind there is no file system to take unknown words: a typing mistake would silently weaken the mount.
    for (const std::string& word : mount.options)
        if (!is_known(word))
            throw Error::bad(text::cat("mount on ", text::printable(mount.destination), ": unknown option '",
                                       text::printable(word), "'", text::did_you_mean(word, known_words())));
}

}  // namespace

bool is_id_mapped(const oci::Mount& mount) {
    return parse(mount.options).idmap || !mount.uidMappings.empty() || !mount.gidMappings.empty();
}

const oci::Mount* overlay_root(const std::vector<oci::Mount>& mounts) {
    const bool there = !mounts.empty() && mounts.front().type == "overlay" && is_root(mounts.front());
    return there ? &mounts.front() : nullptr;
}

bool is_bind(const oci::Mount& mount) { return mount.type == "bind" || parse(mount.options).bind; }

sys::DetachedMount open_source(const oci::Mount& mount, const UserNamespaceOf& user_namespace_of) {
    const Options options = parse(mount.options);
    if (!is_bind(mount)) return new_file_system(mount.type.value_or(""), source_of(mount), options, {});
    if (!mount.source || mount.source->empty())
        throw Error::bad(text::cat("mount on ", text::printable(mount.destination), ": a bind mount needs a source"));
    sys::DetachedMount source = sys::copy_tree(AT_FDCWD, *mount.source, options.recursive_bind, *mount.source);
    const bool mapped = is_id_mapped(mount);
    if (mapped && !user_namespace_of)
        throw Error::bad(text::cat("mount on ", text::printable(mount.destination), ": idmap, but no id map is given"));
    if (mapped) {
        const Fd userns = user_namespace_of(mount);
        sys::change_mount(source.fd.get(), {.userns = userns.get(), .recursive = options.recursive_idmap}, source.what);
    }
    return source;
}

void mount_one(const oci::Mount& mount, const Rootfs& root, Context& context) {
    const Options options = parse(mount.options);
    const bool typed = mount.type && !mount.type->empty() && *mount.type != "bind" && *mount.type != "none";
    if (options.remount) return remount(mount, root, options);
    if (options.bind || mount.type == "bind") {
        refuse_unknown_options(mount);
        return bind(mount, root, options, context);
    }
    if (!typed && !options.propagation.empty()) return change_propagation(mount, root, options);
    if (!typed)
        throw Error::bad(text::cat("mount on ", text::printable(mount.destination), ": neither a type nor 'bind'"));
    if (*mount.type == "cgroup" && context.cgroups) return cgroup(mount, root, options, context);
    file_system(mount, root, options, context);
}

void mount_all(const std::vector<oci::Mount>& mounts, Rootfs& root, Context& context) {
    for (const oci::Mount& mount : mounts) {
        mount_one(mount, root, context);
        if (context.new_root) root = Rootfs(std::move(context.new_root), root.path());
    }
}

void make_read_only(const std::vector<sys::DetachedMount>& mounts) {
    for (const sys::DetachedMount& each : mounts)
        sys::change_mount(each.fd.get(), {.set = MOUNT_ATTR_RDONLY}, each.what);
}

void unmount(const std::string& destination, const Rootfs& root) {
    const Fd found = root.reach(destination, O_PATH | O_NOFOLLOW);
    const std::string shown = root.shown(destination);
    if (!narrate::dry_run() && !sys::is_mount_root(found.get()))
        throw Error::bad(text::cat("umount ", shown, ": nothing is mounted there"),
                         "'proc-peek --mounts' draws the mounts that there are");
    const Rootfs::Place place = root.place(destination);
    sys::detach(place.parent.get(), place.name, shown);
}

std::string words(const oci::Mount& mount) {
    const std::string what = is_bind(mount) ? mount.source.value_or("?") : mount.type.value_or("?");
    std::string out = text::cat(what, " on ", mount.destination);
    if (!mount.options.empty()) out += text::cat(" (", text::join(mount.options, ","), ")");
    return out;
}

}  // namespace bell::mounts
