// staging.cpp - see staging.hpp.
#include "image/staging.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/move.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::string_view staging_prefix = ".rootfs.";

bool there(const Fd& directory, const char* name) {
    return ::faccessat(directory.get(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

Staging::Staging(const std::string& bundle, const BundleOptions& options) : path_(bundle), options_(options) {
    open_bundle();
    try {
        name_ = text::cat(staging_prefix, getpid());
        sys::make_directory(bundle_.get(), name_, 0700, path_ + "/" + name_);
        staging_ = sys::open_at(bundle_.get(), name_, directory_itself);
        sys::make_directory(staging_.get(), "rootfs", 0755, text::cat(path_, "/", name_, "/rootfs"));
        sys::make_directory(staging_.get(), "trash", 0700, text::cat(path_, "/", name_, "/trash"));
    } catch (...) {
        if (!name_.empty()) ::unlinkat(bundle_.get(), name_.c_str(), AT_REMOVEDIR);
        if (made_bundle_) ::rmdir(path_.c_str());
        throw;
    }
}

void Staging::open_bundle() {
    made_bundle_ = ::mkdir(path_.c_str(), guard::on(guard::Guard::private_bundle) ? 0700 : 0755) == 0;
    if (!made_bundle_ && errno != EEXIST) throw Error::os("mkdir", path_, errno);
    bundle_ = sys::open(path_, O_RDONLY | O_DIRECTORY);
    lock();
    if (made_bundle_) return;
    clear_leftovers();
    refuse_existing();
    close_to_others(!names_in(bundle_.get(), path_).empty());
}

// The child shares the lock: after a kill -9 of its parent it is held until the child, too, is gone. That takes
// moments, so they are waited for.
void Staging::lock() {
    constexpr int tries = 200;
    for (int i = 0; ::flock(bundle_.get(), LOCK_EX | LOCK_NB) < 0; ++i) {
        if (errno != EWOULDBLOCK) throw Error::os("flock", path_, errno);
        if (i == tries)
            throw Error::bad(text::cat(path_, ": another layer-unpack is filling it"),
                             "wait for it, or choose another name");
        ::usleep(10'000);
    }
}

void Staging::clear_leftovers() {
    for (const std::string& name : names_in(bundle_.get(), path_))
        if (name.starts_with(staging_prefix)) remove_tree(bundle_.get(), name);
}

void Staging::refuse_existing() const {
    for (const char* name : {"rootfs", "rootfs.upper", "config.json"}) {
        if (options_.force || !there(bundle_, name)) continue;
        throw Error::bad(text::cat(path_, "/", name, ": is already there"), "--force replaces it");
    }
    if (options_.force) refuse_mounts();
}

// Replacing a root file system in which something is mounted would hide the mount, and then delete what it shows.
void Staging::refuse_mounts() const {
    const std::string inside = sys::read_link(bundle_.path()) + "/rootfs";
    for (const std::string& line : text::split(sys::read_file("/proc/self/mountinfo"), '\n')) {
        const std::vector<std::string> field = text::split(line, ' ');
        if (field.size() > 4 && (field[4] == inside || field[4].starts_with(inside + "/")))
            throw Error::bad(text::cat(field[4], ": is mounted"), text::cat("umount ", field[4]));
    }
}

void Staging::close_to_others(bool has_content) {
    const mode_t mode = sys::status(bundle_.get(), path_).st_mode;
    if (options_.reachable || (mode & 0011u) == 0) return;
    if (has_content)
        throw Error::bad(text::cat(path_, ": other users can enter it, and would reach the image's setuid programs"),
                         text::cat("chmod go-x ", path_, ", or choose a new directory; --reachable allows it"));
    sys::change_mode(bundle_.get(), 0700, path_);
}

void Staging::publish() {
    if (options_.durable && ::syncfs(staging_.get()) < 0) throw Error::os("syncfs", path_, errno);
    for (const char* tree : {"rootfs", "rootfs.upper", "rootfs.work"}) publish_tree(tree);
    move(staging_, "config.json", bundle_, "config.json", 0, path_ + "/config.json");
    publish_volumes();
    if (options_.durable && ::fsync(bundle_.get()) < 0) throw Error::os("fsync", path_, errno);
    published_ = true;
}

// An exchange: at no moment is there none. The old one goes with the staging directory, also if there is no new one.
void Staging::publish_tree(const char* name) {
    const bool is_new = there(staging_, name), is_old = there(bundle_, name);
    const std::string shown = text::cat(path_, "/", name);
    if (is_new) return move(staging_, name, bundle_, name, is_old ? RENAME_EXCHANGE : RENAME_NOREPLACE, shown);
    if (is_old) move(bundle_, name, staging_, name, RENAME_NOREPLACE, shown);
}

std::string Staging::bundle_path() const { return sys::read_link(bundle_.path()); }

// Volumes hold data that outlives an image: those that are there stay.
void Staging::publish_volumes() {
    if (!there(staging_, "volumes")) return;
    if (::mkdirat(bundle_.get(), "volumes", 0755) < 0 && errno != EEXIST) throw Error::os("mkdir", "volumes", errno);
    const Fd from = sys::open_at(staging_.get(), "volumes", directory_itself);
    const Fd to = sys::open_at(bundle_.get(), "volumes", directory_itself);
    for (const std::string& name : names_in(from.get(), "volumes"))
        if (!there(to, name.c_str())) move(from, name, to, name, RENAME_NOREPLACE, text::cat(path_, "/volumes/", name));
}

Staging::~Staging() {
    try {
        remove_tree(bundle_.get(), name_);
    } catch (const std::exception& error) {
        const std::string line = text::cat(path_, "/", name_, ": could not be removed: ", error.what(), "\n");
        [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
    }
    if (made_bundle_ && !published_) ::rmdir(path_.c_str());
}

}  // namespace bell::image
