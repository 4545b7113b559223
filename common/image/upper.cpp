// upper.cpp - see upper.hpp.
#include "image/upper.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/metadata.hpp"
#include "sys/copy.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::size_t longest_noted = 1024;

bool is_there(int directory, const std::string& name) {
    return ::faccessat(directory, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string below_path(const std::string& directory, const std::string& name) {
    return directory.empty() ? name : text::cat(directory, "/", name);
}

// Owner, attributes, mode and times of a layer's directory, which was opened by O_PATH only. What waits for the end is
// handed back.
Tree::Raised take_after(const Fd& original, int made, const std::string& path) {
    const Fd open = sys::open_at(original.get(), ".", directory_itself);
    sys::copy_metadata(open.get(), made, text::printable(path));
    const struct stat status = sys::status(open.get(), path);
    // While it is being filled we must be able to write it.
    if (::fchmod(made, (status.st_mode & 07777u) | 0700u) < 0) throw Error::os("chmod", text::printable(path), errno);
    return {path, status.st_mtim, status.st_mode & 07777u, take_default_acl(made, path)};
}

}  // namespace

Upper::Upper(Fd root, Trash& trash, const Stack& below) : Tree(std::move(root), trash), below_(below), shown_(below) {
    shown_.push(sys::open_at(this->root(), ".", O_PATH | O_DIRECTORY));
    if (!below.empty()) raised(take_after(*below.root().front(), this->root(), ""));
}

// ---- ways to a directory

// The lowest layer is a tree like any other.
Fd Upper::resolve(const std::string& directory, std::string& canonical) {
    if (below_.empty()) return Tree::resolve(directory, canonical);
    const Stack::Resolved where = shown_.resolve(directory);
    charge();
    errno = where.problem;
    if (where.problem != 0) return {};
    canonical = text::join(where.at, "/");
    return raise(where.at);
}

// A part of what it takes to make a file: a budget is to end what nobody means, not what is deep.
void Upper::charge() {
    constexpr std::uint64_t opens_of_an_entry = 8;
    count((shown_.take_opened() + below_.take_opened()) / opens_of_an_entry);
}

// From one to the next: what is here is gone on from, what isn't is made like the one below.
Fd Upper::raise(const std::vector<std::string>& at) {
    Fd here = sys::open_at(root(), ".", O_PATH | O_DIRECTORY);
    Stack::Found there = below_.find("");
    std::string path;
    for (const std::string& name : at) {
        path = below_path(path, name);
        there = below_.look(there.directory, name);
        if (!is_there(here.get(), name)) raise_one(here.get(), name, path, there);
        here = sys::open_at(here.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    }
    return here;
}

void Upper::raise_one(int parent, const std::string& name, const std::string& path, const Stack::Found& original) {
    if (::mkdirat(parent, name.c_str(), 0700) < 0) throw Error::os("mkdir", text::printable(path), errno);
    count(1);
    const Fd made = sys::open_at(parent, name, directory_itself);
    if (!original) return;
    const Raised like = take_after(*original.file, made.get(), path);
    // What is deeper than any honest path isn't noted: it has its mode at once, no time and no default access list.
    if (path.size() > longest_noted)
        sys::change_mode(made.get(), like.mode, text::printable(path));
    else
        raised(like);
    count(path.size() / 64);
}

void Upper::make_directories(const std::string& path) {
    if (below_.empty()) return Tree::make_directories(path);
    const Stack::Resolved where = shown_.resolve(path);
    const bool can_be_made = where.problem == ENOENT && !where.missing.empty();
    if (where.problem != 0 && !can_be_made) throw Error::os("open", text::printable(path), where.problem);
    Fd here = raise(where.at);
    std::string made = text::join(where.at, "/");
    for (const std::string& name : where.missing) {
        made = below_path(made, name);
        make_in(here, name, made);
        here = sys::open_at(here.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    }
}

// A whiteout may have its name: what that hides stays hidden.
void Upper::make_in(const Fd& parent, const std::string& name, const std::string& path) {
    const auto make = [&] { return ::mkdirat(parent.get(), name.c_str(), 0755); };
    count(1);
    made_up(path);
    if (make() == 0) return;
    const bool hidden = errno == EEXIST && ::unlinkat(parent.get(), name.c_str(), 0) == 0;
    if (!hidden || make() < 0) throw Error::os("mkdir", text::printable(path), errno);
    hide_inside(path);
}

// ---- what is below

std::optional<Place> Upper::find(const std::string& path) {
    if (below_.empty()) return Tree::find(path);
    const Stack::Resolved above = shown_.resolve(parent_of(path));
    if (above.problem == ENOENT || above.problem == ENOTDIR) return std::nullopt;
    if (above.problem != 0) throw Error::os("open", text::printable(path), above.problem);
    if (!shown_.find(below_path(text::join(above.at, "/"), last_part(path)))) return std::nullopt;
    return Tree::find(path);
}

bool Upper::merges(const Place& place) const { return below_.find(place.path).is_directory(); }

void Upper::put_whiteout(int directory, const std::string& name, const std::string& shown) {
    count(1);
    forget_parents();
    if (::mknodat(directory, name.c_str(), S_IFCHR, makedev(0, 0)) == 0) return;
    const int reason = errno;
    const Error error = Error::os("mknod", text::printable(shown), reason);
    throw reason == EPERM ? error.advise("since Linux 5.8 everybody may make whiteouts; --store needs that") : error;
}

void Upper::hide(const Place& place) {
    if (below_.find(place.path)) put_whiteout(place.at(), place.name, place.path);
}

void Upper::hide_inside(const std::string& path) {
    const Stack::Found there = below_.find(path);
    if (!there.is_directory()) return;
    std::uint64_t scanned = 0;
    const Fd here = directory(path);
    for (const std::string& name : Stack::names(there.directory, scanned))
        if (!is_there(here.get(), name)) put_whiteout(here.get(), name, below_path(path, name));
    count(scanned);
}

namespace {

// A file that its mode closes to its owner: root, of a user namespace at least, reads it nevertheless.
void copy_up(const Fd& from, const Place& place) {
    try {
        sys::copy_file(from.get(), place.name, place.at(), place.name, text::printable(place.path));
    } catch (const Error& error) {
        if (error.code() != EACCES) throw;
        throw Error(error).advise(
            "its mode keeps you from copying it; 'ns-enter --new user --' in front makes you root of your files");
    }
}

}  // namespace

void Upper::bring_up(const Place& place, const std::function<void(std::uint64_t)>& before) {
    if (is_there(place.at(), place.name)) return;
    struct stat status {};
    for (const auto& each : below_.find(parent_of(place.path)).directory) {
        if (::fstatat(each->get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
        if (S_ISDIR(status.st_mode) || is_whiteout(status)) return;
        // One file for both, where that is allowed: no layer changes a file, nor does an overlay.
        if (::linkat(each->get(), place.name.c_str(), place.at(), place.name.c_str(), 0) == 0) return;
        if (S_ISREG(status.st_mode)) before(static_cast<std::uint64_t>(status.st_size));
        return copy_up(*each, place);
    }
}

}  // namespace bell::image
