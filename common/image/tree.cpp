// tree.cpp - see tree.hpp.
#include "image/tree.hpp"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::uint64_t strictly = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
constexpr std::uint64_t as_root = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
constexpr std::uint64_t directory_only = O_PATH | O_DIRECTORY;

[[noreturn]] void fail(std::string_view call, const std::string& path) {
    throw Error::os(call, text::printable(path), errno);
}

// What the descriptor's path is below the root's: the kernel has resolved the symlinks.
std::string path_below(const Fd& root, const Fd& directory) {
    const std::string base = sys::read_link(root.path());
    std::string path = sys::read_link(directory.path());
    if (path == base) return "";
    if (!path.starts_with(base + "/")) throw Error::bad("the root file system was moved while it was being made");
    return path.substr(base.size() + 1);
}

}  // namespace

std::vector<std::string> names_in(int directory, const std::string& shown) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) fail("open", shown);
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(copy), ::closedir);
    if (!list) fail("open", shown);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(list.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) fail("read directory", shown);
    return names;
}

// Numbers go on where a run that was killed has stopped.
Trash::Trash(Fd directory) : directory_(std::move(directory)) {
    for (const std::string& name : names_in(directory_.get(), "the trash"))
        next_ = std::max(next_, text::number<std::size_t>(name).value_or(0) + 1);
    first_ = next_;
}

bool Trash::take(int from, const std::string& name) {
    if (::unlinkat(from, name.c_str(), 0) == 0) return true;
    if (errno == ENOENT) return false;
    if (errno != EISDIR) fail("remove", name);
    dispose(from, name);
    return true;
}

// A directory: into the trash. Moving one changes its "..", so an ordinary user needs to be able to write it.
void Trash::dispose(int from, const std::string& name) {
    if (::unlinkat(from, name.c_str(), AT_REMOVEDIR) == 0) return;
    const std::string number = std::to_string(next_++);
    if (::renameat(from, name.c_str(), directory_.get(), number.c_str()) == 0) return;
    const bool denied = errno == EACCES && ::fchmodat(from, name.c_str(), 0700, 0) == 0;
    if (!denied || ::renameat(from, name.c_str(), directory_.get(), number.c_str()) < 0) fail("remove", name);
}

// Directories inside are moved up beside it and wait for their turn: no recursion, no depth that could be too much.
void Trash::empty_directory(const std::string& name) {
    const auto open_it = [&] {
        return sys::try_openat2(directory_.get(), name, O_RDONLY | O_DIRECTORY, strictly | RESOLVE_NO_XDEV);
    };
    Fd directory = open_it();
    if (!directory && errno == EACCES && ::fchmodat(directory_.get(), name.c_str(), 0700, 0) == 0)
        directory = open_it();
    if (!directory && errno == EXDEV) throw Error::bad("something is mounted in what is to be removed", "umount it");
    if (!directory) fail("open", name);
    for (const std::string& each : names_in(directory.get(), name)) {
        if (::unlinkat(directory.get(), each.c_str(), 0) == 0) continue;
        if (errno == EACCES && ::fchmod(directory.get(), 0700) == 0 &&
            ::unlinkat(directory.get(), each.c_str(), 0) == 0)
            continue;
        if (errno != EISDIR) fail("remove", each);
        dispose(directory.get(), each);
    }
    if (::unlinkat(directory_.get(), name.c_str(), AT_REMOVEDIR) < 0) fail("remove", name);
}

void Trash::empty() {
    while (first_ < next_) empty_directory(std::to_string(first_++));
}

// The directory is its own trash: on a full disk there may be no room for another.
void remove_tree(int parent, const std::string& name) {
    const Fd directory = sys::open_at(parent, name, directory_itself);
    Trash trash(sys::open_at(directory.get(), ".", O_RDONLY | O_DIRECTORY));
    for (const std::string& each : names_in(directory.get(), name)) trash.take(directory.get(), each);
    trash.empty();
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) < 0) fail("remove", name);
}

Fd Tree::resolve(const std::string& directory, std::string& canonical) {
    const std::string& name = directory.empty() ? "." : directory;
    canonical = directory;
    if (!guard::on(guard::Guard::parents_in_root)) return sys::try_openat2(root_.get(), name, directory_only, 0);
    Fd found = sys::try_openat2(root_.get(), name, directory_only, strictly);
    if (found || errno != ELOOP) return found;
    found = sys::try_openat2(root_.get(), name, directory_only, as_root);
    if (found) canonical = path_below(root_, found);
    return found;
}

void Tree::made_up(std::string path) {
    constexpr std::size_t longest = 1024;
    if (path.size() <= longest) raised({std::move(path)});
}

// From one to the next: by the whole path each time, a deep one would cost the square of its depth.
void Tree::make_directories(const std::string& path) {
    std::string ignored;
    Fd parent = resolve("", ignored);
    std::string canonical;  // where it is by now
    for (std::size_t slash = 0, from = 0; slash != std::string::npos; from = slash + 1) {
        slash = path.find('/', from);
        const std::string upto = path.substr(0, slash);
        const std::string name = upto.substr(from);
        const auto step = [&] { return sys::try_openat2(parent.get(), name, directory_only, strictly); };
        Fd next = step();
        if (!next && errno == ENOENT) {
            if (::mkdirat(parent.get(), name.c_str(), 0755) < 0) fail("mkdir", upto);
            ++made_;
            next = step();
            made_up(text::cat(canonical, canonical.empty() ? "" : "/", name));
        }
        const bool by_link = !next && errno == ELOOP;
        if (by_link) next = resolve(upto, canonical);
        if (!by_link) canonical += text::cat(canonical.empty() ? "" : "/", name);
        if (!next) fail("open", upto);
        parent = std::move(next);
    }
}

namespace {

Place place_in(const std::shared_ptr<const Fd>& directory, const std::string& canonical, std::string name) {
    std::string path = canonical.empty() ? name : text::cat(canonical, "/", name);
    return {directory, std::move(path), std::move(name)};
}

}  // namespace

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Nothing where it can't be opened; errno says why. A symlink on the way may be another layer's, and be replaced
// without being removed here: then it isn't remembered.
const Tree::Parent* Tree::parent(const std::string& path) {
    for (const Parent& known : parents_)
        if (known.directory && known.path == path) return &known;
    std::string canonical;
    Fd directory = resolve(path, canonical);
    if (!directory) return nullptr;
    Parent& place = parents_[oldest_];
    oldest_ = (oldest_ + 1) % parents_.size();
    links_remembered_ |= canonical != path;
    place = {path, std::make_shared<const Fd>(std::move(directory)), std::move(canonical)};
    return &place;
}

void Tree::forget_parents() {
    parents_ = {};
    links_remembered_ = false;
}

bool Tree::remove(const Place& place) {
    forget_parents();
    return trash_.take(place.at(), place.name);
}

Place Tree::place(const std::string& path) {
    const std::string above = parent_of(path);
    const Parent* found = parent(above);
    if (!found && errno == ENOENT) {
        make_directories(above);
        found = parent(above);
    }
    if (!found) fail("open", above);
    Place out = place_in(found->directory, found->canonical, last_part(path));
    // The way to a directory may lead through a symlink that what is put here covers.
    if (links_remembered_ && covers(out)) forget_parents();
    return out;
}

std::optional<Place> Tree::find(const std::string& path) {
    const Parent* found = parent(parent_of(path));
    if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!found) fail("open", path);
    return place_in(found->directory, found->canonical, last_part(path));
}

std::optional<std::string> Tree::find_directory(const std::string& path) {
    const Parent* found = parent(path);
    if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!found) fail("open", path);
    return found->canonical;
}

Fd Tree::directory(const std::string& path) const {
    return sys::try_openat2(root_.get(), path.empty() ? "." : path, O_RDONLY | O_DIRECTORY, strictly);
}

}  // namespace bell::image
