// rootfs.cpp - see rootfs.hpp.
#include "concepts/rootfs.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <climits>
#include <deque>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/path_fault.hpp"

namespace bell {
namespace {

constexpr std::uint64_t in_root = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
constexpr int directory_flags = O_PATH | O_DIRECTORY;
constexpr int most_symlinks = 40;  // the kernel's own limit

// What would have been made or mounted before isn't there in a dry run, nor is its descriptor.
bool is_missing(int error) { return error == ENOENT || (error == EBADF && narrate::dry_run()); }

Fd walk(int root, const std::string& inside, int flags) {
    // For what has to be made right below it, the root is opened again and again.
    if (inside == "/" && flags == directory_flags) return Fd{::fcntl(root, F_DUPFD_CLOEXEC, 3)};
    const auto open_flags = static_cast<std::uint64_t>(flags);
    if (!guard::on(guard::Guard::resolve_in_root)) return sys::try_openat2(root, "./" + inside, open_flags, 0);
    return sys::try_openat2(root, inside, open_flags, in_root);
}

std::string link_target(int parent, const std::string& name) {
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(parent, name.c_str(), target, sizeof target);
    return size > 0 ? std::string(target, static_cast<std::size_t>(size)) : std::string{};
}

// Walks down one component at a time, making what is missing. Components of a dangling symlink's target are put in
// front of those still to go, so it leads where the container would find it.
class Maker {
public:
    Maker(const Rootfs& root, mode_t mode) : root_(root), mode_(mode) {}

    Fd make(const std::string& inside) {
        // Mostly only the last component is missing: then it is made, and opened, from its parent.
        const std::size_t slash = inside.find_last_of('/');
        const std::string parent = slash == std::string::npos || slash == 0 ? "/" : inside.substr(0, slash);
        const std::string name = inside.substr(slash == std::string::npos ? 0 : slash + 1);
        const auto there = root_.reach_if_there(parent, directory_flags);
        if (there && !name.empty() && name != "." && name != "..") {
            make_one(there->get(), name, inside);
            if (narrate::dry_run()) return {};
            // Unless a dangling symlink has that name, which mkdir(2) doesn't follow.
            if (Fd made = sys::try_openat2(there->get(), name, directory_flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS))
                return made;
        }
        if (there) done_ = parent;
        queue(there ? name : inside);
        while (!left_.empty()) {
            const std::string next = left_.front();
            left_.pop_front();
            step(next);
        }
        return root_.reach(done_.empty() ? "." : done_, directory_flags);
    }

    // Where a file of that name is to be made: beyond the dangling symlinks that may stand in its place.
    Rootfs::Place place_of_file(const std::string& inside) {
        queue(inside);
        while (!left_.empty()) {
            const std::string name = left_.front();
            left_.pop_front();
            if (left_.empty() && name != "..") {
                Fd parent = root_.reach(done_.empty() ? "." : done_, directory_flags);
                const std::string target = link_target(parent.get(), name);
                if (target.empty()) return {std::move(parent), name};
                follow(target, name);
            } else {
                step(name);
            }
        }
        throw Error::os("create", root_.shown(inside), EISDIR);
    }

private:
    void queue(const std::string& path) {
        const std::vector<std::string> parts = text::split(path, '/');
        for (auto part = parts.rbegin(); part != parts.rend(); ++part)
            if (!part->empty() && *part != ".") left_.push_front(*part);
    }

    void step(const std::string& name) {
        const std::string next = done_ + "/" + name;
        if (root_.reach_if_there(next, directory_flags)) {
            done_ = next;
            return;
        }
        const Fd parent = root_.reach(done_.empty() ? "." : done_, directory_flags);
        const std::string target = link_target(parent.get(), name);
        if (target.empty()) {
            make_one(parent.get(), name, next);
            done_ = next;
            return;
        }
        follow(target, name);
    }

    void follow(const std::string& target, const std::string& name) {
        if (++symlinks_ > most_symlinks) throw Error::os("open", root_.shown(done_ + "/" + name), ELOOP);
        if (target.starts_with('/')) done_.clear();
        queue(target);
    }

    void make_one(int parent, const std::string& name, const std::string& next) const {
        try {
            sys::make_directory(parent, name, mode_, root_.shown(next));
        } catch (const Error& error) {
            if (error.code() != EEXIST) throw;  // somebody was faster: reach() below looks at what it is
        }
    }

    const Rootfs& root_;
    mode_t mode_;
    std::deque<std::string> left_;
    std::string done_;
    int symlinks_ = 0;
};

}  // namespace

std::string inside_path(const std::string& path) {
    const std::string clean = text::clean_path(path);
    return clean == "." ? "/" : clean.starts_with('/') ? clean : "/" + clean;
}

Rootfs Rootfs::open(const std::string& path) {
    try {
        return {sys::open(path, directory_flags), path == "/" ? "" : text::clean_path(path)};
    } catch (const Error& error) {
        if (error.code() == ENOENT) throw error.advise("'layer-unpack IMAGE DIR' makes one, as DIR/rootfs");
        throw;
    }
}

bool Rootfs::is_itself(int fd) const {
    if (!location_) location_ = sys::location_of(fd_.get());
    return sys::location_of(fd) == *location_;
}

std::string Rootfs::shown(const std::string& inside) const { return shown_ + inside_path(inside); }

Fd Rootfs::reach(const std::string& inside, int flags) const {
    Fd fd = walk(fd_.get(), inside, flags);
    if (!fd && !(narrate::dry_run() && is_missing(errno)))
        throw sys::with_path_fault(Error::os("open", shown(inside), errno), fd_.get(), inside_path(inside));
    return fd;
}

std::optional<Fd> Rootfs::reach_if_there(const std::string& inside, int flags) const {
    Fd fd = walk(fd_.get(), inside, flags);
    if (fd) return fd;
    if (is_missing(errno)) return std::nullopt;
    throw sys::with_path_fault(Error::os("open", shown(inside), errno), fd_.get(), inside_path(inside));
}

Fd Rootfs::make_directory(const std::string& inside, mode_t mode) const {
    if (auto there = reach_if_there(inside, directory_flags)) return *std::move(there);
    if (narrate::dry_run()) return {};
    return Maker(*this, mode).make(inside);
}

Rootfs::Place Rootfs::place(const std::string& inside) const {
    const std::string clean = inside_path(inside);
    const std::size_t slash = clean.rfind('/');
    const std::string name = clean.substr(slash + 1);
    if (name.empty() || name == "..") throw Error::bad(text::cat(text::quote(inside), ": not a file's name"));
    return {make_directory(slash == 0 ? "/" : clean.substr(0, slash)), name};
}

Fd Rootfs::make_file(const std::string& inside, mode_t mode) const {
    if (auto there = reach_if_there(inside, O_PATH)) return *std::move(there);
    if (narrate::dry_run()) return {};
    const Place where = Maker(*this, 0755).place_of_file(inside);
    // O_NOFOLLOW inside: a symlink put there just now would be an order to create its target.
    (void)sys::make_file(where.parent.get(), where.name, mode, shown(inside));
    return reach(inside, O_PATH);
}

void Rootfs::refuse_symlink(const std::string& inside) const {
    const Fd fd = sys::try_openat2(fd_.get(), inside, O_PATH | O_NOFOLLOW, in_root);
    if (!fd) return;
    if (S_ISLNK(sys::status(fd.get(), shown(inside)).st_mode))
        throw Error::bad(text::cat("mount on ", shown(inside), ": is a symlink in the rootfs"),
                         "proc and sysfs must be mounted on ordinary directory");
}

}  // namespace bell
